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
  CR_WRITABLE,
  FLASH,
  SR,
  TIME,
  waitStatesFor,
} from './flash-l4-registers.ts';
import { createFlashReach } from './flash-reach.ts';
import { createFlashSequencer } from './flash-sequencer.ts';
import { createKeyLock, type KeyLock } from './key-lock.ts';
import type { OptionBytes } from './option-bytes.ts';
import type { PeripheralHost, ResetKind, Width } from './peripheral.ts';
import { narrowAccess } from './register-block.ts';
import type { FlashModel } from './roles.ts';

/**
 * FLASH interface of STM32L47x and L48x: two banks with reads of one while the other works.
 * Source: RM0351 chapter 3 (documented unless a line says less). PCROP is stored and protects nothing.
 */
export interface FlashL4 extends FlashModel {
  readonly options: OptionBytes;
  /** SYSCFG_MEMRMP.FB_MODE: bank 2 answers at the lower half of the main flash. */
  setBankSwap(swapped: boolean): void;
}

/** The memories of a bank that wait while it works, besides its half of the main flash. */
export type BankMemories = readonly MemoryRegion[];

export interface FlashL4Options {
  readonly host: PeripheralHost;
  readonly bus: Bus;
  readonly random: Random;
  readonly setIrq: (asserted: boolean) => void;
  readonly keys: { readonly flash: readonly [number, number]; readonly option: readonly [number, number] };
  /** Lower and upper half of the main flash. */
  readonly halves: readonly [MemoryRegion, MemoryRegion];
  /** System memory, OTP and option area of bank 1 and of bank 2. */
  readonly others: readonly [BankMemories, BankMemories];
  /** Programmed like main memory, never erased. */
  readonly otp: MemoryRegion;
  readonly pageSize: number;
  readonly options: OptionBytes;
  /** OBL_LAUNCH was written. */
  readonly launch: () => void;
  /** RDP goes from level 1 to 0: what else is erased besides the main flash. */
  readonly regression: () => void;
  /** Address of the register block, for the bus fault of a wrong key. */
  readonly base: number;
}

/** Bank as the registers count it: 0 is bank 1. */
type Bank = 0 | 1;

const RDP_LEVEL_0 = 0xaa;
const RDP_LEVEL_2 = 0xcc;

