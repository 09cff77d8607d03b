#include "usb/usb.h"

bool usb_wants_fast_clock(void) { return false; }
void usb_start(uint32_t hclk) { (void)hclk; }
void usb_poll(void) {}
bool usb_jump_asked(void) { return false; }
void usb_before_jump(void) {}
