/* STM32C011F6 on the STM32C0116-DK: console on the Grove connector, LED LD3 on PB6. The ROM's RAM: AN2606 r70 T10, 3.5 KB. */
#define PART_FLASH_KB 32
#define PART_RAM_BYTES 0x1800
#define PART_ROM_RAM_BYTES 0xE00
#define PART_RETAINED_BYTES 0x400
#define PART_LEAST_STACK 0x400
#define PART_INTERRUPTS 32
/* An adapter on the pins on which the ROM listens as well. */
#define CONSOLE_USART USART1
#define CONSOLE_IRQ USART1_IRQ
/* With 20 pins PA9 and PA10 come out on the pads of PA11 and PA12, and only while SYSCFG says so (RM0490, SYSCFG_CFGR1). */
#define CONSOLE_CLOCK_ON()                                                                                                     \
  do {                                                                                                                         \
    FAMILY_USART1_CLOCK_ON();                                                                                                  \
    enable_clock(&FAMILY_SYSCFG_ENR, FAMILY_SYSCFG_ENR_MASK);                                                                  \
    SYSCFG->CFGR1 |= SYSCFG_CFGR1_PA11_RMP | SYSCFG_CFGR1_PA12_RMP;                                                            \
  } while (0)
#define CONSOLE_HZ(hclk) FAMILY_USART1_HZ(hclk)
#define CONSOLE_ALTERNATE FAMILY_USART1_PA9_ALTERNATE
#define CONSOLE_TX_PIN 9u
#define CONSOLE_RX_PIN 10u
#define LED_PORT GPIOB
#define LED_PIN 6u
#define PART_PORTS 0x3u /* A and B */
