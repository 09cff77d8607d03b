/** Offsets and bits of the USART of STM32F1, F2 and F4 ("v1"). Source: ST header stm32f411xe.h (documented). */
export const USART = { SR: 0x00, DR: 0x04, BRR: 0x08, CR1: 0x0c, CR2: 0x10, CR3: 0x14, GTPR: 0x18 } as const;

export const SR = {
  PE: 1 << 0,
  FE: 1 << 1,
  NF: 1 << 2,
  ORE: 1 << 3,
  IDLE: 1 << 4,
  RXNE: 1 << 5,
  TC: 1 << 6,
  TXE: 1 << 7,
} as const;

export const CR1 = {
  SBK: 1 << 0,
  RE: 1 << 2,
  TE: 1 << 3,
  IDLEIE: 1 << 4,
  RXNEIE: 1 << 5,
  TCIE: 1 << 6,
  TXEIE: 1 << 7,
  PEIE: 1 << 8,
  PS: 1 << 9,
  PCE: 1 << 10,
  M: 1 << 12,
  UE: 1 << 13,
  OVER8: 1 << 15,
  WRITABLE: 0xbfff,
} as const;

export const CR2_WRITABLE = 0x7f6f;
export const CR3 = { EIE: 1 << 0, DMAR: 1 << 6, DMAT: 1 << 7, ONEBIT: 1 << 11, WRITABLE: 0x0fff } as const;
