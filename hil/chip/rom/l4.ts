import { L476, type RomBehaviour } from './behaviour.ts';

/**
 * ROM versions 0x92 (V9.2, silicon revision 4), 0xA2 and 0xA3 (V10.2, V10.3; revisions 2 and 3) of the L476. V9.0 and V10.1, which corrupt
 * RAM in a way that is not published, are not built.
 */
export const l4Behaviours: readonly RomBehaviour[] = [
  {
    id: 'l476-mem-mode-tells-boot-pin',
    parts: [L476],
    behaviour: 'takes SYSCFG MEM_MODE = system memory for "started by BOOT0": a jump without the remap ends in a bank',
    source:
      'AN2606 r70 4.1 (the application must map system memory at 0 first); RM0351 9.2.1 (MEM_MODE has the choice of the pin at reset); an L475 fell back through the ROM (ST community 394384)',
    confidence: 'hypothesis',
    choice:
      'that MEM_MODE is what the ROM looks at; started by BFB2, hardware must then show main flash in it although the ROM runs',
    question: 'jump-without-remap',
  },
  {
    id: 'l476-stack-in-sram2',
    parts: [L476],
    versions: [0xa3],
    behaviour: 'the dual-bank test takes a stack in SRAM2 as well',
    source: 'AN2606 r70 T169 (V10.3)',
    confidence: 'documented',
    choice: 'V9.2 and V10.2, whose tables do not say so, take SRAM1 alone',
    switch: { macro: 'ROM_TAKES_STACK_IN_SRAM2', values: { 146: 0, 162: 0, 163: 1 } },
    question: 'bank-test-sram2',
  },
  {
    id: 'l476-waits-for-lse',
    parts: [L476],
    behaviour: 'hears the host 55 ms after its start; without an LSE that starts, after 2560 ms',
    source: 'AN2606 r70 T227 (start-up times)',
    confidence: 'documented',
    choice: 'LSE is switched on and waited for; the rest of the 55 ms is a plain wait; LSE and PWR_CR1.DBP stay on',
    question: 'start-time',
  },
  {
    id: 'l476-range-untouched',
    parts: [L476],
    behaviour: 'keeps the voltage range of the application',
    source: 'AN2606 r70 T168, T170 (USB does not work in range 2)',
    confidence: 'documented',
    question: 'pwr-cr1-in-rom',
  },
];