export function createFlashL4(setup: FlashL4Options): FlashL4 {
  const { host, bus, halves, options } = setup;
  const array = createFlashArray(bus, setup.random);
  const sequencer = createFlashSequencer(bus, host.schedule);
  const reach = createFlashReach(bus, host, [...halves, ...setup.others[0], ...setup.others[1]], halves);
  const flashLock = createKeyLock(setup.keys.flash);
  const optionLock = createKeyLock(setup.keys.option);
  let acr: number = ACR.RESET;
  let sr = 0;
  let cr = 0;
  let swapped = false;
  let intruder = false;

  const halfOf = (bank: Bank): MemoryRegion => halves[swapped ? 1 - bank : bank]!;
  function bankOf(region: MemoryRegion): Bank {
    const half = halves.indexOf(region);
    if (half >= 0) return (swapped ? 1 - half : half) as Bank;
    return setup.others[1].includes(region) ? 1 : 0;
  }

  const updateIrq = (): void =>
    setup.setIrq((sr & SR.EOP && cr & CR.EOPIE) !== 0 || (sr & SR.OPERR && cr & CR.ERRIE) !== 0);

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

  function begin(banks: readonly Bank[], timeNs: number, finish: () => void, abort: () => void): void {
    sr |= SR.BSY;
    sequencer.begin({
      stalls: banks.flatMap((bank) => [halfOf(bank), ...setup.others[bank]]),
      timeNs,
      finish,
      abort,
      done() {
        sr &= ~SR.BSY;
        if (cr & CR.EOPIE) sr |= SR.EOP; // RM0351 3.7.5: EOP is set only if EOPIE is set
        updateIrq();
      },
    });
  }

  const writer = createDoubleWordWriter({
    schedule: host.schedule,
    array,
    times: TIME,
    raise,
    begin: (region, timeNs, finish, abort) => begin([bankOf(region)], timeNs, finish, abort),
  });

  /** Write-protected areas of a bank as first and last page. */
  const areasOf = (bank: Bank): readonly { first: number; last: number }[] =>
    ['A', 'B'].map((area) => {
      const word = options.loaded(`WRP${bank + 1}${area}R`);
      return { first: word & 0xff, last: (word >>> 16) & 0xff };
    });
  const protectedPage = (bank: Bank, page: number): boolean =>
    areasOf(bank).some(({ first, last }) => page >= first && page <= last);
  const anyProtected = (bank: Bank): boolean => areasOf(bank).some(({ first, last }) => first <= last);

  function writeForbidden(region: MemoryRegion, offset: number): boolean {
    // Stores to system memory, option area and factory bytes have no path but the registers (WRPERR for them: hypothesis).
    if (!halves.includes(region)) return region !== setup.otp;
    return outOfReach() || protectedPage(bankOf(region), Math.floor(offset / setup.pageSize));
  }

  function storeError(region: MemoryRegion, offset: number, width: Width): number {
    if (flashLock.locked || (cr & (CR.PG | CR.FSTPG)) === 0 || sr & BLOCKING_ERRORS) return SR.PGSERR;
    const interrupted = cr & CR.FSTPG ? SR.FASTERR : 0;
    if (width !== 4) return SR.SIZERR | interrupted;
    return writeForbidden(region, offset) ? SR.WRPERR | interrupted : 0;
  }

  function store(region: MemoryRegion, offset: number, value: number, width: Width): void {
    if (sequencer.busy) {
      // The bus would hold the writer until BSY clears; the write is done in its turn, the writer is not held.
      sequencer.afterwards(() => store(region, offset, value, width));
      return;
    }
    const error = storeError(region, offset, width);
    if (error !== 0) raise(error);
    else if (cr & CR.FSTPG) writer.storeFast(region, offset, value);
    else writer.store(region, offset, value);
  }

  function erase(parts: readonly { bank: Bank; offset: number; length: number }[], timeNs: number): void {
    cr |= CR.STRT;
    begin(
      parts.map(({ bank }) => bank),
      timeNs,
      () => {
        for (const { bank, offset, length } of parts) array.erase(halfOf(bank), offset, length);
        cr &= ~CR.STRT;
      },
      () => {
        for (const { bank, offset, length } of parts) array.eraseCut(halfOf(bank), offset, length);
      },
    );
  }

  function startErase(): void {
    const banks: Bank[] = [];
    if (cr & CR.MER1) banks.push(0);
    if (cr & CR.MER2) banks.push(1);
    if (sr & (BLOCKING_ERRORS | SR.PGSERR))
      raise(SR.PGSERR); // RM0351 3.3.6: clear the flags of the last operation first
    else if (banks.length > 0) {
      if (outOfReach() || banks.some(anyProtected)) {
        raise(SR.WRPERR);
        return;
      }
      host.note('mass erase', { banks: banks.map((bank) => bank + 1) });
      erase(
        banks.map((bank) => ({ bank, offset: 0, length: halfOf(bank).size })),
        TIME.massErase,
      );
    } else if ((cr & CR.PER) === 0) {
      host.note('STRT without PER or MERx'); // "unpredictable, without any error flag" (RM0351 3.7.6)
    } else erasePage((cr & CR.BKER ? 1 : 0) as Bank, (cr >>> CR_PNB_LSB) & CR_PNB_MASK);
  }

  function erasePage(bank: Bank, page: number): void {
    if (protectedPage(bank, page) || outOfReach()) {
      raise(SR.WRPERR);
      return;
    }
    host.note('page erase', { bank: bank + 1, page });
    erase([{ bank, offset: page * setup.pageSize, length: setup.pageSize }], TIME.pageErase);
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
      [0, 1],
      TIME.optionProgram + (regression ? TIME.massErase : 0),
      () => {
        if (regression) {
          for (const half of halves) array.erase(half, 0, half.size);
          setup.regression();
        }
        options.program();
        cr &= ~CR.OPTSTRT;
      },
      () => undefined,
    );
  }

  function writeCr(value: number): void {
    if (sequencer.busy) {
      // "No wait state when no flash memory operation is on going" (RM0351 3.7.6): otherwise the write waits.
      sequencer.afterwards(() => writeCr(value));
      return;
    }
    if (flashLock.locked) return;
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

  function presentKey(lock: KeyLock, key: number, offset: number): void {
    if (lock.present(key)) return;
    // RM0351 3.3.5: a wrong key locks until the next reset and gives a bus error.
    host.note('wrong flash key', { key });
    busFault(setup.base + offset);
  }

  function write(offset: number, value: number): void {
    switch (offset) {
      case FLASH.ACR: {
        acr = value & ACR.WRITABLE;
        reach.setLatency(acr & ACR.LATENCY);
        return;
      }
      case FLASH.KEYR: {
        presentKey(flashLock, value, offset);
        return;
      }
      case FLASH.OPTKEYR:
        if (!flashLock.locked) presentKey(optionLock, value, offset);
        return;
      case FLASH.SR: {
        sr &= ~(value & CLEARABLE);
        updateIrq();
        return;
      }
      case FLASH.CR: {
        writeCr(value);
        return;
      }
      default:
        if (!optionLock.locked && !sequencer.busy) options.stage(offset, value);
    }
  }

  function readCr(): number {
    // A read during an operation waits, too, so nobody sees STRT or OPTSTRT set.
    const shown = cr & ~(CR.STRT | CR.OPTSTRT);
    return shown | (optionLock.locked ? CR.OPTLOCK : 0) | (flashLock.locked ? CR.LOCK : 0);
  }

  function read(offset: number): number {
    if (offset === FLASH.ACR) return acr;
    if (offset === FLASH.SR) return sr;
    return offset === FLASH.CR ? readCr() : (options.staged(offset) ?? 0);
  }

  return {
    name: 'FLASH',
    size: 0x400,
    ...narrowAccess({ read, write, quietRead: () => true }, 'ahb'),
    reset(_kind: ResetKind) {
      // RM0351 3.3.5: a reset during an operation leaves the content of that location undefined.
      if (sequencer.cut()) host.note('flash operation cut by a reset');
      writer.reset();
      acr = ACR.RESET;
      sr = cr = 0;
      flashLock.reset();
      optionLock.reset();
      options.restage();
      reach.setLatency(acr & ACR.LATENCY);
      updateIrq();
    },
    store,
    options,
    empty: false, // no such flag on L47x: ST header stm32l476xx.h has no PEMPTY
    loadOptions() {
      if (!options.load()) sr |= SR.OPTVERR;
      updateReach();
    },
    rdpLevel,
    setIntruder(next) {
      intruder = next;
      updateReach();
    },
    setSpeed: (hclkHz, range) => reach.setNeeded(waitStatesFor(hclkHz, range)),
    setBankSwap(next) {
      if (next === swapped) return;
      swapped = next;
      // The halves keep their places on the bus and exchange what they hold.
      const [low, high] = halves;
      const lower = low.bytes.slice();
      low.bytes.set(high.bytes);
      high.bytes.set(lower);
      for (const half of halves) bus.invalidate(half, 0, half.size);
      host.note('flash banks', { swapped });
    },
  };
}
