/* The application under test on USB from power-on, as a product is: nobody has to ask for it on the console first. */
#include "hooks.h"
#include "retained.h"

void program_main(void)
{
  retained.settings[START_USB] = USB_RUNTIME;
  /* The ROM's leave starts an application with the clocks of the ROM. */
  retained.settings[START_RCC] = RCC_RESET_AT_START;
  retained_seal();
}
