import { F042, F091, f0, type RomBehaviour } from './behaviour.ts';

/** ROM 0xA0 (V10.0) and 0xA1 (V10.1) of the F042, 0x50 (V5.0) of the F091. The core is a Cortex-M0 without VTOR. */
export const f0Behaviours: readonly RomBehaviour[] = [
  {
    id: 'f042-boot-sel-and-pb8',
    parts: [F042],
    behaviour: 'stays, whatever flash holds, while BOOT_SEL is 0 or PB8 (BOOT0) is high',
    source: 'AN2606 r70 16.1',
    confidence: 'documented',
    choice: 'PB8 is read as the pin stands, in the mode the application left',
    question: 'jump-with-boot-sel',
  },
  {
    id: 'f091-stays',
    parts: [F091],
    behaviour: 'stays when it is jumped to: it repeats no boot decision',
    source: 'AN2606 r70 section 20 has no such note, unlike 16.1 for the F04x; a public procedure for the F091',
    confidence: 'reported',
    question: 'jump-with-program',
  },
  {
    id: 'f0-pa13-pull-up',
    parts: f0,
    behaviour: 'gives PA13 (SWDIO) a pull-up and leaves it there',
    source: 'AN2606 r70 T36, T44 (known limitations: PA13 left in input pull-up)',
    confidence: 'documented',
    choice:
      'the pull-up alone: that "input" also means MODER, so that the debugger is lost in this ROM, nobody has reported; that V10.1 of the F042 does so too',
    question: 'pins-in-rom',
  },
  {
    id: 'f0-swclk-becomes-tx',
    parts: f0,
    behaviour: 'USART2 on PA14/PA15 takes SWCLK once it is chosen: the probe is lost until a reset',
    source: 'AN2606 r70 T35, T43',
    confidence: 'documented',
    choice: 'before that, PA14 stays SWCLK',
    question: 'pins-in-rom',
  },
  {
    id: 'f0-option-write',
    parts: f0,
    behaviour: 'option bytes are written from 0x1FFFF800 on, after their erase: every second byte, with its complement',
    source: 'AN3155 r20 3.6 (whole, from the base); RM0091 4 (option bytes)',
    confidence: 'documented',
    choice: 'complements are made, not looked at; what the data does not reach is kept; OBL_LAUNCH ends it',
    question: 'option-write-partial',
  },
  {
    id: 'f0-wp-sectors',
    parts: f0,
    behaviour: 'Write Protect takes the numbers of the bits of WRP0 to WRP3',
    source: 'AN3155 r20 3.9; RM0091 4.1.3 (a bit for 4 KB); the mapping is our choice',
    confidence: 'hypothesis',
    question: 'wp-mapping',
  },
];
