/* The DFU device that some ROMs are on USB: DFU 1.1 with ST's extension (AN3156, DfuSe protocol 1.1a). */
#ifndef ROM_DFU_H
#define ROM_DFU_H

#include <stdbool.h>

/* Connect to the bus, where the part's 48 MHz are to be had. */
void dfu_start(void);
/* The host has configured the device: USB is the interface. */
bool dfu_is_chosen(void);
/* Leave the bus: another interface was chosen. */
void dfu_stop(void);
/* Serve the host until it leaves. */
__attribute__((noreturn)) void dfu_serve(void);

#endif
