/* The boards of the Nucleo-64 series: virtual COM port on USART2, PA2/PA3 (ST .ioc files of the boards), green LED on PA5. */
#define CONSOLE_USART USART2
#define CONSOLE_IRQ USART2_IRQ
#define CONSOLE_CLOCK_ON() FAMILY_USART2_CLOCK_ON()
#define CONSOLE_HZ(hclk) FAMILY_USART2_HZ(hclk)
#define CONSOLE_ALTERNATE FAMILY_USART2_PA2_ALTERNATE
#define CONSOLE_TX_PIN 2u
#define CONSOLE_RX_PIN 3u
#define LED_PORT GPIOA
#define LED_PIN 5u
#define PART_PORTS 0x1u /* A */
