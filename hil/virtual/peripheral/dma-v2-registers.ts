/** Registers of the DMA with streams. Source: RM0383 9.5 (documented). */
export const DMA = { LISR: 0x00, HISR: 0x04, LIFCR: 0x08, HIFCR: 0x0c, STREAM0: 0x10, STREAM_STEP: 0x18 } as const;

/** Offsets within a stream. */
export const STREAM = { CR: 0x00, NDTR: 0x04, PAR: 0x08, M0AR: 0x0c, M1AR: 0x10, FCR: 0x14 } as const;

export const SCR = {
  EN: 1 << 0,
  DMEIE: 1 << 1,
  TEIE: 1 << 2,
  HTIE: 1 << 3,
  TCIE: 1 << 4,
  PFCTRL: 1 << 5,
  MEMORY_TO_PERIPHERAL: 1 << 6,
  MEMORY_TO_MEMORY: 2 << 6,
  DIR: 3 << 6,
  CIRC: 1 << 8,
  PINC: 1 << 9,
  MINC: 1 << 10,
  PSIZE: 3 << 11,
  MSIZE: 3 << 13,
  PINCOS: 1 << 15,
  DBM: 1 << 18,
  CT: 1 << 19,
  MBURST: 3 << 23,
  /** All bits that exist. */
  MASK: 0x0fef_ffff,
} as const;
export const SCR_INTERRUPTS = SCR.DMEIE | SCR.TEIE | SCR.HTIE | SCR.TCIE;

export const SFCR = { FTH: 3, DMDIS: 1 << 2, FEIE: 1 << 7, RESET: 1 } as const;

/** Flags of a stream within its field of LISR or HISR. But for FEIF, each is one place above its enable in SxCR. */
export const FLAG = { FEIF: 1 << 0, DMEIF: 1 << 2, TEIF: 1 << 3, HTIF: 1 << 4, TCIF: 1 << 5, ALL: 0x3d } as const;

/** Where the flags of a stream stand; streams 0 to 3 are in LISR, 4 to 7 in HISR. */
export const flagShift = (stream: number): number => [0, 6, 16, 22][stream & 3]!;
