#ifndef HANDOVER_USB_DESCRIPTORS_H
#define HANDOVER_USB_DESCRIPTORS_H

#include <stdbool.h>

/* One interface: DFU at run time (DFU 1.1 4.1), or the DFU mode that only a boot loader should show. */
void usb_descriptors_choose(bool dfu_mode);

#endif
