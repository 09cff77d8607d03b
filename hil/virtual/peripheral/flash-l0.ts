import { type Bus, busFault, type MemoryRegion } from '../bus.ts';
import type { Random } from '../random.ts';
import { createNvmCells } from './flash-l0-cells.ts';
import {
  ACR,
  ERRORS,
  FLASH,
  HALF_PAGE_BYTES,
  OPERATION_NS,
  PAGE_BYTES,
  PECR,
  SECTOR_BYTES,
  SR,
  waitStatesFor,
} from './flash-l0-registers.ts';
import { createFlashReach } from './flash-reach.ts';
import { createFlashSequencer } from './flash-sequencer.ts';
import { createKeyLock, type KeyLock } from './key-lock.ts';
import { checkedHalf, createOptionWordsL0, type OptionWordL0 } from './option-words-l0.ts';
import type { PeripheralHost, ResetKind, Width } from './peripheral.ts';
import { narrowAccess } from './register-block.ts';
import type { FlashModel } from './roles.ts';

/** FLASH (NVM) interface of STM32L0. Source: RM0376 and RM0377 chapter 3 (documented unless a line says less). */
export interface FlashL0 extends FlashModel {
  /** SYSCFG_CFGR1.UFB: bank 2 stands at the bases of program memory and data EEPROM. */
  setBanksSwapped(swapped: boolean): void;
}

export interface FlashL0Options {
  readonly host: PeripheralHost;
  readonly bus: Bus;
  readonly random: Random;
  readonly setIrq: (asserted: boolean) => void;
  readonly keys: {
    readonly flash: readonly [number, number];
    readonly data: readonly [number, number];
    readonly option: readonly [number, number];
  };
  /** Program memory, by address: one memory or two of the same size, of which one can be read while the other works. */
  readonly banks: readonly [MemoryRegion] | readonly [MemoryRegion, MemoryRegion];
  readonly data: MemoryRegion;
  readonly optionArea: MemoryRegion;
  /** Every memory behind this interface: they share its wait states and stall together. */
  readonly memories: readonly MemoryRegion[];
  readonly words: readonly OptionWordL0[];
  /** The core fetches from one of `memories`. */
  readonly fetching: () => boolean;
  /** OBL_LAUNCH was written. */
  readonly launch: () => void;
  /** Address of the register block, for the bus fault of a wrong key. */
  readonly base: number;
}

interface HalfPage {
  readonly bank: MemoryRegion;
  readonly offset: number;
  readonly words: number[];
}

const PECR_WRITABLE =
  PECR.PROG |
  PECR.DATA |
  PECR.FIX |
  PECR.ERASE |
  PECR.FPRG |
  PECR.EOPIE |
  PECR.ERRIE |
  PECR.HALF_ARRAY |
  PECR.NZDISABLE;
const RDP_LEVEL_0 = 0xaa;
const RDP_LEVEL_2 = 0xcc;
const SECTORS_PER_WRPR = 32;
const HALF_PAGE_WORDS = HALF_PAGE_BYTES / 4;

