import type { Confidence } from './provenance.ts';

/** How one behaviour differs between ROM versions: the macro in the part's header and its value per ROM ID. */
export interface RomSwitch {
  /** Macro in `firmware/rom/parts/<part>.h`. */
  readonly macro: string;
  /** ROM ID byte → value. */
  readonly values: Readonly<Record<number, number>>;
}

/**
 * One behaviour of a ROM as the stand-in ROM has it. `id` stands in square brackets at its place in `firmware/rom/`; `source` and
 * `confidence` say what is known of the silicon, `question` is what a measurement on a real chip would answer.
 */
export interface RomBehaviour {
  readonly id: string;
  readonly part: string;
  /** ROM IDs that behave so. */
  readonly versions: readonly number[];
  readonly behaviour: string;
  readonly source: string;
  readonly confidence: Confidence;
  /** What is our choice inside a behaviour that is otherwise known. */
  readonly choice?: string;
  readonly switch?: RomSwitch;
  readonly question: string;
}

const part = 'STM32G070RB';
const all = [0xb2, 0xb3, 0xb4] as const;
const T108 = 'AN2606 r70 T108 (known limitations)';

/** Behaviours of the STM32G070's ROM versions 0xB2 (V11.2), 0xB3 (V11.3) and 0xB4 (V11.4). */
export const romBehaviours: readonly RomBehaviour[] = [
  // What the versions do differently.
  {
    id: 'g070-start-resets-peripherals',
    part,
    versions: [0xb3, 0xb4],
    behaviour:
      'starts by resetting the peripherals it uses and by going back to HSI16; V11.2 works on top of what the application left',
    source: 'AN2606 r70 T108, 48.3.1 (V11.3 and later)',
    confidence: 'documented',
    choice: 'which peripherals: GPIOA-C, USART1-3, I2C1-2, SPI1-2 and the clock tree; not SYSCFG',
    switch: { macro: 'ROM_RESETS_PERIPHERALS_AT_START', values: { 178: 0, 179: 1, 180: 1 } },
    question: 'g070-entry-registers',
  },
  {
    id: 'g070-start-clears-empty',
    part,
    versions: [0xb3],
    behaviour:
      'writes FLASH_ACR whole at start and so clears EMPTY: a plain reset before programming boots the erased flash',
    source: `${T108}; V11.4 "fixes V11.3"`,
    confidence: 'documented',
    choice: 'the value written is 0x00040600; section 48.3.1 can be read as "V11.3 and later"',
    switch: { macro: 'ROM_CLEARS_EMPTY_AT_START', values: { 178: 0, 179: 1, 180: 0 } },
    question: 'g070-empty-after-rom',
  },
  {
    id: 'g070-hsitrim-off-reset-value',
    part,
    versions: [0xb2],
    behaviour: 'leaves RCC_ICSCR.HSITRIM off its reset value at GO',
    source: T108,
    confidence: 'documented',
    choice: 'the value is 0, written at start, as the documented defect of the F042 and F091 ROMs (T36, T44)',
    switch: { macro: 'ROM_FORCES_HSITRIM_TO_ZERO', values: { 178: 1, 179: 0, 180: 0 } },
    question: 'g070-icscr-after-go',
  },
  {
    id: 'g070-option-launch-missing',
    part,
    versions: [0xb2],
    behaviour: 'does not load option bytes that came over USART: no reset, they count from the next power-on',
    source: `${T108}; seen on a G071 (ST community 148428)`,
    confidence: 'documented',
    choice: 'Write Protect, Write Unprotect, Readout Protect and Readout Unprotect lack the launch as well',
    switch: { macro: 'ROM_LAUNCHES_OPTION_BYTES', values: { 178: 0, 179: 1, 180: 1 } },
    question: 'g070-option-write-reset',
  },
  {
    id: 'g070-erase-wrong-busy-bit',
    part,
    versions: [0xb3],
    behaviour:
      'an erase waits on the wrong BUSY bit: a list of pages fails, one page is acknowledged while it is still being erased',
    source: `${T108}: erase one page per command and wait 40 ms`,
    confidence: 'documented',
    choice: 'the wrong bit is BSY2 (17), which this part does not have and which reads 0',
    switch: { macro: 'ROM_ERASE_BUSY_BIT', values: { 178: 16, 179: 17, 180: 16 } },
    question: 'g070-multi-page-erase',
  },
  {
    id: 'g070-pc11-low-loop',
    part,
    versions: [0xb3],
    behaviour: 'while PC11 (USART3_RX) is low during detection it loops there',
    source: `${T108}: the I2C clock is stretched with PC11 low`,
    confidence: 'documented',
    choice: 'USART1 and USART2 are not heard in that loop either',
    switch: { macro: 'ROM_LOOPS_WHILE_PC11_LOW', values: { 178: 0, 179: 1, 180: 0 } },
    question: 'g070-pc11-low',
  },

  // Start.
  {
    id: 'g070-sets-vtor',
    part,
    versions: all,
    behaviour: 'sets VTOR to 0x1FFF0000 at start',
    source: 'a G03x read by SWD (elerain.com 929); candleLight_fw PR 319; stm32duino PR 1653 (G031)',
    confidence: 'reported',
    question: 'g070-vtor-in-rom',
  },
  {
    id: 'g070-exceptions-spin',
    part,
    versions: all,
    behaviour: 'every exception of its vector table ends in an endless loop',
    source: 'our choice; fits the reports of a GO that dies at the first SysTick',
    confidence: 'hypothesis',
    question: 'g070-exception-slots',
  },
  {
    id: 'g070-keeps-callers-stack',
    part,
    versions: all,
    behaviour: 'entered by a jump it runs on the stack pointer it is given',
    source: 'our choice; jumps without an MSP load are reported to work on other parts',
    confidence: 'hypothesis',
    question: 'g070-msp-in-rom',
  },
  {
    id: 'g070-primask-untouched',
    part,
    versions: all,
    behaviour: 'PRIMASK, NVIC and SysTick stay as the caller left them; its USARTs are polled and need no interrupt',
    source: 'AN2606 r70 4.1 (the ROM does not enable interrupts)',
    confidence: 'documented',
    choice: 'USART3 is polled too; a ROM that measured it by EXTI would be deaf there with PRIMASK set',
    question: 'g070-primask-in-rom',
  },
  {
    id: 'g070-mem-mode-untouched',
    part,
    versions: all,
    behaviour: 'SYSCFG MEM_MODE stays as it was at entry',
    source: 'our choice',
    confidence: 'hypothesis',
    question: 'g070-mem-mode-in-rom',
  },
  {
    id: 'g070-pll-dividers',
    part,
    versions: all,
    behaviour: 'SYSCLK is 24 MHz from HSI16 through the PLL: / 2 * 12 / 4',
    source: 'AN2606 r70 T107 for 24 MHz from HSI and PLL',
    confidence: 'documented',
    choice: 'the factors',
    question: 'g070-pllcfgr-in-rom',
  },
  {
    id: 'g070-ram-window',
    part,
    versions: all,
    behaviour: 'commands accept RAM from 0x20002700 to 0x20008FFF; below is the ROM and its stack',
    source: 'AN2606 r70 T226 (T107 says that 12 KB are used)',
    confidence: 'documented',
    choice:
      'nothing of the ROM lies at 0x20002700 to 0x20002FFF, where the two tables disagree; the stack top is 0x20002700',
    question: 'g070-ram-first-valid',
  },
  {
    id: 'g070-iwdg-prescaler',
    part,
    versions: all,
    behaviour: 'sets the IWDG prescaler to its maximum and refreshes; with no watchdog running PVU stays 1',
    source: 'AN2606 r70 4.8',
    confidence: 'documented',
    question: 'g070-iwdg-sr-after-go',
  },

  // Interface detection.
  {
    id: 'g070-usart-pins',
    part,
    versions: all,
    behaviour: 'USART1 PA9/PA10, USART2 PA2/PA3, USART3 PC10/PC11, all with pull-up',
    source: 'AN2606 r70 T107',
    confidence: 'documented',
    question: 'g070-pins-in-rom',
  },
  {
    id: 'g070-first-frame-decides',
    part,
    versions: all,
    behaviour: 'the first frame that gives a baud rate wins, whatever the byte; a failed measurement starts again',
    source: 'AN2606 r70 section 3 (noise selects an interface or a wrong rate)',
    confidence: 'documented',
    choice: 'a measurement that the hardware calls an error (ABRE) is repeated',
    question: 'g070-wrong-first-byte',
  },
  {
    id: 'g070-usart3-software-baud',
    part,
    versions: all,
    behaviour: 'USART3 measures from the first rising to the last falling edge of 0x7F; no rate is snapped to',
    source: 'AN2606 r70 T107, T6 (-4 %)',
    confidence: 'documented',
    choice: 'the pin is polled and SysTick keeps running afterwards',
    question: 'g070-usart3-baud-error',
  },

  // Commands.
  {
    id: 'g070-line-error-is-nack',
    part,
    versions: all,
    behaviour: 'a byte with a parity, framing, noise or overrun error spoils its command as a bad checksum does',
    source: 'AN3155 r20 section 3 (parity is checked); the answer is our inference',
    confidence: 'hypothesis',
    question: 'g070-parity-error',
  },
  {
    id: 'g070-rm-engineering-bytes',
    part,
    versions: all,
    behaviour: 'Read Memory reaches 0x1FFF7500 to 0x1FFF77FF (unique id, flash size)',
    source: 'stm32loader PR 32: a G071 answered for 0x1FFF7590 and 0x1FFF75E0',
    confidence: 'reported',
    choice: 'the limits of the range',
    question: 'g070-rm-ranges',
  },
  {
    id: 'g070-range-end-nack',
    part,
    versions: all,
    behaviour:
      'a range that begins in an area and ends outside is refused at the length (read) or after the data (write)',
    source: 'an F407 does so at the length of Read Memory (ST community, CubeProgrammer 2.3.0 log)',
    confidence: 'hypothesis',
    question: 'g070-range-across-end',
  },
  {
    id: 'g070-wm-unaligned-nack',
    part,
    versions: all,
    behaviour: 'Write Memory refuses an address that is not a multiple of 4',
    source: 'AN3155 r20 3.6 and AN2606 r70 T7 ask for alignment; the answer is our inference',
    confidence: 'hypothesis',
    question: 'g070-wm-unaligned',
  },
  {
    id: 'g070-wm-pads-with-ff',
    part,
    versions: all,
    behaviour:
      'what is missing from a double word is programmed as 0xFF: any length is taken, a second write to the other half fails',
    source: 'our inference from 4-byte alignment (AN2606 r70 T7) on a 64-bit flash',
    confidence: 'hypothesis',
    question: 'g070-wm-odd-length',
  },
  {
    id: 'g070-clears-left-over-errors',
    part,
    versions: all,
    behaviour: 'clears FLASH_SR error flags before each operation and locks FLASH_CR after it',
    source: 'our choice',
    confidence: 'hypothesis',
    question: 'g070-pgserr-at-entry',
  },
  {
    id: 'g070-protected-page-no-error',
    part,
    versions: all,
    behaviour: 'writing or erasing a write-protected page is acknowledged and does nothing',
    source: 'AN3155 r20 3.6; a G0B1 over DFU (ST community 899414)',
    confidence: 'documented',
    choice: 'the same for Extended Erase',
    question: 'g070-protected-page',
  },
  {
    id: 'g070-erase-code-in-ram',
    part,
    versions: all,
    behaviour: 'the code that erases, waits and answers runs from RAM',
    source: 'our inference: only code that runs on while the flash is busy can fail by a wrong BUSY bit',
    confidence: 'hypothesis',
    question: 'g070-multi-page-erase',
  },
  {
    id: 'g070-eer-bank-codes-nack',
    part,
    versions: all,
    behaviour: 'of the special codes only 0xFFFF (all) is taken; 0xFFFE, 0xFFFD and the reserved ones get NACK',
    source: 'AN3155 r20 3.8 (unsupported special erase: NACK)',
    confidence: 'documented',
    choice: 'that bank codes are unsupported on a part with one bank',
    question: 'g070-eer-special',
  },
  {
    id: 'g070-eer-bad-page-nack',
    part,
    versions: all,
    behaviour: 'a list with a page that does not exist, or with more than 64, is read to its end and refused whole',
    source: 'our choice',
    confidence: 'hypothesis',
    question: 'g070-eer-bad-page',
  },
  {
    id: 'g070-option-write',
    part,
    versions: all,
    behaviour: 'option bytes are written from 0x1FFF7800 on: OPTR at +0x00, WRP1AR at +0x18, WRP1BR at +0x20',
    source: 'AN3155 r20 3.6 (whole, from the base); RM0454 option-byte organisation',
    confidence: 'documented',
    choice:
      'complements are not looked at; words that the data does not reach are kept; other start addresses get NACK',
    question: 'g070-option-write-partial',
  },
  {
    id: 'g070-wp-runs-of-pages',
    part,
    versions: all,
    behaviour: 'Write Protect takes page numbers; the first two runs become WRP1A and WRP1B, the rest is dropped',
    source: 'AN3155 r20 3.9 (numbers are not checked, a command replaces the last); the mapping is our choice',
    confidence: 'hypothesis',
    question: 'g070-wp-mapping',
  },
  {
    id: 'g070-rdp-level1-byte',
    part,
    versions: all,
    behaviour: 'Readout Protect writes 0xBB',
    source: 'RM0454: any value but 0xAA and 0xCC is level 1; the value is our choice',
    confidence: 'hypothesis',
    question: 'g070-rdp-byte',
  },
  {
    id: 'g070-rdu-erase-by-hardware',
    part,
    versions: all,
    behaviour:
      'Readout Unprotect sets level 0 and leaves the mass erase to the controller; at level 0 nothing is erased',
    source: 'RM0454 (regression erases main flash); AN3155 r20 3.12 is silent on level 0',
    confidence: 'hypothesis',
    question: 'g070-rdu-at-level0',
  },
  {
    id: 'g070-go-keeps-machine-state',
    part,
    versions: all,
    behaviour: 'GO leaves VTOR, MEM_MODE, PLL as SYSCLK, USARTs, pins, SysTick and the IWDG prescaler as they are',
    source:
      'AN2606 r70 4.1 (against AN3155 r20 3.5); ST community 150127 (G070 at 24 MHz after GO); stm32duino PR 1653 (G031)',
    confidence: 'corroborated',
    choice: 'the reports name no ROM version: that V11.3 and V11.4 do the same is our inference from 4.1',
    question: 'g070-registers-after-go',
  },
];

/** Rows of a part, or of one ROM version of it. */
export function romBehavioursOf(chip: string, romId?: number): readonly RomBehaviour[] {
  return romBehaviours.filter((row) => row.part === chip && (romId === undefined || row.versions.includes(romId)));
}
