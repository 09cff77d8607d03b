import { type Bus, busFault, type MemoryRegion } from '../bus.ts';
import type { Random } from '../random.ts';
import { createDoubleWordWriter } from './double-word-writer.ts';
import { createFlashArray } from './flash-array.ts';
import {
  ACR,
  BLOCKING_ERRORS,
  CLEARABLE,
  CR,
  CR_PNB_LSB,
  CR_PNB_MASK,
  FLASH,
  SR,
  TIME,
  waitStatesFor,
} from './flash-g0-registers.ts';
import { createFlashReach } from './flash-reach.ts';
import { createFlashSequencer } from './flash-sequencer.ts';
import { createKeyLock, type KeyLock } from './key-lock.ts';
import type { OptionBytes } from './option-bytes.ts';
import type { PeripheralHost, ResetKind, Width } from './peripheral.ts';
import { narrowAccess } from './register-block.ts';
import type { FlashModel } from './roles.ts';

/** Page numbers of a write-protected area, both included; an area whose first page lies above its last protects nothing. */
export interface ProtectedArea {
  readonly first: number;
  readonly last: number;
}

/** Bank as the registers count it: 0 is bank 1. */
export type Bank = 0 | 1;

export interface FlashG0Options {
  readonly host: PeripheralHost;
  readonly bus: Bus;
  readonly random: Random;
  readonly irq: number;
  readonly keys: { readonly flash: readonly [number, number]; readonly option: readonly [number, number] };
  /** Main flash in order of address: one memory, or the lower and the upper half of a part with two banks. */
  readonly banks: readonly MemoryRegion[];
  /** The other memories that wait while bank 1, or bank 2, works. */
  readonly others: readonly [readonly MemoryRegion[], readonly MemoryRegion[]];
  /** Programmed like main memory, never erased. */
  readonly otp: MemoryRegion | undefined;
  readonly pageSize: number;
  readonly options: OptionBytes;
  /** Field of an option word in force; undefined if the part has none of that name. */
  readonly option: (field: string) => number | undefined;
  /** ACR.DBG_SWEN exists: the debugger is cut off while it is 0. */
  readonly hasDebugSwitch: boolean;
  /** OBL_LAUNCH was written. */
  readonly launch: () => void;
  /** RDP goes from level 1 to 0: what else is erased besides the main flash. */
  readonly regression: () => void;
  /** Address of the register block, for the bus fault of a wrong key. */
  readonly base: number;
}

interface Extent {
  readonly memory: MemoryRegion;
  readonly offset: number;
  readonly length: number;
}

const CR_ONE_BANK = CR.PG | CR.PER | CR.MER1 | (CR_PNB_MASK << CR_PNB_LSB) | CR.FSTPG | CR.EOPIE | CR.ERRIE;
const CR_TWO_BANKS = CR_ONE_BANK | CR.BKER | CR.MER2;
const BUSY = [SR.BSY1, SR.BSY2] as const;
const RDP_LEVEL_0 = 0xaa;
const RDP_LEVEL_2 = 0xcc;

/**
 * FLASH interface of STM32 G0 and C0, with one bank or two.
 * Source: RM0454 and RM0444 chapter 3, RM0490 chapter 4 and the SVD's field texts (documented unless a line says less).
 */
