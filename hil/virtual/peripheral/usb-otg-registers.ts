/**
 * Offsets and bits of OTG_FS in device mode. Source: ST headers stm32f411xe.h and stm32l476xx.h, RM0383 22.16, RM0351 47.15
 * (documented). Host mode has no model.
 */
export const OTG = {
  GOTGCTL: 0x000,
  GOTGINT: 0x004,
  GAHBCFG: 0x008,
  GUSBCFG: 0x00c,
  GRSTCTL: 0x010,
  GINTSTS: 0x014,
  GINTMSK: 0x018,
  GRXSTSR: 0x01c,
  GRXSTSP: 0x020,
  GRXFSIZ: 0x024,
  DIEPTXF0: 0x028,
  HNPTXSTS: 0x02c,
  GCCFG: 0x038,
  CID: 0x03c,
  GSNPSID: 0x040,
  GHWCFG1: 0x044,
  GHWCFG4: 0x050,
  GLPMCFG: 0x054,
  HPTXFSIZ: 0x100,
  DIEPTXF1: 0x104,
  DCFG: 0x800,
  DCTL: 0x804,
  DSTS: 0x808,
  DIEPMSK: 0x810,
  DOEPMSK: 0x814,
  DAINT: 0x818,
  DAINTMSK: 0x81c,
  DVBUSDIS: 0x828,
  DVBUSPULSE: 0x82c,
  DIEPEMPMSK: 0x834,
  IN: 0x900,
  OUT: 0xb00,
  PCGCCTL: 0xe00,
  FIFO: 0x1000,
} as const;

/** Distance of the register blocks of two endpoints, and the registers in one. */
export const EP_STRIDE = 0x20;
export const EP = { CTL: 0x00, INT: 0x08, TSIZ: 0x10, TXFSTS: 0x18 } as const;
/** Distance of the windows of two FIFOs. */
export const FIFO_STRIDE = 0x1000;

export const GOTGCTL = { BVALOEN: 1 << 6, BVALOVAL: 1 << 7, CIDSTS: 1 << 16, ASVLD: 1 << 18, BSVLD: 1 << 19 } as const;
export const GOTGINT = { SEDET: 1 << 2 } as const;
export const GAHBCFG = { GINT: 1 << 0, TXFELVL: 1 << 7, WRITABLE: 0x181 } as const;
export const GUSBCFG = { FHMOD: 1 << 29, FDMOD: 1 << 30 } as const;
export const GRSTCTL = {
  CSRST: 1 << 0,
  RXFFLSH: 1 << 4,
  TXFFLSH: 1 << 5,
  TXFNUM_LSB: 6,
  TXFNUM: 0x1f << 6,
  AHBIDL: 0x8000_0000,
  /** HSRST, FCRST: host matters, and they clear themselves, too. */
  OTHERS: 0x6,
} as const;
/** TXFNUM for all Tx FIFOs at once. */
export const TXFNUM_ALL = 0x10;

/** Of GINTSTS and GINTMSK. */
export const GINT = {
  CMOD: 1 << 0,
  MMIS: 1 << 1,
  OTGINT: 1 << 2,
  SOF: 1 << 3,
  RXFLVL: 1 << 4,
  NPTXFE: 1 << 5,
  GINAKEFF: 1 << 6,
  GONAKEFF: 1 << 7,
  ESUSP: 1 << 10,
  USBSUSP: 1 << 11,
  USBRST: 1 << 12,
  ENUMDNE: 1 << 13,
  IEPINT: 1 << 18,
  OEPINT: 1 << 19,
  PTXFE: 1 << 26,
  SRQINT: 1 << 30,
  WKUINT: 0x8000_0000,
} as const;
/** Flags that writing 1 clears; the others are levels (RM0383 22.16.2). */
export const GINTSTS_RC_W1 = 0xf830_fc0a;

export const GCCFG = {
  PWRDWN: 1 << 16,
  /** F411. */
  VBUSBSEN: 1 << 19,
  /** F411. */
  NOVBUSSENS: 1 << 21,
  /** L476. */
  VBDEN: 1 << 21,
} as const;

