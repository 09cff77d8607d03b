#include "../any-go-without-vtor/without-interrupts.c"
