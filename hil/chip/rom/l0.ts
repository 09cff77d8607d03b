import { L011, L031, L073, l0, type RomBehaviour } from './behaviour.ts';

/** ROM 0xC2 (V12.2) and 0xC3 (V12.3) of the L011, 0xC0 (V12.0) of the L031, 0x40 (V4.0) and 0x41 (V4.1) of the L073. */
export const l0Behaviours: readonly RomBehaviour[] = [
  {
    id: 'l011-boot-mode-tells-boot-pin',
    parts: [L011],
    behaviour: 'started by pin or option bytes it stays although flash holds a program',
    source:
      'AN2606 r70 pattern 6 for the rule; the means is our inference: BOOT_MODE of SYSCFG_CFGR1 cannot be written',
    confidence: 'hypothesis',
    question: 'boot0-with-program',
  },
  {
    id: 'l031-stays',
    parts: [L031],
    behaviour: 'stays when it is jumped to: it repeats no boot decision',
    source:
      'AN2606 r70 names none for this part (pattern 2); its 4.1 calls a jump "not possible" for L0 in the context of dual-bank parts; the poster of the L011 report entered an L031',
    confidence: 'reported',
    question: 'jump-with-program',
  },
  {
    id: 'l073-dual-bank-since-v4-1',
    parts: [L073],
    versions: [0x41],
    behaviour: 'V4.1 makes the dual-bank test, V4.0 stays',
    source: 'AN2606 r70 T149 (V4.1 adds dual-bank boot); StackOverflow 42020893',
    confidence: 'corroborated',
    switch: { macro: 'ROM_REPEATS_BOOT_DECISION', values: { 64: 0, 65: 1 } },
    question: 'jump-with-program',
  },
  {
    id: 'l073-boot-mode-tells-boot-pin',
    parts: [L073],
    versions: [0x41],
    behaviour: 'takes BOOT_MODE = system memory for "started by BOOT0": an application cannot feign it',
    source:
      'AN2606 r70 4.1 calls a jump "not possible" on L0, where it asks for the remap on others; RM0367 10.2.1 (BOOT_MODE is read-only)',
    confidence: 'hypothesis',
    question: 'jump-with-remap',
  },
  {
    id: 'l073-pa4-to-pa7-pulled-down',
    parts: [L073],
    behaviour: 'leaves PA4 to PA7 with pull-down',
    source: 'AN2606 r70 T149 (known limitations of V4.0 and V4.1)',
    confidence: 'documented',
    choice: 'it is done at start',
    switch: { macro: 'ROM_PULLS_DOWN_PA4_TO_PA7', values: { 64: 1, 65: 1 } },
    question: 'pins-in-rom',
  },
  {
    id: 'l0-data-memory',
    parts: l0,
    behaviour: 'Read and Write Memory reach data EEPROM, by words; Erase does not, a written 0 erases',
    source: 'AN2606 r70 4.4, T5',
    confidence: 'documented',
    question: 'data-memory',
  },
  {
    id: 'l0-half-pages',
    parts: l0,
    behaviour: 'a block is programmed by half-pages where it covers them, else by words',
    source: 'our choice: an AN2606 without numbers; 256 bytes by words would take 0.2 s',
    confidence: 'hypothesis',
    question: 'write-time',
  },
  {
    id: 'l0-option-write',
    parts: l0,
    behaviour: 'option words are written from 0x1FF80000 on, each with its complement, and loaded',
    source: 'AN3155 r20 3.6 (whole, from the base); RM0377 3.4 (option bytes)',
    confidence: 'documented',
    choice: 'complements are made, not looked at; words that the data does not reach are kept',
    question: 'option-write-partial',
  },
  {
    id: 'l0-wp-sectors',
    parts: l0,
    behaviour: 'Write Protect takes the numbers of 4 KB sectors, the bits of WRPROT',
    source: 'AN3155 r20 3.9; RM0377 3.4.1 (WRPROT); the mapping is our choice',
    confidence: 'hypothesis',
    question: 'wp-mapping',
  },
];
