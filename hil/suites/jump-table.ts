import type { Chip, RomUsart } from '../index.ts';

/** A way to jump, as settings of the application under test. */
export interface JumpRow {
  readonly name: string;
  readonly settings: Readonly<Record<string, string>>;
  /** Where the demand rests; what a result that contradicts it would contradict. */
  readonly source: string;
}

/** Sequences that are right by the documents: they end as the documents say of the part's ROM. */
export const sound: readonly JumpRow[] = [
  { name: "the guide's sequence", settings: {}, source: 'seed guide (STM32G070CB); AN2606 r70 4.1' },
  {
    name: 'a RAM flag and a reset, then the jump at once',
    settings: { 'jump.via': 'reset' },
    source: 'cases.md S2: AN2606 r70 4.1 is met by the reset itself',
  },
  {
    name: "the guide's sequence from the part's full speed",
    settings: { 'jump.clock': 'fast' },
    source: 'seed guide: HAL_RCC_DeInit comes first',
  },
  {
    name: "the guide's sequence from a task on the process stack",
    settings: { 'jump.thread': 'psp' },
    source: 'seed guide: CONTROL = 0; case N18',
  },
];

/** Interrupts left masked. */
export const masked: JumpRow = {
  name: 'interrupts left masked',
  settings: { 'jump.primask': 'disabled' },
  source:
    'AN2606 r70 4.1: interrupts must be enabled for ROMs that use them (USB, SPI, software-baud USART); a USART with auto-baud in hardware needs none',
};

/** What no document settles: a ROM that measures the baud rate in software may do it by interrupt or by polling. */
export function maskedIsSettled(port: RomUsart | undefined): boolean {
  return port?.baudDetection === 'hardware';
}

/** Sequences that cannot end in the ROM: the core faults before the ROM's first instruction. */
export const mustFault: readonly (JumpRow & { readonly on: (chip: Chip) => boolean })[] = [
  {
    name: 'the reset vector with bit 0 clear',
    settings: { 'jump.target': 'vector-even' },
    source: 'Armv6-M A4.1.1, Armv7-M A4.1.1: EPSR.T = 0 faults',
    on: () => true,
  },
  {
    name: "the table's address instead of its reset vector (no dereference)",
    settings: { 'jump.target': 'table' },
    source: 'cases.md S3: a cast where a load was meant; the address is even',
    on: () => true,
  },
  {
    name: 'an unprivileged task that cannot change CONTROL or MSP',
    settings: { 'jump.thread': 'psp-unprivileged' },
    source:
      'case N18; Armv6-M B1.4.4: the system control space answers unprivileged accesses with a fault; Cortex-M0 has no unprivileged mode',
    on: (chip) => chip.core.name !== 'Cortex-M0',
  },
];

/** Sequences whose result no document settles: they are measured and shown. */
export const measured: readonly JumpRow[] = [
  {
    name: 'system memory not mapped at 0',
    settings: { 'jump.mem_mode': 'keep' },
    source: 'AN2606 r70 4.1 asks for the remap on dual-bank parts only',
  },
  {
    name: 'VTOR left on the application',
    settings: { 'jump.vtor': 'keep' },
    source: 'the ROM was seen to set VTOR itself (G03x)',
  },
  {
    name: 'SysTick left running',
    settings: { 'jump.systick': 'keep', 'jump.rcc': 'keep', 'jump.peripherals': 'keep' },
    source: "what the ROM's SysTick vector does is not published",
  },
  {
    name: 'MSP left on the application',
    settings: { 'jump.msp': 'keep' },
    source: 'cases.md S2 (e): fine unless the stack lies in the RAM of the ROM',
  },
];

/** Boot patterns of AN2606 r70 table 2 in which erased flash boots the ROM. */
export const EMPTY_CHECK_PATTERNS: readonly number[] = [6, 11];

/** Boot patterns in which, with the option bytes from the factory, the BOOT0 pin decides. In pattern 11 nBOOT_SEL = 1 hides the pin. */
export const PIN_PATTERNS: readonly number[] = [1, 2, 6, 7];
