/*
 * Option bytes of F0, each with its complement beside it, erased and programmed in place: RDP, USER, DATA0, DATA1, then as many of WRP0 to
 * WRP3 as the part has flash for (RM0091 section 4). [f0-option-write]
 */
#include "options.h"

#include "flash.h"
#include "watchdog.h"

#define RDP 0u
#define WRP0 4u
#define BYTES (WRP0 + PART_WRP_BYTES)

#define RDP_BYTE_LEVEL0 0xAAu

enum rdp_level options_rdp(void)
{
  switch ((FLASH->OBR & FLASH_OBR_RDPRT_Msk) >> FLASH_OBR_RDPRT_Pos) {
  case 0:
    return RDP_LEVEL0;
  case 3:
    return RDP_LEVEL2;
  default:
    return RDP_LEVEL1;
  }
}

struct options {
  uint8_t byte[BYTES];
};

static struct options read_options(void)
{
  struct options options;
  for (uint32_t i = 0; i < BYTES; i++) {
    options.byte[i] = *(const volatile uint8_t *)(PART_OPTION_BASE + 2u * i);
  }
  return options;
}

static void wait(void)
{
  while (FLASH->SR & FLASH_SR_BSY) {
    watchdog_refresh();
  }
}

static bool program(const struct options *options)
{
  flash_unlock();
  if (!(FLASH->CR & FLASH_CR_OPTWRE)) {
    FLASH->OPTKEYR = FLASH_OPTKEYR_KEY1;
    FLASH->OPTKEYR = FLASH_OPTKEYR_KEY2;
  }
  wait();
  FLASH->SR = FLASH_SR_PGERR | FLASH_SR_WRPRTERR | FLASH_SR_EOP;
  FLASH->CR = FLASH_CR_OPTWRE | FLASH_CR_OPTER;
  FLASH->CR = FLASH_CR_OPTWRE | FLASH_CR_OPTER | FLASH_CR_STRT;
  wait();
  FLASH->CR = FLASH_CR_OPTWRE | FLASH_CR_OPTPG;
  for (uint32_t i = 0; i < BYTES; i++) {
    const uint32_t value = options->byte[i];
    *(volatile uint16_t *)(PART_OPTION_BASE + 2u * i) = (uint16_t)(value | (~value & 0xFFu) << 8);
    wait();
  }
  FLASH->CR = FLASH_CR_OPTWRE;
  const bool programmed = !(FLASH->SR & (FLASH_SR_PGERR | FLASH_SR_WRPRTERR));
  if (!programmed) {
    flash_lock();
  }
  return programmed;
}

bool options_write(const uint8_t *bytes, uint32_t count)
{
  struct options options = read_options();
  for (uint32_t i = 0; i < BYTES && 2u * i < count; i++) {
    options.byte[i] = bytes[2u * i];
  }
  return program(&options);
}

/* [f0-wp-sectors] a sector code is the number of a bit in WRP0 to WRP3, which protects when it is 0 */
bool options_protect(uint32_t sectors[PART_WRP_WORDS])
{
  struct options options = read_options();
  for (uint32_t i = 0; i < PART_WRP_BYTES; i++) {
    options.byte[WRP0 + i] = (uint8_t)~(sectors[0] >> 8u * i);
  }
  return program(&options);
}

bool options_set_rdp(enum rdp_level level)
{
  struct options options = read_options();
  options.byte[RDP] = level == RDP_LEVEL0 ? RDP_BYTE_LEVEL0 : PART_RDP_LEVEL1;
  return program(&options);
}

void options_launch(void)
{
  FLASH->CR |= FLASH_CR_OBL_LAUNCH;
  for (;;) {
    /* the load resets the chip */
  }
}
