/* FLASH is unlocked twice, the second time without a look at LOCK; then the second post. */
#include "jump-to-bootloader.h"

#define program_jump post_2
#include "post-2.c"
#undef program_jump

static void unlock_without_a_look(void)
{
  FLASH->KEYR = FLASH_KEYR_KEY1;
  FLASH->KEYR = FLASH_KEYR_KEY2;
}

void program_jump(void)
{
  unlock_without_a_look();
  unlock_without_a_look();
  post_2();
}
