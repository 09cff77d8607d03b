/* What the program needs beside the C library: interrupts that call `program_tick`. */
#ifndef INTEROP_PLATFORM_H
#define INTEROP_PLATFORM_H

void program_tick(void);

#ifdef __arm__
#define PLATFORM_TOO_MUCH (1u << 20)
void platform_ticks_start(void);
void platform_ticks_stop(void);
static inline void platform_poll(void) {} /* the interrupt comes by itself */
#else
#define PLATFORM_TOO_MUCH ((size_t)-1 / 4u)
static inline void platform_ticks_start(void) {}
static inline void platform_ticks_stop(void) {}
static inline void platform_poll(void) { program_tick(); }
#endif

#endif
