import type { Bus, MemoryRegion } from '../bus.ts';
import { busFault } from '../bus.ts';
import type { Random } from '../random.ts';
import type { EventHandle } from '../schedule.ts';
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
import { createKeyLock } from './key-lock.ts';
import type { OptionBytes } from './option-bytes.ts';
import type { PeripheralHost, ResetKind, Width } from './peripheral.ts';
import { narrowAccess } from './register-block.ts';
import type { FlashModel } from './roles.ts';

/** FLASH interface of STM32G0 and C0. Source: RM0454 chapter 3 and the SVD's field texts (documented unless a line says less). */
export type FlashG0 = FlashModel;

export interface FlashG0Options {
  readonly host: PeripheralHost;
  readonly bus: Bus;
  readonly random: Random;
  readonly irq: number;
  readonly keys: { readonly flash: readonly [number, number]; readonly option: readonly [number, number] };
  readonly main: MemoryRegion;
  /** Programmed like main memory, never erased. */
  readonly otp: MemoryRegion | undefined;
  /** Every memory behind this interface, main included: they share its wait states and stall together. */
  readonly memories: readonly MemoryRegion[];
  readonly pageSize: number;
  readonly options: OptionBytes;
  /** OBL_LAUNCH was written. */
  readonly launch: () => void;
  /** RDP goes from level 1 to 0: what else is erased besides the main flash. */
  readonly regression: () => void;
  /** Address of the register block, for the bus fault of a wrong key. */
  readonly base: number;
}

interface RowWords {
  readonly offset: number;
  readonly words: number[];
  timeout: EventHandle | undefined;
}

const ROW_BYTES = 256;
const CR_WRITABLE = CR.PG | CR.PER | CR.MER1 | (CR_PNB_MASK << CR_PNB_LSB) | CR.FSTPG | CR.EOPIE | CR.ERRIE;
const RDP_LEVEL_0 = 0xaa;
const RDP_LEVEL_2 = 0xcc;

