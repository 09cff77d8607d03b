/* What a download asks for, once it has come: the commands of AN3156 and the writing of blocks. */
#ifndef ROM_DFU_WORK_H
#define ROM_DFU_WORK_H

#include <stdbool.h>
#include <stdint.h>

#include "hardware.h"

/* bStatus (DFU 1.1 6.1.2) */
enum dfu_status {
  DFU_OK = 0x00,
  DFU_ERR_TARGET = 0x01,
  DFU_ERR_WRITE = 0x03,
  DFU_ERR_ERASE = 0x04,
  DFU_ERR_FIRMWARE = 0x0A,
  DFU_ERR_VENDOR = 0x0B,
  DFU_ERR_STALLED_PACKET = 0x0F,
};

/* What a host downloads: block number and data. */
struct dfu_block {
  uint16_t number;
  uint16_t count;
  _Alignas(uint32_t) uint8_t bytes[PART_DFU_TRANSFER_SIZE];
};

/* Blocks by number: commands, one that means nothing, then data. */
#define DFU_BLOCK_COMMAND 0u
#define DFU_BLOCK_DATA 2u

/* The address pointer, which set-pointer commands move; leaving starts the program there. */
uint32_t dfu_pointer(void);
/* Where the data of a block begins: at the pointer, block 2 first. */
uint32_t dfu_address_of(uint32_t block);

/* The answer to an upload of block 0. */
#define DFU_COMMANDS 4u
extern const uint8_t dfu_commands[DFU_COMMANDS];

/* True when the block is a command that exists, or data. */
bool dfu_is_work(const struct dfu_block *block);
/* The bwPollTimeout announced for it, in ms. */
uint32_t dfu_poll_ms(const struct dfu_block *block);
/* Do it. Pads the bytes of a block of data. Does not return from what ends in a reset. */
enum dfu_status dfu_do(struct dfu_block *block);

#endif
