/* The boards of the Nucleo-32 series: virtual COM port on USART2, PA2/PA15 (ST .ioc files of the boards), green LED on PB3. */
#define CONSOLE_USART USART2
#define CONSOLE_IRQ USART2_IRQ
#define CONSOLE_CLOCK_ON() FAMILY_USART2_CLOCK_ON()
#define CONSOLE_HZ(hclk) FAMILY_USART2_HZ(hclk)
#define CONSOLE_ALTERNATE FAMILY_USART2_PA2_ALTERNATE
#define CONSOLE_TX_PIN 2u
#define CONSOLE_RX_PIN 15u
#define LED_PORT GPIOB
#define LED_PIN 3u
#define PART_PORTS 0x3u /* A and B */
