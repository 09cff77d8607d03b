/* GPIO port, the same block in all families but F1; the family's header gives the bases. */
#ifndef COMMON_GPIO_H
#define COMMON_GPIO_H

#include "cortex-m.h"

struct gpio {
  volatile uint32_t MODER;
  volatile uint32_t OTYPER;
  volatile uint32_t OSPEEDR;
  volatile uint32_t PUPDR;
  volatile uint32_t IDR;
  volatile uint32_t ODR;
  volatile uint32_t BSRR;
  volatile uint32_t LCKR;
  volatile uint32_t AFRL;
  volatile uint32_t AFRH;
  volatile uint32_t BRR; /* not on STM32F4 */
};
REGISTER_AT(gpio, AFRL, 0x20);
REGISTER_AT(gpio, BRR, 0x28);

/* Two bits per pin. */
#define GPIO_MODER_INPUT 0u
#define GPIO_MODER_OUTPUT 1u
#define GPIO_MODER_ALTERNATE 2u
#define GPIO_MODER_ANALOG 3u
#define GPIO_PUPDR_NONE 0u
#define GPIO_PUPDR_PULL_UP 1u
#define GPIO_PUPDR_PULL_DOWN 2u

static inline void gpio_mode(struct gpio *port, uint32_t pin, uint32_t mode)
{
  port->MODER = (port->MODER & ~(3u << pin * 2u)) | mode << pin * 2u;
}

static inline void gpio_pull(struct gpio *port, uint32_t pin, uint32_t pull)
{
  port->PUPDR = (port->PUPDR & ~(3u << pin * 2u)) | pull << pin * 2u;
}

/* The function number takes effect with GPIO_MODER_ALTERNATE. */
static inline void gpio_alternate(struct gpio *port, uint32_t pin, uint32_t function)
{
  volatile uint32_t *const afr = pin < 8u ? &port->AFRL : &port->AFRH;
  const uint32_t shift = (pin & 7u) * 4u;
  *afr = (*afr & ~(0xFu << shift)) | function << shift;
}

#endif
