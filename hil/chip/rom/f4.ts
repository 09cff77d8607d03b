import { F411, type RomBehaviour } from './behaviour.ts';

/** ROM 0xD0 (V13.0) of the F411. */
export const f4Behaviours: readonly RomBehaviour[] = [
  {
    id: 'f4-voltage-range',
    parts: [F411],
    behaviour:
      'programs and erases by bytes until a host writes the supply voltage to 0xFFFF0000: 0 to 4, then three bytes 0xFF',
    source: 'AN2606 r70 T4',
    confidence: 'documented',
    choice: 'value 4 (with VPP) programs words, not double words; the register cannot be read',
    question: 'voltage-range',
  },
  {
    id: 'f411-go-clears-ahb1enr',
    parts: [F411],
    behaviour: 'GO sets RCC_AHB1ENR to 0',
    source: 'AN2606 r70 T84 (known limitations of V13.0)',
    confidence: 'documented',
    question: 'ahb1enr-after-go',
  },
  {
    id: 'f411-pa10-no-pull',
    parts: [F411],
    behaviour: 'PA10 (USART1_RX) has no pull: a floating pin may look like a host',
    source: 'AN2606 r70 T83; Betaflight 4122, 4459; BlackPill threads (10 k at PA10 cures)',
    confidence: 'documented',
    choice: 'PD6 (USART2_RX), which the 64-pin package does not bring out, has a pull-up',
    question: 'pins-in-rom',
  },
  {
    id: 'f4-option-write',
    parts: [F411],
    behaviour: 'option bytes are written from 0x1FFFC000 on: USER and RDP at +0x00, nWRP and SPRMOD at +0x08',
    source: 'AN3155 r20 3.6 (whole, from the base); RM0383 3.6 (option bytes)',
    confidence: 'documented',
    choice: 'what the data does not reach is kept',
    question: 'option-write-partial',
  },
  {
    id: 'f4-wp-sectors',
    parts: [F411],
    behaviour: 'Write Protect takes sector numbers 0 to 7',
    source: 'AN3155 r20 3.9; RM0383 3.6 (nWRP)',
    confidence: 'documented',
    question: 'wp-mapping',
  },
  {
    id: 'f4-option-reset',
    parts: [F411],
    behaviour: 'ends a change of option bytes with a system reset',
    source: 'AN3155 r20, footnote for F0, F2, F4 and F7',
    confidence: 'documented',
    question: 'option-write-reset',
  },
];