export const DCFG = { DAD_LSB: 4, DAD: 0x7f << 4, WRITABLE: 0x1ff7 } as const;
export const DCTL = {
  RWUSIG: 1 << 0,
  SDIS: 1 << 1,
  GINSTS: 1 << 2,
  GONSTS: 1 << 3,
  SGINAK: 1 << 7,
  CGINAK: 1 << 8,
  SGONAK: 1 << 9,
  CGONAK: 1 << 10,
  /** RWUSIG, SDIS, TCTL, POPRGDNE. */
  STORED: 0x873,
} as const;
export const DSTS = { SUSPSTS: 1 << 0, ENUMSPD_FULL: 3 << 1, FNSOF_LSB: 8 } as const;
export const PCGCCTL = { STPPCLK: 1 << 0, PHYSUSP: 1 << 4, WRITABLE: 0x3 } as const;

/** Of DIEPCTL and DOEPCTL. */
export const CTL = {
  MPSIZ: 0x7ff,
  USBAEP: 1 << 15,
  DPID: 1 << 16,
  NAKSTS: 1 << 17,
  EPTYP_LSB: 18,
  EPTYP: 3 << 18,
  SNPM: 1 << 20,
  STALL: 1 << 21,
  TXFNUM_LSB: 22,
  TXFNUM: 15 << 22,
  CNAK: 1 << 26,
  SNAK: 1 << 27,
  SD0PID: 1 << 28,
  SD1PID: 1 << 29,
  EPDIS: 1 << 30,
  EPENA: 0x8000_0000,
} as const;
export const EPTYP_ISOCHRONOUS = 1;

/** Of DIEPINT and DIEPMSK. */
export const IN_INT = { XFRC: 1, EPDISD: 2, ITTXFE: 1 << 4, INEPNE: 1 << 6, TXFE: 1 << 7, NAK: 1 << 13 } as const;
/** Of DOEPINT and DOEPMSK. */
export const OUT_INT = {
  XFRC: 1,
  EPDISD: 2,
  STUP: 1 << 3,
  OTEPDIS: 1 << 4,
  STSPHSRX: 1 << 5,
  B2BSTUP: 1 << 6,
  NAK: 1 << 13,
  STPKTRX: 1 << 15,
} as const;

/** PKTSTS of a status word in the Rx FIFO (RM0383 22.16.2, GRXSTSR). */
export const PKTSTS = { GLOBAL_OUT_NAK: 1, OUT_DATA: 2, OUT_COMPLETE: 3, SETUP_COMPLETE: 4, SETUP_DATA: 6 } as const;

/** A status word: BCNT in 14:4, DPID in 16:15 (0 DATA0, 2 DATA1), PKTSTS in 20:17. */
export function rxStatus(pktsts: number, endpoint: number, bytes = 0, toggle: 0 | 1 = 0): number {
  return endpoint | (bytes << 4) | (toggle << 16) | (pktsts << 17);
}

/** Bytes per packet by the code in MPSIZ of endpoint 0 (RM0383 22.16.4, DIEPCTL0). */
export const EP0_SIZES = [64, 32, 16, 8] as const;

/** Fields of DIEPTSIZ and DOEPTSIZ. */
export interface SizeFields {
  readonly size: number;
  readonly packets: number;
}
const EP0_IN: SizeFields = { size: 0x7f, packets: 3 };
const EP0_OUT: SizeFields = { size: 0x7f, packets: 1 };
const OTHER: SizeFields = { size: 0x7_ffff, packets: 0x3ff };
const PKTCNT_LSB = 19;
export const sizeFields = (index: number, direction: 'in' | 'out'): SizeFields =>
  index > 0 ? OTHER : direction === 'in' ? EP0_IN : EP0_OUT;
export const packetsOf = (value: number, fields: SizeFields): number => (value >>> PKTCNT_LSB) & fields.packets;
export const sizeWord = (size: number, packets: number): number => (size | (packets << PKTCNT_LSB)) >>> 0;
/** STUPCNT of DOEPTSIZ0; RXDPID or MCNT of the others. */
export const TSIZ_TOP_LSB = 29;
