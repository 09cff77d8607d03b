/** Offsets and bits of the USART with FIFO of STM32 G0 and C0 ("v3"). Source: ST header stm32g070xx.h (documented). */
export const USART = {
  CR1: 0x00,
  CR2: 0x04,
  CR3: 0x08,
  BRR: 0x0c,
  GTPR: 0x10,
  RTOR: 0x14,
  RQR: 0x18,
  ISR: 0x1c,
  ICR: 0x20,
  RDR: 0x24,
  TDR: 0x28,
  PRESC: 0x2c,
} as const;

export const CR1 = {
  UE: 1 << 0,
  RE: 1 << 2,
  TE: 1 << 3,
  IDLEIE: 1 << 4,
  RXNEIE: 1 << 5,
  TCIE: 1 << 6,
  TXEIE: 1 << 7,
  PEIE: 1 << 8,
  PS: 1 << 9,
  PCE: 1 << 10,
  M0: 1 << 12,
  CMIE: 1 << 14,
  OVER8: 1 << 15,
  RTOIE: 1 << 26,
  M1: 1 << 28,
  FIFOEN: 1 << 29,
  TXFEIE: 1 << 30,
  RXFFIE: 0x8000_0000,
} as const;

export const CR2 = { ABREN: 1 << 20, RTOEN: 1 << 23 } as const;
export const CR3 = { EIE: 1 << 0, DMAR: 1 << 6, DMAT: 1 << 7, ONEBIT: 1 << 11, OVRDIS: 1 << 12 } as const;
export const RQR = { ABRRQ: 1 << 0, SBKRQ: 1 << 1, RXFRQ: 1 << 3, TXFRQ: 1 << 4 } as const;

export const ISR = {
  PE: 1 << 0,
  FE: 1 << 1,
  NE: 1 << 2,
  ORE: 1 << 3,
  IDLE: 1 << 4,
  RXNE: 1 << 5,
  TC: 1 << 6,
  TXE: 1 << 7,
  RTOF: 1 << 11,
  ABRE: 1 << 14,
  ABRF: 1 << 15,
  BUSY: 1 << 16,
  CMF: 1 << 17,
  TEACK: 1 << 21,
  REACK: 1 << 22,
  TXFE: 1 << 23,
  RXFF: 1 << 24,
} as const;

/** Flags that ICR clears. */
export const ICR_MASK = ISR.PE | ISR.FE | ISR.NE | ISR.ORE | ISR.IDLE | ISR.TC | ISR.RTOF | ISR.CMF;

/** Dividers of PRESC 0..11; higher values count as 256. */
export const PRESCALERS = [1, 2, 4, 6, 8, 10, 12, 16, 32, 64, 128, 256] as const;

/** Format of a frame on the line. */
export interface FrameFormat {
  /** Bits between start and stop, parity included. */
  readonly bits: 7 | 8 | 9;
  readonly parity: 'none' | 'even' | 'odd';
  readonly stopBits: number;
}

export function formatOf(cr1: number, cr2: number): FrameFormat {
  const bits = cr1 & CR1.M1 ? 7 : cr1 & CR1.M0 ? 9 : 8;
  const parity = cr1 & CR1.PCE ? (cr1 & CR1.PS ? 'odd' : 'even') : 'none';
  return { bits, parity, stopBits: [1, 0.5, 2, 1.5][(cr2 >>> 12) & 3]! };
}

/**
 * Clocks per bit of the kernel clock after PRESC (a half when OVER8).
 * RM0454 26.5.6: OVER8 = 0: USARTDIV = BRR; OVER8 = 1: BRR[2:0] = USARTDIV[3:0] >> 1, baud = 2 * clock / USARTDIV.
 */
export function clocksPerBit(brr: number, over8: boolean): number {
  return over8 ? ((brr & 0xfff0) | ((brr & 7) << 1)) / 2 : brr & 0xffff;
}

export function brrFor(clocks: number, over8: boolean): number {
  if (!over8) return Math.round(clocks);
  const div = Math.round(clocks * 2);
  return (div & 0xfff0) | ((div & 15) >> 1);
}

export function parityBit(data: number, bits: number, parity: 'even' | 'odd'): 0 | 1 {
  let ones = parity === 'odd' ? 1 : 0;
  for (let i = 0; i < bits; i++) ones += (data >>> i) & 1;
  return (ones & 1) as 0 | 1;
}
