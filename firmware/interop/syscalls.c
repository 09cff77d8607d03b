/* What newlib asks of a board: text goes to the console's USART, memory comes from between .bss and the stack. */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "part.h"
#include "usart/usart.h"

#define BAUD 115200u

extern char end[], __heap_limit[];

int _write(int file, const char *bytes, int count);
void *_sbrk(ptrdiff_t increment);
int _close(int file);
int _fstat(int file, struct stat *status);
int _isatty(int file);
int _lseek(int file, int offset, int whence);
int _read(int file, char *bytes, int count);
int _getpid(void);
int _kill(int process, int signal);
__attribute__((noreturn)) void _exit(int status);

static void pin(uint32_t number)
{
  gpio_alternate(GPIOA, number, CONSOLE_ALTERNATE);
  gpio_mode(GPIOA, number, GPIO_MODER_ALTERNATE);
}

/* The clock is that of the reset. */
static void console_open(void)
{
  enable_clock(&FAMILY_PORT_ENR, PART_PORTS << FAMILY_PORT_ENR_Pos);
  CONSOLE_CLOCK_ON();
  usart_configure((CONSOLE_HZ(FAMILY_RESET_HZ) + BAUD / 2u) / BAUD);
  pin(CONSOLE_TX_PIN);
  usart_enable();
}

int _write(int file, const char *bytes, int count)
{
  static int opened;
  (void)file;
  if (!opened) {
    opened = 1;
    console_open();
  }
  for (int i = 0; i < count; i++) {
    usart_send((uint8_t)bytes[i]);
  }
  return count;
}

void *_sbrk(ptrdiff_t increment)
{
  static char *at = end;
  if (increment > __heap_limit - at) {
    errno = ENOMEM;
    return (void *)-1;
  }
  char *const given = at;
  at += increment;
  return given;
}

int _close(int file)
{
  (void)file;
  return -1;
}

int _fstat(int file, struct stat *status)
{
  (void)file;
  *status = (struct stat){.st_mode = S_IFCHR};
  return 0;
}

int _isatty(int file)
{
  (void)file;
  return 1;
}

int _lseek(int file, int offset, int whence)
{
  (void)file;
  (void)offset;
  (void)whence;
  return 0;
}

int _read(int file, char *bytes, int count)
{
  (void)file;
  (void)bytes;
  (void)count;
  return 0;
}

int _getpid(void) { return 1; }

int _kill(int process, int signal)
{
  (void)process;
  (void)signal;
  return -1;
}

void _exit(int status)
{
  (void)status;
  usart_drain();
  for (;;) {
    cpu_wfi();
  }
}
