/* STM32F411CE on the WeAct Black Pill: 25 MHz crystal, no virtual COM port, LED on PC13. The ROM's RAM: AN2606 r70 T83, 12 KB. */
#define PART_FLASH_KB 512
#define PART_RAM_BYTES 0x20000
#define PART_ROM_RAM_BYTES 0x3000
#define PART_RETAINED_BYTES 0x400
#define PART_LEAST_STACK 0x400
#define PART_INTERRUPTS 86
#define PART_HSE_MHZ 25u
#define PART_HAS_USB
#define PART_USB_IRQ OTG_FS_IRQ
#define PART_USB_HSE_MHZ PART_HSE_MHZ
/* An adapter on the pins on which the ROM listens as well. */
#define CONSOLE_USART USART1
#define CONSOLE_IRQ USART1_IRQ
#define CONSOLE_CLOCK_ON() FAMILY_USART1_CLOCK_ON()
#define CONSOLE_HZ(hclk) FAMILY_USART1_HZ(hclk)
#define CONSOLE_ALTERNATE FAMILY_USART1_PA9_ALTERNATE
#define CONSOLE_TX_PIN 9u
#define CONSOLE_RX_PIN 10u
#define LED_PORT GPIOC
#define LED_PIN 13u
#define PART_PORTS 0x5u /* A and C */
