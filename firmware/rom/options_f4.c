/*
 * Option bytes of F4: one register, FLASH_OPTCR, that OPTSTRT stores. Write Memory sees 16 bytes (RM0383, option byte organisation): USER
 * and RDP at +0x00, nWRP at +0x08. [f4-option-write]
 */
#include "options.h"

#include "flash.h"
#include "watchdog.h"

#define OPTION_USER_RDP 0x00u
#define OPTION_NWRP 0x08u

#define RDP_BYTE_LEVEL0 0xAAu
#define RDP_BYTE_LEVEL2 0xCCu

enum rdp_level options_rdp(void)
{
  switch ((FLASH->OPTCR & FLASH_OPTCR_RDP_Msk) >> FLASH_OPTCR_RDP_Pos) {
  case RDP_BYTE_LEVEL0:
    return RDP_LEVEL0;
  case RDP_BYTE_LEVEL2:
    return RDP_LEVEL2;
  default:
    return RDP_LEVEL1;
  }
}

static void wait(void)
{
  while (FLASH->SR & FLASH_SR_BSY) {
    watchdog_refresh();
  }
}

static bool program(uint32_t optcr)
{
  if (FLASH->OPTCR & FLASH_OPTCR_OPTLOCK) {
    FLASH->OPTKEYR = FLASH_OPTKEYR_KEY1;
    FLASH->OPTKEYR = FLASH_OPTKEYR_KEY2;
  }
  wait();
  const uint32_t value = optcr & ~(FLASH_OPTCR_OPTLOCK | FLASH_OPTCR_OPTSTRT);
  FLASH->OPTCR = value;
  FLASH->OPTCR = value | FLASH_OPTCR_OPTSTRT;
  wait();
  return true;
}

bool options_write(const uint8_t *bytes, uint32_t count)
{
  const uint32_t old = FLASH->OPTCR;
  const uint32_t user_rdp = option_word_at(bytes, count, OPTION_USER_RDP, old);
  const uint32_t nwrp = option_word_at(bytes, count, OPTION_NWRP, old >> 16);
  return program((user_rdp & 0xFFFFu) | nwrp << 16);
}

/* [f4-wp-sectors] a sector code is the number of a flash sector, whose nWRP bit becomes 0 */
bool options_protect(uint32_t sectors[PART_WRP_WORDS])
{
  const uint32_t all = FLASH_OPTCR_NWRP_Msk;
  return program((FLASH->OPTCR & ~all) | (~sectors[0] << FLASH_OPTCR_NWRP_Pos & all));
}

bool options_set_rdp(enum rdp_level level)
{
  const uint32_t byte = level == RDP_LEVEL0 ? RDP_BYTE_LEVEL0 : PART_RDP_LEVEL1;
  return program((FLASH->OPTCR & ~FLASH_OPTCR_RDP_Msk) | byte << FLASH_OPTCR_RDP_Pos);
}

/* [f4-option-reset] there is no option load on command: the ROM resets the chip (AN3155 r20, footnote to the commands that end so) */
void options_launch(void)
{
  cpu_system_reset();
}
