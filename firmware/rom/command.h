#ifndef ROM_COMMAND_H
#define ROM_COMMAND_H

/* Serve AN3155 commands on the open link; leaves only by GO or by a reset. */
__attribute__((noreturn)) void command_loop(void);

#endif
