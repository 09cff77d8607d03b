/*
 * USB OTG full-speed in device mode: STM32F4 (core 2.81a) and L4 (core 3.10a). Source: RM0383 22.16 and RM0351 47.15 (OTG_FS control and status
 * registers). All registers are words.
 */
#ifndef COMMON_USB_OTG_H
#define COMMON_USB_OTG_H

#include "cortex-m.h"

struct otg_in_endpoint {
  volatile uint32_t DIEPCTL;
  uint32_t reserved_04;
  volatile uint32_t DIEPINT;
  uint32_t reserved_0c;
  volatile uint32_t DIEPTSIZ;
  uint32_t reserved_14;
  volatile uint32_t DTXFSTS;
  uint32_t reserved_1c;
};

struct otg_out_endpoint {
  volatile uint32_t DOEPCTL;
  uint32_t reserved_04;
  volatile uint32_t DOEPINT;
  uint32_t reserved_0c;
  volatile uint32_t DOEPTSIZ;
  uint32_t reserved_14[3];
};

struct otg {
  volatile uint32_t GOTGCTL;
  volatile uint32_t GOTGINT;
  volatile uint32_t GAHBCFG;
  volatile uint32_t GUSBCFG;
  volatile uint32_t GRSTCTL;
  volatile uint32_t GINTSTS;
  volatile uint32_t GINTMSK;
  volatile uint32_t GRXSTSR;
  volatile uint32_t GRXSTSP;
  volatile uint32_t GRXFSIZ;
  volatile uint32_t DIEPTXF0;
  uint32_t reserved_02c[3];
  volatile uint32_t GCCFG;
  volatile uint32_t CID;
  uint32_t reserved_040[496];
  volatile uint32_t DCFG;
  volatile uint32_t DCTL;
  volatile uint32_t DSTS;
  uint32_t reserved_80c;
  volatile uint32_t DIEPMSK;
  volatile uint32_t DOEPMSK;
  volatile uint32_t DAINT;
  volatile uint32_t DAINTMSK;
  uint32_t reserved_820[5];
  volatile uint32_t DIEPEMPMSK;
  uint32_t reserved_838[50];
  struct otg_in_endpoint IN[16];
  struct otg_out_endpoint OUT[16];
  uint32_t reserved_d00[64];
  volatile uint32_t PCGCCTL;
  uint32_t reserved_e04[127];
  volatile uint32_t FIFO0; /* written: the Tx FIFO of endpoint 0; read: the Rx FIFO */
};
#define OTG_FS ((struct otg *)0x50000000u)
REGISTER_AT(otg, GCCFG, 0x038);
REGISTER_AT(otg, DCFG, 0x800);
REGISTER_AT(otg, DIEPEMPMSK, 0x834);
REGISTER_AT(otg, IN, 0x900);
REGISTER_AT(otg, OUT, 0xB00);
REGISTER_AT(otg, PCGCCTL, 0xE00);
REGISTER_AT(otg, FIFO0, 0x1000);

#define OTG_GOTGCTL_BVALOEN (1u << 6) /* L4 */
#define OTG_GOTGCTL_BVALOVAL (1u << 7)
#define OTG_GAHBCFG_GINT (1u << 0)
#define OTG_GUSBCFG_PHYSEL (1u << 6)
#define OTG_GUSBCFG_TRDT_Pos 10u
#define OTG_GUSBCFG_FDMOD (1u << 30)
#define OTG_GRSTCTL_CSRST (1u << 0)
#define OTG_GRSTCTL_RXFFLSH (1u << 4)
#define OTG_GRSTCTL_TXFFLSH (1u << 5)
#define OTG_GRSTCTL_TXFNUM_Pos 6u
#define OTG_GRSTCTL_TXFNUM_ALL 0x10u
#define OTG_GRSTCTL_AHBIDL (1u << 31)

/* GINTSTS and GINTMSK */
#define OTG_GINT_CMOD (1u << 0)
#define OTG_GINT_RXFLVL (1u << 4)
#define OTG_GINT_USBRST (1u << 12)
#define OTG_GINT_ENUMDNE (1u << 13)
#define OTG_GINT_IEPINT (1u << 18)

/* A status word of the Rx FIFO */
#define OTG_GRXSTS_EPNUM_Msk 0xFu
#define OTG_GRXSTS_BCNT_Pos 4u
#define OTG_GRXSTS_BCNT_Msk 0x7FFu
#define OTG_GRXSTS_PKTSTS_Pos 17u
#define OTG_GRXSTS_PKTSTS_Msk 0xFu
#define OTG_PKTSTS_OUT_DATA 2u
#define OTG_PKTSTS_OUT_COMPLETE 3u
#define OTG_PKTSTS_SETUP_COMPLETE 4u
#define OTG_PKTSTS_SETUP_DATA 6u

#define OTG_GCCFG_PWRDWN (1u << 16)     /* the transceiver is on */
#define OTG_GCCFG_NOVBUSSENS (1u << 21) /* F4: VBUS counts as present. On L4 the same bit is VBDEN, with the contrary sense */
#define OTG_CID_L4 0x2000u

#define OTG_DCFG_DSPD_FULL 3u
#define OTG_DCFG_DAD_Pos 4u
#define OTG_DCFG_DAD_Msk (0x7Fu << OTG_DCFG_DAD_Pos)
#define OTG_DCTL_SDIS (1u << 1)
#define OTG_DCTL_CGINAK (1u << 8)

#define OTG_DIEPMSK_XFRCM (1u << 0)
#define OTG_DAINT_IN0 (1u << 0)

/* DIEPCTL and DOEPCTL */
#define OTG_EPCTL_STALL (1u << 21)
#define OTG_EPCTL_CNAK (1u << 26)
#define OTG_EPCTL_SNAK (1u << 27)
#define OTG_EPCTL_EPDIS (1u << 30)
#define OTG_EPCTL_EPENA (1u << 31)

#define OTG_DIEPINT_XFRC (1u << 0)
#define OTG_DIEPINT_EPDISD (1u << 1)
#define OTG_DIEPINT_INEPNE (1u << 6)
#define OTG_EPINT_ALL 0xFFFFu

/* DIEPTSIZ0 and DOEPTSIZ0 */
#define OTG_EPTSIZ_PKTCNT_Pos 19u
#define OTG_DOEPTSIZ0_STUPCNT_Pos 29u

#endif
