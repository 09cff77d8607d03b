#ifndef ROM_BOOT_DECISION_H
#define ROM_BOOT_DECISION_H

/*
 * What some ROMs do first: decide, as the hardware does at reset, whether user flash is to run, and if so start it. Returns when the ROM
 * is to go on. Runs before static data is there; a program it starts meets the machine as the ROM met it.
 */
void boot_decision(void);

#endif
