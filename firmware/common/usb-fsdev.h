/*
 * USB full-speed device peripheral. Version 1: STM32F0x2, L0x2 and L0x3, with endpoint registers EPnR and the register BTABLE. Version 2
 * (USB DRD): G0B1 and C071, whose endpoint registers are called CHEPnR and whose buffer table stands at the start of the packet memory.
 * Source: RM0091 30.6 (USB registers), RM0444 (USB), names as in ST's headers. Registers are written as words.
 */
#ifndef COMMON_USB_FSDEV_H
#define COMMON_USB_FSDEV_H

#include "cortex-m.h"

struct usb {
  volatile uint32_t EPR[8]; /* CHEPnR in version 2 */
  uint32_t reserved_20[8];
  volatile uint32_t CNTR;
  volatile uint32_t ISTR;
  volatile uint32_t FNR;
  volatile uint32_t DADDR;
  volatile uint32_t BTABLE; /* version 1 */
  volatile uint32_t LPMCSR;
  volatile uint32_t BCDR;
};
#define USB ((struct usb *)0x40005C00u)
REGISTER_AT(usb, CNTR, 0x40);
REGISTER_AT(usb, BCDR, 0x58);

#define USB_CNTR_FRES (1u << 0)
#define USB_CNTR_PDWN (1u << 1)
#define USB_CNTR_FSUSP (1u << 3) /* SUSPEN in version 2 */
#define USB_CNTR_RESETM (1u << 10)
#define USB_CNTR_SUSPM (1u << 11)
#define USB_CNTR_WKUPM (1u << 12)
#define USB_CNTR_CTRM (1u << 15)

/* The flags are cleared by writing 0 and kept by writing 1. */
#define USB_ISTR_EP_ID_Msk 0xFu
#define USB_ISTR_DIR (1u << 4)
#define USB_ISTR_RESET (1u << 10)
#define USB_ISTR_SUSP (1u << 11)
#define USB_ISTR_WKUP (1u << 12)
#define USB_ISTR_CTR (1u << 15)

#define USB_DADDR_EF (1u << 7)
#define USB_BCDR_DPPU (1u << 15)

/* Endpoint register. CTR_RX and CTR_TX: 0 clears, 1 keeps. DTOG and STAT: 1 flips, 0 keeps. The others are plain. */
#define USB_EPR_CTR_RX (1u << 15)
#define USB_EPR_DTOG_RX (1u << 14)
#define USB_EPR_STAT_RX_Pos 12u
#define USB_EPR_STAT_RX_Msk (3u << USB_EPR_STAT_RX_Pos)
#define USB_EPR_SETUP (1u << 11)
#define USB_EPR_EP_TYPE_CONTROL (1u << 9)
#define USB_EPR_CTR_TX (1u << 7)
#define USB_EPR_DTOG_TX (1u << 6)
#define USB_EPR_STAT_TX_Pos 4u
#define USB_EPR_STAT_TX_Msk (3u << USB_EPR_STAT_TX_Pos)
#define USB_EPR_STAT_DISABLED 0u
#define USB_EPR_STAT_STALL 1u
#define USB_EPR_STAT_NAK 2u
#define USB_EPR_STAT_VALID 3u

/* Packet memory: half-words and bytes in version 1, words only in version 2. */
#define USB_PMA_V1 ((volatile uint16_t *)0x40006000u)
#define USB_PMA_V2 ((volatile uint32_t *)0x40009800u)
/* BLSIZE and NUM_BLOCK of a receive buffer of 64 bytes: two blocks of 32, in bits 15:10 of the count. */
#define USB_COUNT_RX_64_BYTES 0x8400u
#define USB_COUNT_Msk 0x3FFu

#endif
