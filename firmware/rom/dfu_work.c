#include "dfu_work.h"

#include "flash.h"
#include "memory_write.h"
#include "options.h"

#define SET_POINTER 0x21u
#define ERASE 0x41u
#define READ_UNPROTECT 0x92u
#define WITH_ADDRESS 5u

const uint8_t dfu_commands[DFU_COMMANDS] = {0x00, SET_POINTER, ERASE, READ_UNPROTECT};

static uint32_t pointer = PART_FLASH_BASE; /* [rom-dfu-default-pointer] */

uint32_t dfu_pointer(void) { return pointer; }

uint32_t dfu_address_of(uint32_t block) { return pointer + (block - DFU_BLOCK_DATA) * PART_DFU_TRANSFER_SIZE; }

static bool is_mass_erase(const struct dfu_block *block) { return block->bytes[0] == ERASE && block->count == 1u; }

bool dfu_is_work(const struct dfu_block *block)
{
  if (block->number != DFU_BLOCK_COMMAND) {
    return block->number >= DFU_BLOCK_DATA;
  }
  switch (block->bytes[0]) {
  case SET_POINTER:
    return block->count == WITH_ADDRESS;
  case ERASE:
    return block->count == WITH_ADDRESS || block->count == 1u;
  case READ_UNPROTECT:
    return block->count == 1u;
  default:
    return false;
  }
}

/* [rom-dfu-poll-times] */
uint32_t dfu_poll_ms(const struct dfu_block *block)
{
  if (block->number != DFU_BLOCK_COMMAND || block->bytes[0] == SET_POINTER) {
    return PART_DFU_WRITE_MS;
  }
  return is_mass_erase(block) || block->bytes[0] == READ_UNPROTECT ? PART_DFU_MASS_ERASE_MS : PART_DFU_ERASE_MS;
}

static uint32_t address_in(const struct dfu_block *block)
{
  return option_word_at(block->bytes, block->count, 1, 0);
}

static enum dfu_status set_pointer(uint32_t address)
{
  /* [rom-dfu-bad-address] */
  if (!memory_area_of(address)) {
    return DFU_ERR_TARGET;
  }
  pointer = address;
  return DFU_OK;
}

#ifndef PART_PAGE_OF
#define PART_PAGE_OF(address) (((address) - PART_FLASH_BASE) / ((PART_FLASH_END - PART_FLASH_BASE) / PART_FLASH_PAGES))
#endif

static enum dfu_status erase_pages(const struct erase *erase)
{
  flash_unlock();
  return flash_erase(erase) ? DFU_OK : DFU_ERR_ERASE;
}

static enum dfu_status erase_page_at(uint32_t address)
{
  if (address < PART_FLASH_BASE || address >= PART_FLASH_END) {
    return DFU_ERR_TARGET;
  }
  const uint32_t page = PART_PAGE_OF(address);
  struct erase erase = {.what = ERASE_PAGES};
  erase.pages[page >> 5] = 1u << (page & 31u);
  return erase_pages(&erase);
}

static enum dfu_status erase_all(void)
{
#if PART_HAS_MASS_ERASE
  const struct erase erase = {.what = ERASE_ALL};
  return erase_pages(&erase);
#else
  /* [l0-dfu-no-mass-erase] */
  return DFU_ERR_VENDOR;
#endif
}

/* [rom-rdu-erase-by-hardware] */
static enum dfu_status read_unprotect(void)
{
  if (options_rdp() == RDP_LEVEL2) {
    return DFU_ERR_VENDOR;
  }
  if (options_set_rdp(RDP_LEVEL0)) {
    options_launch();
  }
  return DFU_ERR_WRITE;
}

#ifdef PART_ERASED_WORD
#define ERASED_BYTE (PART_ERASED_WORD & 0xFFu)
#else
#define ERASED_BYTE 0xFFu
#endif
#define PADDED_TO 8u

/* The length that is programmed. [rom-dfu-pads-tail] */
static uint32_t padded(struct dfu_block *block, const struct memory_area *area)
{
  uint32_t count = block->count;
  if (area->write != WRITE_FLASH && area->write != WRITE_DATA_MEMORY) {
    return count;
  }
#if ROM_DFU_LOSES_LONG_TAIL
  if (count > 256u) {
    return count & ~(PADDED_TO - 1u);
  }
#endif
  while (count % PADDED_TO != 0) {
    block->bytes[count++] = ERASED_BYTE;
  }
  return count;
}

static enum dfu_status write(struct dfu_block *block)
{
  const uint32_t address = dfu_address_of(block->number);
  const struct memory_area *const area = memory_area_of(address);
  if (!memory_may_start_write(address, area)) {
    return DFU_ERR_TARGET;
  }
  const uint32_t count = padded(block, area);
  if (!memory_area_holds(area, address, count)) {
    return DFU_ERR_TARGET;
  }
  if (area->write != WRITE_OPTIONS) {
    return memory_write(address, block->bytes, count, area) ? DFU_OK : DFU_ERR_WRITE;
  }
  /* [rom-dfu-option-write] */
  if (options_write(block->bytes, count)) {
    options_launch();
  }
  return DFU_ERR_WRITE;
}

enum dfu_status dfu_do(struct dfu_block *block)
{
  const bool command = block->number == DFU_BLOCK_COMMAND;
  if (command && block->bytes[0] == SET_POINTER) {
    return set_pointer(address_in(block));
  }
  if (command && block->bytes[0] == READ_UNPROTECT) {
    return read_unprotect();
  }
  /* [rom-dfu-protected] */
  if (options_rdp() != RDP_LEVEL0) {
    return DFU_ERR_VENDOR;
  }
  if (!command) {
    return write(block);
  }
  return is_mass_erase(block) ? erase_all() : erase_page_at(address_in(block));
}
