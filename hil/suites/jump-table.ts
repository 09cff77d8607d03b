/** Ways to jump, as settings of the application under test, and what the documents demand of them. */
export interface JumpRow {
  readonly name: string;
  readonly settings: Readonly<Record<string, string>>;
  /** Where it rests; what a result that contradicts it would contradict. */
  readonly source: string;
}

/** Sequences after which the ROM must answer. */
export const mustEnter: readonly JumpRow[] = [
  { name: "the guide's sequence", settings: {}, source: 'seed guide (STM32G070CB); AN2606 r70 4.1' },
  {
    name: 'a RAM flag and a reset, then the jump at once',
    settings: { 'jump.via': 'reset' },
    source: 'cases.md S2: AN2606 r70 4.1 is met by the reset itself',
  },
  {
    name: "the guide's sequence from a 64 MHz PLL",
    settings: { 'jump.clock': 'pll-64MHz' },
    source: 'seed guide: HAL_RCC_DeInit comes first',
  },
  {
    name: "the guide's sequence from a task on the process stack",
    settings: { 'jump.thread': 'psp' },
    source: 'seed guide: CONTROL = 0; case N18',
  },
  {
    name: 'interrupts left masked (this ROM polls its USARTs)',
    settings: { 'jump.primask': 'disabled' },
    source:
      'AN2606 r70 4.1: interrupts must be enabled for ROMs that use them (USB, SPI, software-baud USART); USART2 here measures in hardware',
  },
];

/** Sequences after which the ROM must not answer: the core faults before the ROM's first instruction (Armv6-M A4.1.1, B1.5.7). */
export const mustFault: readonly JumpRow[] = [
  {
    name: 'the reset vector with bit 0 clear',
    settings: { 'jump.target': 'vector-even' },
    source: 'Armv6-M A4.1.1: EPSR.T = 0 faults',
  },
  {
    name: "the table's address instead of its reset vector (no dereference)",
    settings: { 'jump.target': 'table' },
    source: 'cases.md S3: a cast where a load was meant; the address is even',
  },
  {
    name: 'an unprivileged task that cannot change CONTROL or MSP',
    settings: { 'jump.thread': 'psp-unprivileged' },
    source: 'case N18; Armv6-M B1.4.4: the system control space answers unprivileged accesses with a fault',
  },
];

/** Sequences whose result no document settles for the G070: they are measured and shown. */
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