export function createFlashG0(setup: FlashG0Options): FlashG0 {
  const { host, bus, main, memories, options } = setup;
  const schedule = host.schedule;
  const array = createFlashArray(bus, setup.random);
  const flashLock = createKeyLock(setup.keys.flash);
  const optionLock = createKeyLock(setup.keys.option);
  let acr = 0x600;
  let empty = false;
  let sr = 0;
  let cr = 0;
  let first: { region: MemoryRegion; offset: number; value: number } | undefined;
  let row: RowWords | undefined;
  let operation: { event: EventHandle; abort: () => void } | undefined;
  let waiting: (() => void)[] = [];
  let intruder = false;
  let tooFast = false;
  let needed = 0;

  const updateIrq = (): void =>
    host.setIrq(setup.irq, (sr & SR.EOP && cr & CR.EOPIE) !== 0 || (sr & SR.OPERR && cr & CR.ERRIE) !== 0);

  function raise(bits: number): void {
    sr |= bits | (cr & CR.ERRIE ? SR.OPERR : 0);
    first = undefined;
    sr &= ~SR.CFGBSY;
    host.note('flash error', { sr: sr >>> 0, cr: cr >>> 0 });
    updateIrq();
  }

  function rdpLevel(): 0 | 1 | 2 {
    const rdp = options.loaded('OPTR') & 0xff;
    return rdp === RDP_LEVEL_0 ? 0 : rdp === RDP_LEVEL_2 ? 2 : 1;
  }
  const outOfReach = (): boolean => intruder && rdpLevel() === 1;

  /** Reads of a memory that the interface cannot serve are answered with an error, as are those that RDP forbids. */
  function updateReads(): void {
    for (const memory of memories) bus.setReadFault(memory, tooFast || (memory === main && outOfReach()));
  }

  function updateWaitStates(): void {
    const latency = acr & ACR.LATENCY;
    // Too few wait states give wrong data on silicon; the model answers with a fault, so that the error is not missed
    // (behaviour outside the specification: hypothesis).
    const next = latency < needed;
    if (next && !tooFast) host.note('too few flash wait states', { latency, needed });
    tooFast = next;
    for (const memory of memories) bus.setWaitStates(memory, latency);
    updateReads();
  }

  function begin(timeNs: number, finish: () => void, abort: () => void): void {
    sr |= SR.BSY1 | SR.CFGBSY;
    for (const memory of memories) bus.setStalled(memory, true);
    const event = schedule.after(timeNs, () => {
      operation = undefined;
      finish();
      sr &= ~(SR.BSY1 | SR.CFGBSY);
      if (cr & CR.EOPIE) sr |= SR.EOP; // RM0454 3.7.4: EOP is set only if EOPIE is set
      for (const memory of memories) bus.setStalled(memory, false);
      updateIrq();
      waiting.shift()?.();
    });
    operation = { event, abort };
  }

  function protectedPage(page: number): boolean {
    return ['WRP1AR', 'WRP1BR'].some((name) => {
      const word = options.loaded(name);
      return page >= (word & 0x3f) && page <= ((word >>> 16) & 0x3f);
    });
  }
  const anyProtected = (): boolean =>
    ['WRP1AR', 'WRP1BR'].some((name) => (options.loaded(name) & 0x3f) <= ((options.loaded(name) >>> 16) & 0x3f));

  function writeForbidden(region: MemoryRegion, offset: number): boolean {
    // Stores to system memory, option area and factory bytes have no path but the registers (WRPERR for them: hypothesis).
    if (region !== main) return region !== setup.otp;
    return outOfReach() || protectedPage(Math.floor(offset / setup.pageSize));
  }

  function programPair(region: MemoryRegion, offset: number, low: number, high: number): void {
    // The 64 bits carry one ECC: they are programmed once, or overwritten with zeros (RM0454 3.7.4 PROGERR).
    if (!array.isErased(region, offset, 8) && (low | high) !== 0) {
      raise(SR.PROGERR);
      return;
    }
    begin(
      TIME.doubleWord,
      () => array.program(region, offset, [low, high]),
      () => array.programCut(region, offset, [low, high]),
    );
  }

  function storeFast(region: MemoryRegion, offset: number, value: number): void {
    if (row === undefined) {
      if (offset % ROW_BYTES !== 0) {
        raise(SR.PGAERR | SR.FASTERR);
        return;
      }
      if (!array.isErased(region, offset, ROW_BYTES)) {
        raise(SR.PROGERR | SR.FASTERR);
        return;
      }
      row = { offset, words: [], timeout: undefined };
      sr |= SR.CFGBSY;
    } else if (offset !== row.offset + 4 * row.words.length) {
      schedule.cancel(row.timeout);
      row = undefined;
      raise(SR.PGAERR | SR.FASTERR);
      return;
    }
    const current = row;
    current.words.push(value);
    schedule.cancel(current.timeout);
    if (current.words.length === ROW_BYTES / 4) {
      row = undefined;
      begin(
        TIME.row,
        () => array.program(region, current.offset, current.words),
        () => array.programCut(region, current.offset, current.words),
      );
    } else {
      current.timeout = schedule.after(TIME.rowGap, () => {
        row = undefined;
        raise(SR.MISERR | SR.FASTERR);
      });
    }
  }

  function storeStandard(region: MemoryRegion, offset: number, value: number): void {
    if (first === undefined) {
      if (offset % 8 !== 0) {
        raise(SR.PGAERR);
        return;
      }
      first = { region, offset, value };
      sr |= SR.CFGBSY;
      return;
    }
    if (region !== first.region || offset !== first.offset + 4) {
      raise(SR.PGAERR);
      return;
    }
    const low = first.value;
    first = undefined;
    programPair(region, offset - 4, low, value);
  }

  function store(region: MemoryRegion, offset: number, value: number, width: Width): void {
    if (operation !== undefined) {
      // The bus would hold the writer until BSY1 clears; the write is done in its turn, the writer is not held.
      waiting.push(() => store(region, offset, value, width));
      return;
    }
    const error = storeError(region, offset, width);
    if (error !== 0) raise(error);
    else if (cr & CR.FSTPG) storeFast(region, offset, value);
    else storeStandard(region, offset, value);
  }

  function storeError(region: MemoryRegion, offset: number, width: Width): number {
    if (flashLock.locked || (cr & (CR.PG | CR.FSTPG)) === 0 || sr & BLOCKING_ERRORS) return SR.PGSERR;
    const interrupted = cr & CR.FSTPG ? SR.FASTERR : 0;
    if (width !== 4) return SR.SIZERR | interrupted;
    return writeForbidden(region, offset) ? SR.WRPERR | interrupted : 0;
  }

  function erase(offset: number, length: number, timeNs: number): void {
    cr |= CR.STRT;
    begin(
      timeNs,
      () => {
        array.erase(main, offset, length);
        cr &= ~CR.STRT;
      },
      () => array.eraseCut(main, offset, length),
    );
  }

  function startErase(): void {
    const page = (cr >>> CR_PNB_LSB) & CR_PNB_MASK;
    const offset = page * setup.pageSize;
    if (sr & (BLOCKING_ERRORS | SR.PGSERR)) {
      raise(SR.PGSERR); // RM0454 3.3.7: clear the flags of the last operation first
    } else if (cr & CR.MER1) {
      if (anyProtected() || outOfReach()) {
        raise(SR.WRPERR);
        return;
      }
      host.note('mass erase');
      erase(0, main.size, TIME.massErase);
    } else if ((cr & CR.PER) === 0) {
      host.note('STRT without PER or MER1'); // "unpredictable, without any error flag" (RM0454 3.7.5)
    } else if (offset >= main.size) {
      host.note('erase of a page that does not exist', { page });
    } else if (protectedPage(page) || outOfReach()) raise(SR.WRPERR);
    else {
      host.note('page erase', { page });
      erase(offset, setup.pageSize, TIME.pageErase);
    }
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
      TIME.optionProgram + (regression ? TIME.massErase : 0),
      () => {
        if (regression) {
          array.erase(main, 0, main.size);
          setup.regression();
        }
        options.program();
        cr &= ~CR.OPTSTRT;
      },
      () => undefined,
    );
  }

  function writeCr(value: number): void {
    if (flashLock.locked) return;
    if (sr & (SR.CFGBSY | SR.BSY1)) {
      // RM0454 3.7.4: "must not be modified" while CFGBSY is set. That the write is lost is our reading: hypothesis.
      host.note('FLASH_CR written while busy', { value });
      return;
    }
    cr = value & CR_WRITABLE;
    updateIrq();
    if (!optionLock.locked) {
      if (value & CR.OPTSTRT) startOptions();
      if (value & CR.OBL_LAUNCH) setup.launch();
    }
    if (value & CR.STRT) startErase();
    if (value & CR.OPTLOCK || value & CR.LOCK) optionLock.lock();
    if (value & CR.LOCK) flashLock.lock();
  }

  function presentKey(lock: typeof flashLock, key: number, offset: number): void {
    if (lock.present(key)) return;
    // RM0454 3.3.6: a wrong key locks until the next reset and gives a bus error.
    host.note('wrong flash key', { key });
    busFault(setup.base + offset);
  }

  function write(offset: number, value: number): void {
    switch (offset) {
      case FLASH.ACR:
        acr = value & (ACR.LATENCY | ACR.PRFTEN | ACR.ICEN);
        empty = (value & ACR.EMPTY) !== 0;
        {
          updateWaitStates();
          return;
        }
      case FLASH.KEYR: {
        presentKey(flashLock, value, offset);
        return;
      }
      case FLASH.OPTKEYR:
        if (!flashLock.locked) presentKey(optionLock, value, offset);
        return;
      case FLASH.SR:
        sr &= ~(value & CLEARABLE);
        {
          updateIrq();
          return;
        }
      case FLASH.CR: {
        writeCr(value);
        return;
      }
      default:
        if (!optionLock.locked && (sr & SR.CFGBSY) === 0) options.stage(offset, value);
    }
  }

  function read(offset: number): number {
    switch (offset) {
      case FLASH.ACR:
        return acr | (empty ? ACR.EMPTY : 0);
      case FLASH.SR:
        return sr;
      case FLASH.CR:
        return cr | (optionLock.locked ? CR.OPTLOCK : 0) | (flashLock.locked ? CR.LOCK : 0);
      default:
        return options.staged(offset) ?? 0;
    }
  }

  function reset(_kind: ResetKind): void {
    if (operation !== undefined) {
      // RM0454 3.3.6: a reset during an operation leaves the content of that location undefined.
      host.note('flash operation cut by a reset');
      schedule.cancel(operation.event);
      operation.abort();
      operation = undefined;
    }
    schedule.cancel(row?.timeout);
    row = first = undefined;
    waiting = [];
    for (const memory of memories) bus.setStalled(memory, false);
    acr = 0x600; // EMPTY is not touched by a reset (AN2606 r70 4.x, corroborated)
    sr = cr = 0;
    flashLock.reset();
    optionLock.reset();
    options.restage();
    updateWaitStates();
    updateIrq();
  }

  return {
    name: 'FLASH',
    size: 0x400,
    ...narrowAccess({ read, write, quietRead: () => true }, 'ahb'),
    reset,
    store,
    options,
    get empty() {
      return empty;
    },
    loadOptions() {
      if (!options.load()) sr |= SR.OPTVERR;
      empty = array.isErased(main, 0, 4);
      updateReads();
    },
    rdpLevel,
    setIntruder(next) {
      intruder = next;
      updateReads();
    },
    setSpeed(hclkHz, range) {
      needed = waitStatesFor(hclkHz, range);
      updateWaitStates();
    },
  };
}
