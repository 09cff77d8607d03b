import type { ModelledBehaviour } from './behaviour.ts';
import { dmaWithChannels, dmaWithCselr } from './dma.ts';

type Row = Omit<ModelledBehaviour, 'part'>;

/** Of both F0 parts; ids get the part's prefix. */
const common: readonly Row[] = [
  {
    id: 'flash-store-unarmed',
    behaviour: 'A half-word store to flash without PG, or to system memory, is a bus error',
    source: 'RM0091 3.2.2 says it of stores that are no half-words',
    confidence: 'hypothesis',
    question: 'With LOCK set store a half-word at 0x08000400: HardFault? flags in FLASH_SR?',
  },
  {
    id: 'flash-key-when-unlocked',
    behaviour: 'A key of the sequence written to KEYR or OPTKEYR while that lock is open is ignored',
    source: "OpenOCD's stm32f1x driver sends all keys again between option erase and option programming, on real chips",
    confidence: 'corroborated',
    question: 'With LOCK clear, write 0x45670123 to KEYR: HardFault? LOCK afterwards?',
  },
  {
    id: 'flash-optkeyr-wrong',
    behaviour:
      'A wrong key in OPTKEYR is a bus error and keeps OPTWRE clear until reset; with LOCK set the register ignores keys',
    source: 'analogy with KEYR',
    confidence: 'hypothesis',
    question: 'Write a wrong key to OPTKEYR: HardFault? Do the right keys then set OPTWRE?',
  },
  {
    id: 'flash-errors-do-not-block',
    behaviour: 'PGERR or WRPRTERR standing does not keep the next operation from starting',
    source: 'RM0091 has no such rule',
    confidence: 'hypothesis',
    question: 'Provoke PGERR, then program an erased half-word without clearing it: programmed?',
  },
  {
    id: 'flash-cr-write-while-busy',
    behaviour: 'A write to FLASH_CR while BSY is set is lost',
    source: 'RM0091 3.5.6 says it of AR',
    confidence: 'hypothesis',
    question: 'From SRAM start a page erase and clear PER at once: FLASH_CR afterwards?',
  },
  {
    id: 'flash-store-while-busy',
    behaviour: 'A store while BSY is set is carried out in its turn without an error; the writer is not held up',
    source: 'RM0091 3.2.2: the bus stalls; that the writer is not held is a simplification',
    confidence: 'hypothesis',
    question: 'From SRAM store two half-words without polling BSY: both programmed? cycles of the second store?',
  },
  {
    id: 'flash-mass-erase-protected',
    behaviour: 'MER with a protected sector gives WRPRTERR and erases nothing',
    source: 'analogy with G0 and L4',
    confidence: 'hypothesis',
    question: 'With sector 1 protected start MER: WRPRTERR? is sector 0 erased?',
  },
  {
    id: 'flash-option-program-erased-only',
    behaviour: 'Programming an option byte that is not erased gives PGERR',
    source: 'analogy with main flash',
    confidence: 'hypothesis',
    question: 'Without option erase program USER over the factory value: flags, value?',
  },
  {
    id: 'flash-rdp-regression',
    behaviour: 'Programming RDP to 0xAA while level 1 is in force erases main flash and backup registers first',
    source: 'RM0091 4.1.1; that the byte in force counts, not the one in the area, is our reading',
    confidence: 'corroborated',
    question: 'At level 0 erase the option bytes and program 0xAA: is main flash kept?',
  },
  {
    id: 'flash-times',
    behaviour: 'Half-word 53.5 us, page and mass erase 30 ms, every time',
    source: 'data sheets DS9773 and DS9826 (40 to 60 us, 20 to 40 ms), recalled',
    confidence: 'corroborated',
    question: 'Time from STRT or the store to BSY clear',
  },
  {
    id: 'flash-too-few-wait-states',
    behaviour: 'Reads and fetches with too few wait states for HCLK answer with a bus error',
    source: 'silicon returns wrong data outside its specification; the model fails loudly instead',
    confidence: 'hypothesis',
    question: 'At 48 MHz set LATENCY = 0 from SRAM and read flash: wrong words, or a fault?',
  },
  {
    id: 'empty-check',
    behaviour:
      'The hardware looks at the first word of flash at option loading only (0xFFFFFFFF is empty); a plain reset after programming still starts the ROM',
    source: 'RM0091 2.5 (empty check); a public report of an F091 that stays in its ROM until power-on',
    confidence: 'corroborated',
    question: 'Program a blank part by SWD, pulse NRST: does the core start in system memory? After a power cycle?',
  },
  {
    id: 'bdcr-reset',
    behaviour: 'BDCR is 0x18 (LSEDRV = 3) after a reset of the backup domain',
    source: 'RM0091 6.4.9, recalled',
    confidence: 'hypothesis',
    question: 'Read RCC_BDCR after power-on',
  },
  {
    id: 'pll-out-of-range',
    behaviour: 'A PLL with an input outside 1 to 24 MHz or an output outside 16 to 48 MHz never gets ready',
    source: 'outside the specification (DS9773 6.3.9)',
    confidence: 'hypothesis',
    question: 'Start HSI/2 x 14: PLLRDY?',
  },
  {
    id: 'oscillator-start-up',
    behaviour: 'HSI48 3 to 6 us, LSI 60 to 85 us, PLL 100 to 200 us, LSE 0.3 to 2 s, drawn from the seed',
    source: 'data sheet DS9773, recalled',
    confidence: 'corroborated',
    question: 'Cycles from HSI48ON, LSION, PLLON to the ready flag',
  },
  {
    id: 'pinrstf-with-internal-reset',
    behaviour: 'Software, watchdog and option-load resets set PINRSTF beside their own flag',
    source: 'measured on G4, F1, L4 and U5 (public logs); RM0091 6.1.2 figure',
    confidence: 'corroborated',
    question: 'Clear by RMVF, write SYSRESETREQ, read RCC_CSR',
  },
  {
    id: 'crs-without-sync',
    behaviour:
      'LSE and a pin as SYNC never come; the frames of USB always find HSI48 right; without them ESYNC, then ERR with SYNCMISS',
    source: 'RM0091 7.3; the exact HSI48 is a gap of the model',
    confidence: 'hypothesis',
    question: 'With CEN set and no USB, read CRS_ISR after 10 ms; with USB, FECAP in each frame',
  },
  {
    id: 'idcode-revision',
    behaviour: 'DBGMCU_IDCODE has REV_ID 0x1000 and 0x6 in bits 15:12',
    source: 'one report of 0x20016448 on an F07x',
    confidence: 'hypothesis',
    question: 'Read 0x40015800 and the marking of the package',
  },
  {
    id: 'stop-mode-not-modelled',
    behaviour: 'WFI with SLEEPDEEP sleeps with all clocks running',
    source: 'gap of the model',
    confidence: 'hypothesis',
    question: 'Enter Stop, wake by EXTI: RCC_CFGR.SWS?',
  },
];

