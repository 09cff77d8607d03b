import type { ModelledBehaviour } from './behaviour.ts';
import { dmaWithChannels, dmaWithCselr } from './dma.ts';

type Row = Omit<ModelledBehaviour, 'part'>;

/** Of every L0 part; ids get the part's prefix. */
const common: readonly Row[] = [
  {
    id: 'flash-pelock-locks-all',
    behaviour: 'Setting PELOCK sets PRGLOCK and OPTLOCK, too, and clears every mode bit of PECR',
    source: 'reading of RM0376 3.7.2; OpenOCD locks with ERASE set and programs half-pages after the next unlock',
    confidence: 'corroborated',
    question: 'With all three locks open write 0x209 to PECR: which bits read 1 then, and after the next unlock?',
  },
  {
    id: 'flash-pecr-locked-write',
    behaviour: 'A write to PECR while PELOCK is set, or while BSY is set, is lost without an error',
    source: 'RM0376 3.7.2 says only that it is not possible',
    confidence: 'hypothesis',
    question: 'With PELOCK set write PROG to PECR: HardFault? From SRAM, write PECR during a page erase: does it take?',
  },
  {
    id: 'flash-erase-any-address',
    behaviour: 'With PROG and ERASE a store of any value to any word of a page erases that page',
    source: 'RM0376 3.3.4 and HAL store 0 to its first word',
    confidence: 'hypothesis',
    question: 'With PROG and ERASE store 0x12345678 to the fifth word of a page: is the page erased, is the word 0?',
  },
  {
    id: 'flash-not-zero',
    behaviour: 'Programming over a word or half-page that is not 0 sets NOTZEROERR and changes nothing; NZDISABLE ORs',
    source: 'RM0376 3.7.7; two public reports (error on a second write, OR of old and new) differ by category of part',
    confidence: 'reported',
    question: 'Program 0x0F, then 0xF0 over it, with NZDISABLE 0 and 1: flags, and the word read back',
  },
  {
    id: 'flash-half-page-fetch',
    behaviour:
      'A half-page whose stores are executed from any NVM ends with FWWERR at its first word, the rest is ignored',
    source: 'RM0376 3.7.7; a public report of an L071 with code in the other bank',
    confidence: 'corroborated',
    question: 'Run half-page programming from flash: FWWERR, PGAERR besides, words programmed?',
  },
  {
    id: 'flash-half-page-order',
    behaviour: 'The words of a half-page go where their order says; an address outside the half-page is PGAERR',
    source: 'RM0376 3.3.4 asks for sixteen words in a row',
    confidence: 'hypothesis',
    question: 'From SRAM, store all sixteen words of a half-page to its first address: contents, flags?',
  },
  {
    id: 'flash-option-rewrite',
    behaviour: 'A store to an option word erases it first when it is not 0, without ERASE set',
    source: 'OpenOCD and stlink store option words without erasing them',
    confidence: 'corroborated',
    question: 'With OPTLOCK open store a new word at 0x1FF80004 with bits cleared: what reads back?',
  },
  {
    id: 'flash-rdp-regression',
    behaviour:
      'A store of RDP 0xAA over an option word that is not level 0, loaded or not, erases program memory and EEPROM at once, not the backup registers',
    source: "OpenOCD's mass erase stores level 1 and level 0 in a row without a load between",
    confidence: 'corroborated',
    question: 'Store RDP 0, then 0xAA without OBL_LAUNCH: is flash erased, EEPROM, BKP0R?',
  },
  {
    id: 'flash-option-mismatch',
    behaviour: 'A complement that does not match sets OPTVERR and puts 0x80700000 (level 1) in force',
    source: 'reading of RM0376 3.3.6',
    confidence: 'hypothesis',
    question: 'Erase option word 0 and power-cycle: OPTR, SR?',
  },
  {
    id: 'flash-pcrop-not-modelled',
    behaviour: 'WPRMOD has no effect: WRPR always means write protection, and RDERR never comes',
    source: 'gap of the model',
    confidence: 'hypothesis',
    question: 'With WPRMOD set and a bit of WRPR clear, read the sector as data: RDERR?',
  },
  {
    id: 'flash-too-few-wait-states',
    behaviour: 'Reads and fetches with too few wait states for HCLK answer with a bus error',
    source: 'silicon returns wrong data outside its specification; the model fails loudly instead',
    confidence: 'hypothesis',
    question: 'At 32 MHz set LATENCY = 0 from SRAM and read flash: wrong words, or a fault?',
  },
  {
    id: 'flash-wait-states-range-2',
    behaviour: 'In range 2 no wait state is needed up to 16 MHz, twice what RM0376 3.3.3 allows',
    source: "OpenOCD's stm32l0.cfg programs and verifies real chips at 16 MHz in range 2 with LATENCY 0",
    confidence: 'corroborated',
    question: 'In range 2 at HSI16 with LATENCY 0, compare all of flash with its image, cold and hot',
  },
  {
    id: 'flash-store-while-busy',
    behaviour: 'A store while BSY is set is carried out in its turn without an error; the writer is not held up',
    source: 'RM0376 3.3.4: the bus stalls; that the writer is not held is a simplification',
    confidence: 'hypothesis',
    question: 'From SRAM store two words without polling BSY: both programmed? cycles of the second store?',
  },
  {
    id: 'flash-times',
    behaviour:
      'Page erase, word, half-page and EEPROM word take 3.28 ms each, EEPROM over something else than 0 twice that',
    source: 'data sheets, recalled; a public walk-through measures about 3.2 ms',
    confidence: 'corroborated',
    question: 'Time from the store to BSY clear for each kind',
  },
  {
    id: 'pll-vco-range',
    behaviour: 'A PLL whose VCO is above what the voltage range allows (96, 48, 24 MHz) never gets ready',
    source: 'outside the specification (RM0376 7.2.4)',
    confidence: 'hypothesis',
    question: 'In range 2 start HSI16 x 4: PLLRDY?',
  },
  {
    id: 'oscillator-start-up',
    behaviour: 'HSI16 3.7 to 6 us, LSI up to 200 us, PLL 100 to 160 us, LSE 0.3 to 2 s, drawn from the seed',
    source: 'data sheets, recalled',
    confidence: 'corroborated',
    question: 'Cycles from HSI16ON, LSION, PLLON to the ready flag',
  },
  {
    id: 'pinrstf-with-internal-reset',
    behaviour: 'Software, watchdog and option-load resets set PINRSTF beside their own flag',
    source: 'measured on G4, F1, L4 and U5 (public logs); RM0376 7.1.1 figure',
    confidence: 'corroborated',
    question: 'Clear by RMVF, write SYSRESETREQ, read RCC_CSR',
  },
  {
    id: 'idcode-revision',
    behaviour: 'DBGMCU_IDCODE has 0x6 in bits 15:12 and a REV_ID of a public report, L073: revision Z',
    source: 'stlink issues 380 and 565 for L031 and L011; hypothesis for L073',
    confidence: 'reported',
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

const l011: readonly Row[] = [
  {
    id: 'boot-sel-polarity',
    behaviour: 'nBOOT_SEL = 0 takes BOOT0 from the pin PB9, 1 from nBOOT0',
    source: 'RM0377 2.4, recalled; the factory value has 0 and a public thread enters the ROM by the pin',
    confidence: 'corroborated',
    question: 'With OPTR 0x807000AA hold PB9 high at reset: PC in system memory? With nBOOT_SEL = 1 as well?',
  },
  {
    id: 'empty-check',
    behaviour:
      'The hardware looks at the first word of flash at option loading only (0 is empty); a plain reset after programming still starts the ROM, which then goes to flash by itself',
    source: 'RM0377 2.4 (empty check); AN2606 r70 63.1',
    confidence: 'corroborated',
    question: 'Program a blank part by SWD, pulse NRST: does the core start in system memory?',
  },
];

const l073: readonly Row[] = [
  {
    id: 'ufb-swaps-eeprom',
    behaviour: 'UFB exchanges the banks of program memory and of data EEPROM, and write protection stays with the bank',
    source: 'RM0367 3.3.1 table for UFB = 1',
    confidence: 'corroborated',
    question: 'Write different words at 0x08080000 and 0x08080C00, set UFB from SRAM, read both',
  },
  {
    id: 'read-while-write-eeprom',
    behaviour: 'An EEPROM or option operation stalls both banks, a program memory operation only its own',
    source: 'simplification: EEPROM belongs to the banks as well',
    confidence: 'hypothesis',
    question: 'From bank 1, write an EEPROM word of bank 2: does the core stall?',
  },
  {
    id: 'hse-on-nucleo',
    behaviour: 'NUCLEO-L073RZ has 8 MHz of the ST-LINK on OSC_IN and an LSE crystal; HSEON works without HSEBYP',
    source: 'UM1724 (MB1136), recalled; that the bypass bit does not matter is a simplification',
    confidence: 'hypothesis',
    question: 'Set HSEON with and without HSEBYP: HSERDY?',
  },
];

const rows = (part: string, prefix: string, own: readonly Row[]): readonly ModelledBehaviour[] =>
  [...common, ...dmaWithChannels, ...dmaWithCselr, ...own].map((row) => ({ ...row, id: `${prefix}-${row.id}`, part }));

export const stm32l0Behaviours: readonly ModelledBehaviour[] = [
  ...rows('STM32L011K4', 'l011', l011),
  ...rows('STM32L031K6', 'l031', []),
  ...rows('STM32L073RZ', 'l073', l073),
];
