/* The flag counts only at a start that a software reset caused: RCC_CSR as this start found it. */
#include "../f411-ram-flag/reserved-word.h"

#define ALSO_ASKED() (reset_record.csr & RCC_CSR_SFTRSTF)

#include "../f411-ram-flag/posted.c"
