/*
 * What outlives a reset, the ROM and GO: RAM that no start-up code initialises, above the ROM's RAM. After a power-on its content is
 * random. Where the ROM takes all of the RAM, counters and settings also stand in the backup registers (backup.h).
 */
#ifndef HANDOVER_RETAINED_H
#define HANDOVER_RETAINED_H

#include <stdbool.h>
#include <stdint.h>

#include "machine.h"
#include "settings.h"

struct retained {
  uint32_t magic;
  uint32_t boots;
  uint32_t diverted;
  uint32_t faults;
  uint8_t settings[SETTING_BYTES];
  uint32_t checksum;
};

/* The mailbox for a debug probe; docs/handover.md. */
struct handover_request {
  volatile uint32_t magic;
  volatile uint32_t magic_inverse;
  volatile uint32_t command;
  volatile uint8_t settings[SETTING_BYTES];
  volatile uint32_t result;
};

/*
 * The machine as the reset handler found it. The assembly of reset.c stores the words from `msp` on that belong to the core; `vtor` is
 * 0 on a core without VTOR.
 */
struct reset_record {
  uint32_t csr, vtor, msp, control, primask, ipsr;
#if defined(__ARM_ARCH_7EM__)
  uint32_t basepri, faultmask;
#endif
  struct machine machine;
};

struct fault_record {
  uint32_t pc, xpsr, lr;
#if defined(__ARM_ARCH_7EM__)
  uint32_t cfsr, hfsr;
#endif
};

extern struct retained retained;
extern struct handover_request handover_request;
extern struct reset_record reset_record;
extern struct fault_record fault_record;

/* Make counters and settings usable: as they are when they check and no power was lost, anew otherwise. True when made anew. */
bool retained_open(bool power_lost);
/* To be called after each change. */
void retained_seal(void);
void retained_defaults(void);

enum request { REQUEST_NONE, REQUEST_SETTINGS, REQUEST_JUMP, REQUEST_RESET };
/* Take what the probe left in the mailbox: settings are stored, the command is returned. */
enum request request_take(void);
bool request_waiting(void);

/* The flag by which the next start goes to the ROM at once. */
void diversion_set(void);
/* True once after diversion_set and a software reset. */
bool diversion_take(uint32_t csr);

#endif