export function createFlashL0(setup: FlashL0Options): FlashL0 {
  const { host, bus, banks, data, optionArea, memories } = setup;
  const cells = createNvmCells(bus, setup.random);
  const pecrLock = createKeyLock(setup.keys.data);
  const programLock = createKeyLock(setup.keys.flash);
  const optionLock = createKeyLock(setup.keys.option);
  const options = createOptionWordsL0(setup.words, optionArea.words);
  const protectable: readonly MemoryRegion[] = [...banks, data];
  const reach = createFlashReach(bus, host, memories, protectable);
  const sequencer = createFlashSequencer(bus, host.schedule);
  let acr = 0;
  let pecr = 0;
  let flags = 0;
  /** The lock that has seen its first key and waits for the second. */
  let halfOpen: { readonly lock: KeyLock; readonly offset: number } | undefined;
  let halfPages: HalfPage[] | undefined;
  /** Words still to be swallowed of a half-page that a fetch has broken off. */
  let brokenOff = 0;
  let empty = false;
  let intruder = false;
  let swapped = false;

  const updateIrq = (): void =>
    setup.setIrq((flags & SR.EOP && pecr & PECR.EOPIE) !== 0 || (flags & ERRORS && pecr & PECR.ERRIE) !== 0);
  function raise(bits: number): void {
    flags |= bits;
    halfPages = undefined;
    host.note('flash error', { sr: flags >>> 0, pecr: pecr >>> 0 });
    updateIrq();
  }

  function rdpLevel(): 0 | 1 | 2 {
    const rdp = options.loaded('OPTR') & 0xff;
    return rdp === RDP_LEVEL_0 ? 0 : rdp === RDP_LEVEL_2 ? 2 : 1;
  }
  const outOfReach = (): boolean => intruder && rdpLevel() === 1;

  /** An operation on one bank of program memory leaves the other one readable; data EEPROM and options belong to no bank here. */
  function begin(timeNs: number, where: readonly MemoryRegion[], finish: () => void, abort: () => void): void {
    const inBank = where.every((region) => region !== data && region !== optionArea);
    sequencer.begin({
      stalls: inBank && banks.length === 2 ? where : memories,
      timeNs,
      finish,
      abort,
      done() {
        flags |= SR.EOP; // set whether or not EOPIE is (RM0376 3.7.7)
        updateIrq();
      },
    });
  }
  const erase = (region: MemoryRegion, offset: number, length: number): void =>
    begin(
      OPERATION_NS,
      [region],
      () => cells.erase(region, offset, length),
      () => cells.eraseCut(region, offset, length),
    );

  /** A bit of WRPR1 or WRPR2 protects a sector of 4 KiB; banks keep theirs when they are swapped (WPRMOD = 0). */
  function writeProtected(bank: MemoryRegion, offset: number): boolean {
    const physical = offset + (bank === banks[swapped ? 1 : 0] ? 0 : bank.size);
    const sector = Math.floor(physical / SECTOR_BYTES);
    const word = options.loaded(sector < SECTORS_PER_WRPR ? 'WRPR' : 'WRPR2');
    return ((word >>> (sector % SECTORS_PER_WRPR)) & 1) !== 0;
  }
  const overNonZero = (region: MemoryRegion, offset: number, length: number): boolean =>
    (pecr & PECR.NZDISABLE) === 0 && !cells.isErased(region, offset, length);

  /** With PARALLELBANK a second half-page follows, at the same place of the other bank. */
  const mayBegin = (bank: MemoryRegion, offset: number): boolean =>
    offset % HALF_PAGE_BYTES === 0 &&
    (halfPages === undefined || (halfPages[0]!.bank !== bank && halfPages[0]!.offset === offset));

  function storeHalfPage(bank: MemoryRegion, offset: number, value: number): void {
    if (brokenOff > 0) {
      brokenOff--;
      return;
    }
    const wanted = (pecr & PECR.PARALLELBANK) === 0 ? 1 : 2;
    const current = halfPages?.at(-1);
    if (current === undefined || current.words.length === HALF_PAGE_WORDS) {
      if (!mayBegin(bank, offset)) {
        raise(SR.PGAERR);
        return;
      }
      halfPages = [...(halfPages ?? []), { bank, offset, words: [value] }];
    } else if (bank !== current.bank || offset < current.offset || offset >= current.offset + HALF_PAGE_BYTES) {
      raise(SR.PGAERR);
      return;
    } else current.words.push(value);
    if (setup.fetching()) {
      // The next fetch from the NVM breaks the half-page off, from the other bank too (RM0376 3.7.7 FWWERR; one public report).
      brokenOff = wanted * HALF_PAGE_WORDS - 1;
      raise(SR.FWWERR);
      return;
    }
    const pages = halfPages ?? [];
    if (pages.length < wanted || pages.some((page) => page.words.length < HALF_PAGE_WORDS)) return;
    halfPages = undefined;
    if (pages.some((page) => overNonZero(page.bank, page.offset, HALF_PAGE_BYTES))) raise(SR.NOTZEROERR);
    else {
      begin(
        OPERATION_NS,
        pages.map((page) => page.bank),
        () => {
          for (const page of pages) cells.program(page.bank, page.offset, page.words);
        },
        () => {
          for (const page of pages) cells.programCut(page.bank, page.offset, page.words);
        },
      );
    }
  }

  function storeProgram(bank: MemoryRegion, offset: number, value: number, width: Width): void {
    if (programLock.locked || outOfReach() || writeProtected(bank, offset)) raise(SR.WRPERR);
    else if (width !== 4) raise(SR.SIZERR);
    else if (pecr & PECR.PROG && pecr & PECR.ERASE) {
      const page = offset - (offset % PAGE_BYTES);
      host.note('page erase', { address: bank.base + page });
      erase(bank, page, PAGE_BYTES);
    } else if (pecr & PECR.PROG && pecr & PECR.FPRG) storeHalfPage(bank, offset, value);
    else if (overNonZero(bank, offset, 4)) raise(SR.NOTZEROERR);
    else {
      begin(
        OPERATION_NS,
        [bank],
        () => cells.program(bank, offset, [value]),
        () => cells.programCut(bank, offset, [value]),
      );
    }
  }

  /** A word that may hold something: erased first when it does, or always with FIX. */
  function rewrite(region: MemoryRegion, place: number, word: number, finished: () => void = () => undefined): void {
    const twice = (pecr & PECR.FIX) !== 0 || !cells.isErased(region, place, 4);
    begin(
      twice ? 2 * OPERATION_NS : OPERATION_NS,
      [region],
      () => {
        cells.rewrite(region, place, word);
        finished();
      },
      () => cells.eraseCut(region, place, 4),
    );
  }

  function storeData(offset: number, value: number, width: Width): void {
    const place = offset & ~3;
    if (pecrLock.locked || outOfReach()) raise(SR.WRPERR);
    else if (pecr & PECR.DATA && pecr & PECR.ERASE) {
      if (width === 4) erase(data, place, 4);
      else raise(SR.SIZERR);
    } else {
      const shift = (offset & 3) * 8;
      const mask = width === 4 ? 0xffff_ffff : ((1 << (8 * width)) - 1) << shift;
      rewrite(data, place, (data.words[place >> 2]! & ~mask) | ((value << shift) & mask));
    }
  }

  /** The RDP byte that stands in the option area, whether loaded or not. */
  const storedRdp = (): number => (checkedHalf(optionArea.words[0]!) ?? 0) & 0xff;

  function storeOption(offset: number, value: number, width: Width): void {
    if (optionLock.locked) raise(SR.WRPERR);
    else if (width !== 4) raise(SR.SIZERR);
    else if (offset === 0 && ((checkedHalf(value) ?? 0) & 0xff) === RDP_LEVEL_2) {
      // Level 2 cannot be undone on silicon; the model does not pretend to have a use for it.
      host.note('RDP level 2 is refused by the model');
      raise(SR.WRPERR);
    } else if (pecr & PECR.ERASE) erase(optionArea, offset, 4);
    else {
      // Level 1 counts from the option area on, before it is loaded: OpenOCD's mass erase relies on that (corroborated).
      const protectedBefore = storedRdp() !== RDP_LEVEL_0 || rdpLevel() === 1;
      rewrite(optionArea, offset, value, () => {
        if (offset !== 0 || !protectedBefore || storedRdp() !== RDP_LEVEL_0) return;
        host.note('mass erase by RDP regression');
        for (const region of protectable) cells.erase(region, 0, region.size);
      });
    }
  }

  function store(region: MemoryRegion, offset: number, value: number, width: Width): void {
    if (sequencer.busy) {
      // The bus would hold the writer until BSY clears; the write is done in its turn, the writer is not held.
      sequencer.afterwards(() => store(region, offset, value, width));
    } else if (banks.some((bank) => bank === region)) storeProgram(region, offset, value, width);
    else if (region === data) storeData(offset, value, width);
    else if (region === optionArea) storeOption(offset, value, width);
    else raise(SR.WRPERR); // system memory and factory options (RM0376 3.3.5)
  }

  function writePecr(value: number): void {
    if (pecrLock.locked) return;
    if (sequencer.busy) {
      host.note('FLASH_PECR written while busy', { value });
      return;
    }
    pecr = value & (PECR_WRITABLE | (banks.length === 2 ? PECR.PARALLELBANK : 0));
    if ((pecr & PECR.FPRG) === 0 || value & PECR.PELOCK) {
      halfPages = undefined;
      brokenOff = 0;
    }
    updateIrq();
    if (value & PECR.OBL_LAUNCH && !optionLock.locked) setup.launch();
    if (value & (PECR.PRGLOCK | PECR.PELOCK)) programLock.lock();
    if (value & (PECR.OPTLOCK | PECR.PELOCK)) optionLock.lock();
    if (value & PECR.PELOCK) {
      // Locking clears the modes: OpenOCD locks with ERASE set, unlocks and programs half-pages with what is left (corroborated).
      pecr = 0;
      pecrLock.lock();
      updateIrq();
    }
  }

  function refuse(lock: KeyLock, key: number, offset: number): never {
    lock.present(Number.NaN); // no key: shut until reset
    host.note('wrong flash key', { key });
    return busFault(setup.base + offset);
  }
  /** A wrong key, a third one, or another register between the two locks until reset, with a bus error (RM0376 3.3.4). */
  function presentKey(lock: KeyLock, key: number, offset: number): void {
    if (!lock.present(key)) refuse(lock, key, offset);
    halfOpen = lock.locked ? { lock, offset } : undefined;
  }

  function write(offset: number, value: number): void {
    if (halfOpen !== undefined && halfOpen.offset !== offset) {
      const { lock } = halfOpen;
      halfOpen = undefined;
      refuse(lock, value, offset);
    }
    switch (offset) {
      case FLASH.ACR:
        acr = value & (ACR.LATENCY | ACR.PRFTEN | ACR.SLEEP_PD | ACR.DISAB_BUF | ACR.PRE_READ);
        reach.setLatency(acr & ACR.LATENCY);
        return;
      case FLASH.PECR:
        writePecr(value);
        return;
      case FLASH.PEKEYR:
        presentKey(pecrLock, value, offset);
        return;
      // With PELOCK set these keys do nothing, without an error (RM0376 3.3.4).
      case FLASH.PRGKEYR:
        if (!pecrLock.locked) presentKey(programLock, value, offset);
        return;
      case FLASH.OPTKEYR:
        if (!pecrLock.locked) presentKey(optionLock, value, offset);
        return;
      case FLASH.SR:
        flags &= ~(value & (ERRORS | SR.EOP));
        updateIrq();
        return;
      default:
    }
  }

  function read(offset: number): number {
    switch (offset) {
      case FLASH.ACR:
        return acr;
      case FLASH.PECR:
        return (
          pecr |
          (pecrLock.locked ? PECR.PELOCK : 0) |
          (programLock.locked ? PECR.PRGLOCK : 0) |
          (optionLock.locked ? PECR.OPTLOCK : 0)
        );
      case FLASH.SR:
        return flags | SR.READY | (sequencer.busy ? SR.BSY : SR.ENDHV);
      default:
        return options.shown(offset) ?? 0;
    }
  }

  function reset(_kind: ResetKind): void {
    if (sequencer.cut()) host.note('flash operation cut by a reset');
    halfPages = halfOpen = undefined;
    brokenOff = 0;
    acr = pecr = flags = 0;
    for (const lock of [pecrLock, programLock, optionLock]) lock.reset();
    reach.setLatency(0);
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
      if (!options.load()) flags |= SR.OPTVERR;
      empty = cells.isErased(banks[0], 0, 4);
      reach.setOutOfReach(outOfReach());
    },
    rdpLevel,
    setIntruder(next) {
      intruder = next;
      reach.setOutOfReach(outOfReach());
    },
    setSpeed(hclkHz, range) {
      reach.setNeeded(waitStatesFor(hclkHz, range));
    },
    setBanksSwapped(next) {
      if (next === swapped) return;
      swapped = next;
      if (banks.length === 2) cells.swap(banks[0], 0, banks[1], 0, banks[0].size);
      cells.swap(data, 0, data, data.size / 2, data.size / 2);
    },
  };
}
