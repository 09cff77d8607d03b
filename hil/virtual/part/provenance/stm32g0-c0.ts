import type { ModelledBehaviour } from './behaviour.ts';

const G0B1 = 'STM32G0B1RE';
const C071 = 'STM32C071RB';
const C031 = 'STM32C031C6';
const C011 = 'STM32C011F6';

type Row = Omit<ModelledBehaviour, 'id' | 'part'>;

/** The same doubt about several parts: one row per part, since each is answered by its own silicon. */
function forEach(parts: Readonly<Record<string, string>>, id: string, row: Row): readonly ModelledBehaviour[] {
  return Object.entries(parts).map(([prefix, part]) => ({ id: `${prefix}-${id}`, part, ...row }));
}

const C0 = { c071: C071, c031: C031, c011: C011 };
const ALL = { g0b1: G0B1, ...C0 };

export const stm32g0c0Behaviours: readonly ModelledBehaviour[] = [
  ...forEach(ALL, 'flash-cr-write-while-busy', {
    behaviour: 'A write to FLASH_CR while an operation runs or half a double word waits is lost',
    source: 'RM0444 3.7.5, RM0490 4.7.5 forbid it; AN2606 r70 T112 (multi-page erase fails on bank 2) fits',
    confidence: 'hypothesis',
    question: 'From SRAM, start a page erase, write PNB + 1 with STRT at once: which pages are erased?',
  }),
  ...forEach(ALL, 'flash-times', {
    behaviour: 'Double word 85 us, row 1.7 ms, page erase 22 ms, mass erase 22.1 ms, every time',
    source: 'data sheets of the family, typical values, recalled',
    confidence: 'hypothesis',
    question: 'Time from STRT to BSY clear for a page and a mass erase, and from the second word for a double word',
  }),
  ...forEach(ALL, 'empty-flag-at-option-load', {
    behaviour: 'FLASH_ACR.EMPTY is evaluated at power-on and OBL_LAUNCH only, kept by a system reset and writable',
    source: 'AN2606 r70 T12, T16, T112; ST SVD text of EMPTY; Black Magic Probe and stm32flash handle it so',
    confidence: 'corroborated',
    question: 'After mass erase and power-on, program by SWD, pulse NRST: PC in system memory? FLASH_ACR bit 16?',
  }),
  ...forEach(ALL, 'dbg-swen', {
    behaviour: 'FLASH_ACR.DBG_SWEN = 0 takes the debug port away at once; a reset sets the bit again',
    source:
      'ST header; AN2606 r70 T112 (GO clears it, the debugger loses access); that a reset helps is the reset value',
    confidence: 'hypothesis',
    question:
      'Clear bit 18 of FLASH_ACR from a program: does SWD answer? After NRST low, with the program still doing so?',
  }),
  ...forEach(ALL, 'boot-lock', {
    behaviour: 'SECR.BOOT_LOCK forces main flash, empty or not, from the next option load on; the debugger stays',
    source: 'AN2606 r70 T2 pattern 11; the effect on debug at other RDP levels is not modelled',
    confidence: 'hypothesis',
    question: 'Set BOOT_LOCK with erased flash, load the options: PC? Does SWD still halt the core?',
  }),
  ...forEach(ALL, 'pcrop-sec-size-not-modelled', {
    behaviour: 'PCROP areas and SEC_SIZE can be programmed and have no effect',
    source: 'gap of the model',
    confidence: 'hypothesis',
    question: 'Set PCROP1A over page 1: data reads by program and debugger? RDERR?',
  }),
  ...forEach(ALL, 'ecc-not-modelled', {
    behaviour: 'ECCR and ECC2R read 0; a half-programmed double word reads as its bits, without ECC error or NMI',
    source: 'gap of the model',
    confidence: 'hypothesis',
    question: 'Cut power during programming, read the double word: NMI, ECCD?',
  }),
  ...forEach(ALL, 'idcode-revision', {
    behaviour: 'IDCODE reads 0x1000_6xxx',
    source: 'DEV_ID documented; REV_ID and bits 15:12 assumed as on G070',
    confidence: 'hypothesis',
    question: 'Read 0x40015800 and the marking of the package',
  }),
  ...forEach(ALL, 'oscillator-start-up', {
    behaviour: 'HSI48 3 to 6 us, LSI 80 to 130 us, LSE 0.3 to 2 s, uniformly drawn from the seed',
    source: 'data sheet of the G070, recalled, taken over',
    confidence: 'hypothesis',
    question: 'Cycles from each ON bit to its ready flag',
  }),
  ...forEach(ALL, 'pinrstf-with-internal-reset', {
    behaviour:
      'Software, watchdog and option-load resets set PINRSTF beside their own flag; power-on sets PWRRSTF and PINRSTF',
    source: 'measured on G4, F1, L4 and U5 (public logs)',
    confidence: 'corroborated',
    question: 'Clear by RMVF, write SYSRESETREQ, read RCC_CSR (CSR2 on C0)',
  }),
  ...forEach(ALL, 'dma-timing', {
    behaviour:
      'A DMA transfer takes five HCLK cycles from its request, does not slow the core, and channels do not compete',
    source: 'RM0454 10.4.2 gives a minimum; priorities have no effect in the model',
    confidence: 'hypothesis',
    question: 'Copy 1000 words by a channel with the core in SRAM: cycles? With two channels?',
  }),
  ...forEach(ALL, 'dma-clock-off', {
    behaviour:
      'A channel whose controller has no clock drops what is asked of it; it goes on at the next request or write',
    source: 'no statement in the manual',
    confidence: 'hypothesis',
    question: 'Clear DMA1EN in the middle of a copy, set it again: does the copy go on by itself?',
  }),
  ...forEach(ALL, 'dma-read-only-while-enabled', {
    behaviour: 'While EN is set, CNDTR, CPAR, CMAR and all of CCR but EN and the interrupt enables take no writes',
    source: 'RM0454 10.6.3 to 10.6.6: "must not be written" or read-only when the channel is enabled',
    confidence: 'hypothesis',
    question: 'Write CNDTR of an enabled channel that waits for a request: value read back?',
  }),
  ...forEach(C0, 'pwr-backup-over-reset', {
    behaviour: 'PWR_BKPxR keep their value over a system reset and lose it with power',
    source: 'SVD: "retains information when the device is in Standby"',
    confidence: 'hypothesis',
    question: 'Write BKP0R, pulse NRST, read; the same with PWRRST of RCC_APBRSTR1',
  }),
  ...forEach(C0, 'csr1-not-locked', {
    behaviour: 'RCC_CSR1 takes writes at any time: there is no DBP',
    source: 'ST SVD STM32C071: PWR_CR1 has no such bit',
    confidence: 'corroborated',
    question: 'Right after reset set LSEON in CSR1 and read it back',
  }),
  ...forEach(C0, 'option-factory-bor', {
    behaviour: 'OPTR is 0xFFFF_FEAA from the factory (BOR_EN = 0)',
    source: 'RM0490 r5 table 18; Black Magic Probe restores 0xFFFF_FFAA',
    confidence: 'corroborated',
    question: 'Read FLASH_OPTR of a chip that nobody has programmed',
  }),
  ...forEach(C0, 'sysdiv-switch-at-once', {
    behaviour: 'HSIDIV and, on C071, SYSDIV take effect with the write',
    source: 'no number in RM0490',
    confidence: 'hypothesis',
    question: 'Cycles from a write of HSIDIV to the new rate at MCO',
  }),
  {
    id: 'c011-pad-remap-not-modelled',
    part: C011,
    behaviour: 'PA9 and PA10 reach the wire whatever PA11_RMP and PA12_RMP of SYSCFG_CFGR1 say; PA11 and PA12 never do',
    source: 'gap of the model: with 20 pins the pads are PA11 [PA9] and PA12 [PA10], and a reset selects PA11 and PA12',
    confidence: 'hypothesis',
    question:
      'With USART1 on PA9, clear PA11_RMP while it sends: does the line go still? What does the ROM leave in CFGR1?',
  },
  {
    id: 'g0b1-single-bank-page-numbers',
    part: G0B1,
    behaviour:
      'With DUAL_BANK = 0 PNB counts through all 256 pages, BKER and MER2 alone mean bank 1, all memories stall',
    source: 'reading of the option bit text in RM0444 3.7.8',
    confidence: 'hypothesis',
    question: 'Clear DUAL_BANK, erase PNB 129 and PNB 1 with BKER: which pages are erased?',
  },
  {
    id: 'g0b1-bker-after-swap',
    part: G0B1,
    behaviour: 'BKER, MER1, MER2, BSY1, BSY2 and WRP follow the bank, not the address, after nSWAP_BANK = 0',
    source: 'analogy with L4 (RM0351: FB_MODE)',
    confidence: 'hypothesis',
    question: 'Swap, erase page 0 with BKER = 1: does the page at 0x08000000 go?',
  },
  {
    id: 'g0b1-swap-takes-options',
    part: G0B1,
    behaviour: 'nSWAP_BANK takes effect at the option load and EMPTY looks at the bank that is then the lower one',
    source: 'reading of RM0444 3.4.1',
    confidence: 'hypothesis',
    question: 'Program bank 2 only, set nSWAP_BANK = 0, load the options: EMPTY?',
  },
  {
    id: 'g0b1-alias-is-one-bank',
    part: G0B1,
    behaviour: 'With MEM_MODE 0 only the lower bank answers at 0; above 0x0004_0000 the bus faults',
    source: 'simplification',
    confidence: 'hypothesis',
    question: 'Read 0x00040000 with MEM_MODE = 0',
  },
  {
    id: 'g0b1-system-memory-banks',
    part: G0B1,
    behaviour:
      'System memory at 0x1FFF_0000 stalls with bank 1, that at 0x1FFF_8000 with bank 2; OTP and options with bank 1',
    source: 'RM0444 table of the memory organization was not read',
    confidence: 'hypothesis',
    question: 'From code in 0x1FFF0000 erase a page of bank 2: does the code go on meanwhile?',
  },
  {
    id: 'g0b1-unmodelled-blocks',
    part: G0B1,
    behaviour: 'LPUART1 and 2, FDCAN, UCPD, CEC, DAC, timers and the others on the list read 0 and ignore writes',
    source: 'gap of the model',
    confidence: 'hypothesis',
    question: 'none: use them on a real board',
  },
];