export function createFlashG0(setup: FlashG0Options): FlashModel {
  const { host, bus, banks, options } = setup;
  const main = banks[0]!;
  const hasTwoBanks = banks.length === 2;
  const acrReset = 0x600 | (setup.hasDebugSwitch ? ACR.DBG_SWEN : 0);
  const acrWritable = ACR.LATENCY | ACR.PRFTEN | ACR.ICEN | (setup.hasDebugSwitch ? ACR.DBG_SWEN : 0);
  const array = createFlashArray(bus, setup.random);
  const sequencer = createFlashSequencer(bus, host.schedule);
  const reach = createFlashReach(bus, host, [...banks, ...setup.others[0], ...setup.others[1]], banks);
  const flashLock = createKeyLock(setup.keys.flash);
  const optionLock = createKeyLock(setup.keys.option);
  let acr = acrReset;
  let empty = false;
  let sr = 0;
  let cr = 0;
  let intruder = false;
  let swapped = false;

  /** Two banks that work apart; with DUAL_BANK = 0 the halves of such a part are one bank. */
  const dual = (): boolean => hasTwoBanks && setup.option('DUAL_BANK') !== 0;
  /** The memory of a bank: nSWAP_BANK puts bank 2 at the lower addresses. */
  const memoryOf = (bank: Bank): MemoryRegion => banks[swapped ? 1 - bank : bank] ?? main;
  function bankOf(memory: MemoryRegion): Bank {
    if (!dual()) return 0;
    const place = banks.indexOf(memory);
    if (place < 0) return setup.others[1].includes(memory) ? 1 : 0;
    return (swapped ? 1 - place : place) as Bank;
  }
  const memoriesOf = (bank: Bank): readonly MemoryRegion[] =>
    dual() ? [memoryOf(bank), ...setup.others[bank]] : [...banks, ...setup.others[0], ...setup.others[1]];

  const updateIrq = (): void =>
    host.setIrq(setup.irq, (sr & SR.EOP && cr & CR.EOPIE) !== 0 || (sr & SR.OPERR && cr & CR.ERRIE) !== 0);

  function raise(bits: number): void {
    sr |= bits | (cr & CR.ERRIE ? SR.OPERR : 0);
    writer.reset();
    host.note('flash error', { sr: sr >>> 0, cr: cr >>> 0 });
    updateIrq();
  }

  function rdpLevel(): 0 | 1 | 2 {
    const rdp = options.loaded('OPTR') & 0xff;
    return rdp === RDP_LEVEL_0 ? 0 : rdp === RDP_LEVEL_2 ? 2 : 1;
  }
  const outOfReach = (): boolean => intruder && rdpLevel() === 1;
  const updateReach = (): void => reach.setOutOfReach(outOfReach());

  function begin(working: readonly Bank[], timeNs: number, finish: () => void, abort: () => void): void {
    for (const bank of working) sr |= BUSY[bank];
    sequencer.begin({
      stalls: working.flatMap(memoriesOf),
      timeNs,
      finish,
      abort,
      done() {
        sr &= ~(SR.BSY1 | SR.BSY2);
        if (cr & CR.EOPIE) sr |= SR.EOP; // RM0454 3.7.4: EOP is set only if EOPIE is set
        updateIrq();
      },
    });
  }

  const writer = createDoubleWordWriter({
    schedule: host.schedule,
    array,
    times: TIME,
    raise,
    begin: (memory, timeNs, finish, abort) => begin([bankOf(memory)], timeNs, finish, abort),
  });

  /** Write-protected areas of main flash by bank, in pages of that bank (with DUAL_BANK = 0: of the whole flash). */
  const areasOf = (bank: Bank): readonly ProtectedArea[] =>
    ['A', 'B'].map((letter) => {
      const name = `WRP${bank + 1}${letter}`;
      return { first: setup.option(`${name}_STRT`) ?? 1, last: setup.option(`${name}_END`) ?? 0 };
    });
  const allAreas = (): readonly ProtectedArea[] => [...areasOf(0), ...(hasTwoBanks ? areasOf(1) : [])];
  const anyProtected = (areas: readonly ProtectedArea[]): boolean => areas.some(({ first, last }) => first <= last);
  const protectedPage = (areas: readonly ProtectedArea[], page: number): boolean =>
    areas.some(({ first, last }) => page >= first && page <= last);

  function writeForbidden(memory: MemoryRegion, offset: number): boolean {
    // Stores to system memory, option area and factory bytes have no path but the registers (WRPERR for them: hypothesis).
    const place = banks.indexOf(memory);
    if (place < 0) return memory !== setup.otp;
    if (outOfReach()) return true;
    const page = Math.floor(offset / setup.pageSize);
    if (dual()) return protectedPage(areasOf(bankOf(memory)), page);
    return protectedPage(allAreas(), page + (place * main.size) / setup.pageSize);
  }

  function storeError(memory: MemoryRegion, offset: number, width: Width): number {
    if (flashLock.locked || (cr & (CR.PG | CR.FSTPG)) === 0 || sr & BLOCKING_ERRORS) return SR.PGSERR;
    const interrupted = cr & CR.FSTPG ? SR.FASTERR : 0;
    if (width !== 4) return SR.SIZERR | interrupted;
    return writeForbidden(memory, offset) ? SR.WRPERR | interrupted : 0;
  }

  function store(memory: MemoryRegion, offset: number, value: number, width: Width): void {
    if (sequencer.busy) {
      // The bus would hold the writer until BSY1 clears; the write is done in its turn, the writer is not held.
      sequencer.afterwards(() => store(memory, offset, value, width));
      return;
    }
    const error = storeError(memory, offset, width);
    if (error !== 0) raise(error);
    else if (cr & CR.FSTPG) writer.storeFast(memory, offset, value);
    else writer.store(memory, offset, value);
  }

  function erase(working: readonly Bank[], extents: readonly Extent[], timeNs: number): void {
    cr |= CR.STRT;
    begin(
      working,
      timeNs,
      () => {
        for (const { memory, offset, length } of extents) array.erase(memory, offset, length);
        cr &= ~CR.STRT;
      },
      () => {
        for (const { memory, offset, length } of extents) array.eraseCut(memory, offset, length);
      },
    );
  }

  const whole = (memory: MemoryRegion): Extent => ({ memory, offset: 0, length: memory.size });

  function massErase(wanted: readonly Bank[]): void {
    const working: readonly Bank[] = dual() ? wanted : [0];
    const areas = dual() ? wanted.flatMap(areasOf) : allAreas();
    if (anyProtected(areas) || outOfReach()) {
      raise(SR.WRPERR);
      return;
    }
    host.note('mass erase', { banks: working.map((bank) => bank + 1) });
    erase(working, dual() ? working.map(memoryOf).map(whole) : banks.map(whole), TIME.massErase);
  }

  function erasePage(bank: Bank, page: number): void {
    const offset = page * setup.pageSize;
    // Without DUAL_BANK the page number counts through both halves (RM0444 3.7.5; how BKER is ignored then: hypothesis).
    const memory = dual() ? memoryOf(bank) : banks[Math.floor(offset / main.size)];
    if (memory === undefined || (dual() && offset >= memory.size)) {
      host.note('erase of a page that does not exist', { bank: bank + 1, page });
    } else if (protectedPage(dual() ? areasOf(bank) : allAreas(), page) || outOfReach()) raise(SR.WRPERR);
    else {
      host.note('page erase', hasTwoBanks ? { bank: bank + 1, page } : { page });
      erase([bank], [{ memory, offset: offset % main.size, length: setup.pageSize }], TIME.pageErase);
    }
  }

  function startErase(): void {
    const wanted: Bank[] = [];
    if (cr & CR.MER1) wanted.push(0);
    if (cr & CR.MER2) wanted.push(1);
    if (sr & (BLOCKING_ERRORS | SR.PGSERR)) {
      raise(SR.PGSERR); // RM0454 3.3.7: clear the flags of the last operation first
    } else if (wanted.length > 0) massErase(wanted);
    else if ((cr & CR.PER) === 0) {
      host.note('STRT without PER or MER1'); // "unpredictable, without any error flag" (RM0454 3.7.5)
    } else erasePage(dual() && cr & CR.BKER ? 1 : 0, (cr >>> CR_PNB_LSB) & CR_PNB_MASK);
  }

  function startOptions(): void {
    if (sr & (BLOCKING_ERRORS | SR.PGSERR)) {
      raise(SR.PGSERR);
      return;
    }
    const optr = options.staged(FLASH.OPTR) ?? 0;
    if ((optr & 0xff) === RDP_LEVEL_2) {
      // Level 2 cannot be undone on silicon; the model does not pretend to have a use for it.
      host.note('RDP level 2 is refused by the model');
      raise(SR.OPERR | SR.WRPERR);
      return;
    }
    cr |= CR.OPTSTRT;
    const regression = rdpLevel() === 1 && (optr & 0xff) === RDP_LEVEL_0;
    host.note('option programming', { optr, regression });
    begin(
      dual() && regression ? [0, 1] : [0],
      TIME.optionProgram + (regression ? TIME.massErase : 0),
      () => {
        if (regression) {
          for (const memory of banks) array.erase(memory, 0, memory.size);
          setup.regression();
        }
        options.program();
        cr &= ~CR.OPTSTRT;
      },
      () => undefined,
    );
  }

  const configurationBusy = (): boolean => sequencer.busy || writer.collecting;

  function writeCr(value: number): void {
    if (flashLock.locked) return;
    if (configurationBusy()) {
      // RM0454 3.7.4: "must not be modified" while CFGBSY is set. That the write is lost is our reading: hypothesis.
      host.note('FLASH_CR written while busy', { value });
      return;
    }
    cr = value & (hasTwoBanks ? CR_TWO_BANKS : CR_ONE_BANK);
    updateIrq();
    if (!optionLock.locked) {
      if (value & CR.OPTSTRT) startOptions();
      if (value & CR.OBL_LAUNCH) setup.launch();
    }
    if (value & CR.STRT) startErase();
    if (value & CR.OPTLOCK || value & CR.LOCK) optionLock.lock();
    if (value & CR.LOCK) flashLock.lock();
  }

  function presentKey(lock: KeyLock, key: number, offset: number): void {
    if (lock.present(key)) return;
    // RM0454 3.3.6: a wrong key locks until the next reset and gives a bus error.
    host.note('wrong flash key', { key });
    busFault(setup.base + offset);
  }

  function writeAcr(value: number): void {
    if (acr & ~value & ACR.DBG_SWEN) host.note('debugger cut off by DBG_SWEN');
    acr = value & acrWritable;
    empty = (value & ACR.EMPTY) !== 0;
    reach.setLatency(acr & ACR.LATENCY);
  }

  function write(offset: number, value: number): void {
    switch (offset) {
      case FLASH.ACR:
        writeAcr(value);
        return;
      case FLASH.KEYR:
        presentKey(flashLock, value, offset);
        return;
      case FLASH.OPTKEYR:
        if (!flashLock.locked) presentKey(optionLock, value, offset);
        return;
      case FLASH.SR:
        sr &= ~(value & CLEARABLE);
        updateIrq();
        return;
      case FLASH.CR:
        writeCr(value);
        return;
      default:
        if (!optionLock.locked && !configurationBusy()) options.stage(offset, value);
    }
  }

  function read(offset: number): number {
    switch (offset) {
      case FLASH.ACR:
        return acr | (empty ? ACR.EMPTY : 0);
      case FLASH.SR:
        return sr | (configurationBusy() ? SR.CFGBSY : 0);
      case FLASH.CR:
        return cr | (optionLock.locked ? CR.OPTLOCK : 0) | (flashLock.locked ? CR.LOCK : 0);
      default:
        return options.staged(offset) ?? 0;
    }
  }

  /** The halves keep their places on the bus and exchange what they hold. */
  function swapBanks(next: boolean): void {
    const [lower, upper] = banks;
    if (next === swapped || lower === undefined || upper === undefined) return;
    swapped = next;
    const kept = lower.bytes.slice();
    lower.bytes.set(upper.bytes);
    upper.bytes.set(kept);
    for (const memory of banks) bus.invalidate(memory, 0, memory.size);
    host.note('flash banks', { swapped });
  }

  return {
    name: 'FLASH',
    size: 0x400,
    ...narrowAccess({ read, write, quietRead: () => true }, 'ahb'),
    reset(_kind: ResetKind) {
      // RM0454 3.3.6: a reset during an operation leaves the content of that location undefined.
      if (sequencer.cut()) host.note('flash operation cut by a reset');
      writer.reset();
      acr = acrReset; // EMPTY is not touched by a reset (AN2606 r70 4.x, corroborated)
      sr = cr = 0;
      flashLock.reset();
      optionLock.reset();
      options.restage();
      reach.setLatency(acr & ACR.LATENCY);
      updateIrq();
    },
    store,
    options,
    get empty() {
      return empty;
    },
    loadOptions() {
      if (!options.load()) sr |= SR.OPTVERR;
      swapBanks(dual() && setup.option('nSWAP_BANK') === 0);
      empty = array.isErased(main, 0, 4);
      updateReach();
    },
    rdpLevel,
    setIntruder(next) {
      intruder = next;
      updateReach();
    },
    setSpeed: (hclkHz, range) => reach.setNeeded(waitStatesFor(hclkHz, range)),
    get debugAccess() {
      return !setup.hasDebugSwitch || (acr & ACR.DBG_SWEN) !== 0;
    },
  };
}
