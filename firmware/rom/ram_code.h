/*
 * Code that lies in RAM because it waits for a flash operation: it goes on while the array is busy, where code in the array would be stalled,
 * so that the watchdog is served and errors are seen. [rom-erase-code-in-ram]
 */
#ifndef ROM_RAM_CODE_H
#define ROM_RAM_CODE_H

#define IN_RAM __attribute__((section(".ramfunc"), noinline, long_call))
#define INLINE static inline __attribute__((always_inline))

#endif
