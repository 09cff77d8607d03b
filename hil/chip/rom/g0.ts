import { G0B1, G070, type RomBehaviour } from './behaviour.ts';

const T108 = 'AN2606 r70 T108 (known limitations)';
const T112 = 'AN2606 r70 T112 (known limitations of V9.2)';

/** ROM versions 0xB2 (V11.2), 0xB3 (V11.3) and 0xB4 (V11.4) of the G070, 0x92 (V9.2) of the G0B1. */
export const g0Behaviours: readonly RomBehaviour[] = [
  {
    id: 'g070-start-resets-peripherals',
    parts: [G070],
    versions: [0xb3, 0xb4],
    behaviour:
      'starts by resetting the peripherals it uses and by going back to HSI16; V11.2 works on top of what the application left',
    source: 'AN2606 r70 T108, 48.3.1 (V11.3 and later)',
    confidence: 'documented',
    choice: 'which peripherals: GPIOA-C, USART1-3, I2C1-2, SPI1-2 and the clock tree; not SYSCFG',
    switch: { macro: 'ROM_RESETS_PERIPHERALS_AT_START', values: { 178: 0, 179: 1, 180: 1 } },
    question: 'entry-registers',
  },
  {
    id: 'g070-option-launch-missing',
    parts: [G070],
    versions: [0xb2],
    behaviour: 'does not load option bytes that came over USART: no reset, they count from the next power-on',
    source: `${T108}; seen on a G071 (ST community 148428)`,
    confidence: 'documented',
    choice: 'Write Protect, Write Unprotect, Readout Protect and Readout Unprotect lack the launch as well',
    switch: { macro: 'ROM_LAUNCHES_OPTION_BYTES', values: { 178: 0, 179: 1, 180: 1 } },
    question: 'option-write-reset',
  },
  {
    id: 'g070-erase-wrong-busy-bit',
    parts: [G070],
    versions: [0xb3],
    behaviour:
      'an erase waits on the wrong BUSY bit: a list of pages fails, one page is acknowledged while it is still being erased',
    source: `${T108}: erase one page per command and wait 40 ms`,
    confidence: 'documented',
    choice: 'the wrong bit is BSY2 (17), which this part does not have and which reads 0',
    switch: { macro: 'ROM_ERASE_BUSY', values: { 178: 0x1_0000, 179: 0x2_0000, 180: 0x1_0000 } },
    question: 'multi-page-erase',
  },
  {
    id: 'g070-pc11-low-loop',
    parts: [G070],
    versions: [0xb3],
    behaviour: 'while PC11 (USART3_RX) is low during detection it loops there',
    source: `${T108}: the I2C clock is stretched with PC11 low`,
    confidence: 'documented',
    choice: 'USART1 and USART2 are not heard in that loop either',
    switch: { macro: 'ROM_LOOPS_WHILE_RX_LOW', values: { 178: 0, 179: 1, 180: 0 } },
    question: 'pc11-low',
  },
  {
    id: 'g0b1-start-keeps-peripherals',
    parts: [G0B1],
    behaviour: 'works on top of what the application left: no reset of peripherals at start',
    source: 'AN2606 r70 section 50 names none, as it does for the G07x',
    confidence: 'hypothesis',
    switch: { macro: 'ROM_RESETS_PERIPHERALS_AT_START', values: { 146: 0 } },
    question: 'entry-registers',
  },
  {
    id: 'g0b1-erase-waits-for-bank1',
    parts: [G0B1],
    behaviour: 'a list of pages fails on bank 2: only its first page is erased, and acknowledged before it is',
    source: `${T112}: erase one page per command`,
    confidence: 'documented',
    choice: 'the mechanism: an erase waits on BSY1 alone, while bank 2 shows BSY2',
    switch: { macro: 'ROM_ERASE_BUSY', values: { 146: 0x1_0000 } },
    question: 'multi-page-erase',
  },
  {
    id: 'g0b1-go-clears-dbg-swen',
    parts: [G0B1],
    behaviour: 'GO writes FLASH_ACR and clears DBG_SWEN: the debugger loses its access',
    source: T112,
    confidence: 'documented',
    choice: 'the rest of the value: LATENCY is kept, ICEN and bit 10 are set',
    question: 'flash-acr-after-go',
  },
];
