/**
 * Registers of the USB full-speed device peripheral and how an endpoint register takes a write. Version 1 is that of F0 and L0, version 2
 * (USB DRD) that of G0B1 and C071, whose endpoint registers are called CHEPnR.
 * Source: ST headers stm32f042x6.h, stm32l073xx.h, stm32g0b1xx.h, stm32c071xx.h; RM0091 30.6 (documented); write kinds as TinyUSB, ST's
 * HAL and libopencm3 rely on them (corroborated).
 */
export type FsdevVersion = 1 | 2;

/** Offsets; endpoint register n is at 4 n. */
export const USB = {
  CNTR: 0x40,
  ISTR: 0x44,
  FNR: 0x48,
  DADDR: 0x4c,
  /** Version 1 only; the table of version 2 begins at 0 of the packet memory. */
  BTABLE: 0x50,
  LPMCSR: 0x54,
  BCDR: 0x58,
} as const;

export const CNTR = {
  FRES: 1 << 0,
  PDWN: 1 << 1,
  /** SUSPRDY on version 2, which software does not write. */
  LPMODE: 1 << 2,
  /** SUSPEN on version 2. */
  FSUSP: 1 << 3,
  ESOFM: 1 << 8,
  SOFM: 1 << 9,
  /** Version 2; the model is a device only. */
  HOST: 0x8000_0000,
} as const;

export const ISTR = {
  EP_ID: 0xf,
  DIR: 1 << 4,
  ESOF: 1 << 8,
  SOF: 1 << 9,
  RESET: 1 << 10,
  SUSP: 1 << 11,
  WKUP: 1 << 12,
  PMAOVR: 1 << 14,
  CTR: 1 << 15,
} as const;
/** Flags that a write clears where it has a 0: bits 14 to 7, and the two of version 2 that a device never sets. */
export const ISTR_RC_W0 = 0x7f80;
/** Flags that raise the interrupt if the same bit of CNTR is set. */
export const ISTR_CAUSES = 0xff80;

export const DADDR_EF = 1 << 7;
export const BCDR_DPPU = 1 << 15;
/** DPPU, SDEN, PDEN, DCDEN, BCDEN. */
export const BCDR_MASK = 0x800f;
/** LPMACK, LPMEN. */
export const LPMCSR_MASK = 3;

/** What software can store in CNTR. */
export const CNTR_MASK: Readonly<Record<FsdevVersion, number>> = {
  1: 0xffbf,
  // Without SUSPRDY (bit 2), with HOST, DDISCM and THR512M.
  2: 0x8003_ffbb,
};
export const CNTR_RESET = CNTR.PDWN | CNTR.FRES;

export const EP = {
  CTR_RX: 1 << 15,
  DTOG_RX: 1 << 14,
  STAT_RX: 3 << 12,
  SETUP: 1 << 11,
  TYPE: 3 << 9,
  KIND: 1 << 8,
  CTR_TX: 1 << 7,
  DTOG_TX: 1 << 6,
  STAT_TX: 3 << 4,
  EA: 0xf,
} as const;
export const STAT_RX_SHIFT = 12;
export const STAT_TX_SHIFT = 4;
/** STAT_RX and STAT_TX. */
export const STAT = { DISABLED: 0, STALL: 1, NAK: 2, VALID: 3 } as const;
/** EP_TYPE, in place. */
export const TYPE = { BULK: 0, CONTROL: 1 << 9, ISO: 2 << 9, INTERRUPT: 3 << 9 } as const;

const TOGGLE = EP.DTOG_RX | EP.STAT_RX | EP.DTOG_TX | EP.STAT_TX;
const CTR = EP.CTR_RX | EP.CTR_TX;
const PLAIN = EP.TYPE | EP.KIND | EP.EA;
/** DEVADDR and LS_EP, which only a host uses. */
const PLAIN_V2 = PLAIN | 0x017f_0000;
/** NAK, ERR_TX and ERR_RX, too. */
const CLEARED_BY_0_V2 = CTR | 0x0680_0000;

/** An endpoint register after a write: plain bits as written, flags cleared by 0, toggles flipped by 1, SETUP as it was. */
export function writtenEndpoint(version: FsdevVersion, old: number, value: number): number {
  const plain = version === 1 ? PLAIN : PLAIN_V2;
  const flags = version === 1 ? CTR : CLEARED_BY_0_V2;
  return ((value & plain) | (old & value & flags) | ((old ^ value) & TOGGLE) | (old & EP.SETUP)) >>> 0;
}

/** What a bus reset leaves of an endpoint register: a packet that came just before it is not forgotten (RM0091 30.6.2, recalled: corroborated). */
export const resetEndpoint = (old: number): number => old & CTR;

export const statRx = (endpoint: number): number => (endpoint >>> STAT_RX_SHIFT) & 3;
export const statTx = (endpoint: number): number => (endpoint >>> STAT_TX_SHIFT) & 3;