const f042: readonly Row[] = [
  {
    id: 'dma-remap-at-once',
    behaviour: 'A DMA remap bit of SYSCFG_CFGR1 moves a waiting request to its other channel at once',
    source: 'RM0091 9.1.1 names the channels, not the moment',
    confidence: 'hypothesis',
    question: 'With USART1_TX waiting and channel 4 enabled set USART1_TX_DMA_RMP: does CNDTR4 fall?',
  },
  {
    id: 'pa11-pa12-remap-not-modelled',
    behaviour: 'PA11_PA12_RMP is stored and moves no pin: LQFP32 has all four',
    source: 'RM0091 9.1.1; gap of the model',
    confidence: 'hypothesis',
    question: 'On LQFP32 set PA11_PA12_RMP: which pin carries USART1_TX?',
  },
];

const f091: readonly Row[] = [
  ...dmaWithCselr,
  {
    id: 'hse-on-nucleo',
    behaviour: 'NUCLEO-F091RC has 8 MHz of the ST-LINK on OSC_IN and an LSE crystal; HSEON works without HSEBYP',
    source: 'UM1724 (MB1136), recalled; that the bypass bit does not matter is a simplification',
    confidence: 'hypothesis',
    question: 'Set HSEON with and without HSEBYP: HSERDY?',
  },
];

const rows = (part: string, prefix: string, own: readonly Row[]): readonly ModelledBehaviour[] =>
  [...common, ...dmaWithChannels, ...own].map((row) => ({ ...row, id: `${prefix}-${row.id}`, part }));

export const stm32f0Behaviours: readonly ModelledBehaviour[] = [
  ...rows('STM32F042K6', 'f042', f042),
  ...rows('STM32F091RC', 'f091', f091),
];
