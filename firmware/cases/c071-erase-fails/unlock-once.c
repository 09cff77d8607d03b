/* FLASH is unlocked, and the second time the code looks at LOCK first, as ST's driver does; then the second post. */
#include "jump-to-bootloader.h"

#define program_jump post_2
#include "post-2.c"
#undef program_jump

void program_jump(void)
{
  flash_leave_unlocked();
  flash_leave_unlocked();
  post_2();
}
