import { type Bus, busFault, type MemoryRegion } from '../bus.ts';
import type { Random } from '../random.ts';
import { createFlashArray } from './flash-array.ts';
import { ACR, CR, FLASH, OBR_OPTERR, SECTOR_BYTES, SR, TIME, waitStatesFor } from './flash-f0-registers.ts';
import { createFlashReach } from './flash-reach.ts';
import { createFlashSequencer } from './flash-sequencer.ts';
import { createKeyLock } from './key-lock.ts';
import { createOptionWordsF0, type OptionWordF0, withComplement } from './option-words-f0.ts';
import type { PeripheralHost, ResetKind, Width } from './peripheral.ts';
import { narrowAccess } from './register-block.ts';
import type { FlashModel } from './roles.ts';

/** FLASH interface of STM32F0. Source: RM0091 chapters 3 and 4 (documented unless a line says less). */
export interface FlashF0Options {
  readonly host: PeripheralHost;
  readonly bus: Bus;
  readonly random: Random;
  readonly setIrq: (asserted: boolean) => void;
  readonly keys: { readonly flash: readonly [number, number]; readonly option: readonly [number, number] };
  readonly main: MemoryRegion;
  readonly optionArea: MemoryRegion;
  /** Every memory behind this interface: they share its wait states and stall together. */
  readonly memories: readonly MemoryRegion[];
  readonly pageSize: number;
  /** OBR (RDP, USER, DATA0, DATA1) and WRPR. */
  readonly words: readonly OptionWordF0[];
  /** OBL_LAUNCH was written. */
  readonly launch: () => void;
  /** RDP goes from level 1 to 0: what else is erased besides the main flash. */
  readonly regression: () => void;
  /** Address of the register block, for the bus fault of a wrong key. */
  readonly base: number;
}

const CR_WRITABLE = CR.PG | CR.PER | CR.MER | CR.OPTPG | CR.OPTER | CR.ERRIE | CR.EOPIE;
const RDP_LEVEL_0 = 0xaa;
const RDP_LEVEL_2 = 0xcc;

export function createFlashF0(setup: FlashF0Options): FlashModel {
  const { host, bus, main, optionArea, memories } = setup;
  const array = createFlashArray(bus, setup.random);
  const flashLock = createKeyLock(setup.keys.flash);
  const optionLock = createKeyLock(setup.keys.option);
  const options = createOptionWordsF0(setup.words, optionArea.halfwords);
  const reach = createFlashReach(bus, host, memories, [main]);
  const sequencer = createFlashSequencer(bus, host.schedule);
  let acr = 0;
  let sr = 0;
  let cr = 0;
  let ar = 0;
  let opterr = false;
  let empty = false;
  let intruder = false;

  const updateIrq = (): void =>
    setup.setIrq((sr & SR.EOP && cr & CR.EOPIE) !== 0 || (sr & (SR.PGERR | SR.WRPRTERR) && cr & CR.ERRIE) !== 0);
  function raise(bits: number): void {
    sr |= bits;
    host.note('flash error', { sr, cr });
    updateIrq();
  }

  function rdpLevel(): 0 | 1 | 2 {
    const rdp = options.loaded('OBR') & 0xff;
    return rdp === RDP_LEVEL_0 ? 0 : rdp === RDP_LEVEL_2 ? 2 : 1;
  }
  const outOfReach = (): boolean => intruder && rdpLevel() === 1;

  function begin(timeNs: number, finish: () => void, abort: () => void): void {
    sequencer.begin({
      stalls: memories,
      timeNs,
      finish,
      abort,
      done() {
        cr &= ~CR.STRT;
        sr |= SR.EOP; // whether or not EOPIE is set (RM0091 3.5.4)
        updateIrq();
      },
    });
  }
  function erase(region: MemoryRegion, offset: number, length: number, timeNs: number): void {
    cr |= CR.STRT;
    begin(
      timeNs,
      () => array.erase(region, offset, length),
      () => array.eraseCut(region, offset, length),
    );
  }

  /** WRPR: a 0 protects a sector of 4 KiB; its last bit all sectors from 31 on (RM0091 4.1.4). */
  const protectedSector = (sector: number): boolean => ((options.loaded('WRPR') >>> Math.min(sector, 31)) & 1) === 0;
  const protectedAt = (offset: number): boolean => protectedSector(Math.floor(offset / SECTOR_BYTES));
  const anyProtected = (): boolean => {
    for (let offset = 0; offset < main.size; offset += SECTOR_BYTES) if (protectedAt(offset)) return true;
    return false;
  };

  /** A half-word is not a multiple of the array's words: the other half is programmed with ones. */
  function programHalfWord(
    region: MemoryRegion,
    offset: number,
    value: number,
    extraNs: number,
    before: () => void,
  ): void {
    const shift = (offset & 2) * 8;
    const word = (~(0xffff << shift) | (value << shift)) >>> 0;
    begin(
      TIME.halfWord + extraNs,
      () => {
        before();
        array.program(region, offset & ~3, [word]);
      },
      () => array.programCut(region, offset & ~3, [word]),
    );
  }

  function storeMain(offset: number, value: number): void {
    if (protectedAt(offset)) raise(SR.WRPRTERR);
    else if (main.halfwords[offset >> 1] !== 0xffff && value !== 0) raise(SR.PGERR);
    else programHalfWord(main, offset, value, 0, () => undefined);
  }

  function storeOption(offset: number, byte: number): void {
    if (offset === 0 && byte === RDP_LEVEL_2) {
      // Level 2 cannot be undone on silicon; the model does not pretend to have a use for it.
      host.note('RDP level 2 is refused by the model');
      raise(SR.WRPRTERR);
    } else if (optionArea.halfwords[offset >> 1] !== 0xffff) raise(SR.PGERR);
    else {
      const regression = offset === 0 && byte === RDP_LEVEL_0 && rdpLevel() === 1;
      programHalfWord(optionArea, offset, withComplement(byte), regression ? TIME.massErase : 0, () => {
        if (!regression) return;
        host.note('mass erase by RDP regression');
        array.erase(main, 0, main.size);
        setup.regression();
      });
    }
  }

  function store(region: MemoryRegion, offset: number, value: number, width: Width): void {
    if (sequencer.busy) {
      // The bus would hold the writer until BSY clears; the write is done in its turn, the writer is not held.
      sequencer.afterwards(() => store(region, offset, value, width));
      return;
    }
    // Anything but a half-word is a bus error (RM0091 3.2.2); a store that no mode of CR expects, too (hypothesis).
    const armed = region === main ? cr & CR.PG : region === optionArea && !optionLock.locked ? cr & CR.OPTPG : 0;
    if (armed === 0 || width !== 2 || (region === main && outOfReach())) busFault(region.base + offset);
    if (region === main) storeMain(offset, value & 0xffff);
    else storeOption(offset, value & 0xff);
  }

  function start(): void {
    if (cr & CR.OPTER) {
      if (optionLock.locked) return;
      host.note('option erase');
      erase(optionArea, 0, optionArea.size, TIME.pageErase);
    } else if (cr & CR.MER) {
      if (anyProtected() || outOfReach()) raise(SR.WRPRTERR);
      else {
        host.note('mass erase');
        erase(main, 0, main.size, TIME.massErase);
      }
    } else if (cr & CR.PER) {
      const offset = ar - main.base - ((ar - main.base) % setup.pageSize);
      if (offset < 0 || offset >= main.size) host.note('erase of a page that does not exist', { ar });
      else if (protectedAt(offset) || outOfReach()) raise(SR.WRPRTERR);
      else {
        host.note('page erase', { page: offset / setup.pageSize });
        erase(main, offset, setup.pageSize, TIME.pageErase);
      }
    } else host.note('STRT without PER, MER or OPTER');
  }

  function writeCr(value: number): void {
    if (flashLock.locked) return;
    if (sequencer.busy) {
      host.note('FLASH_CR written while busy', { value });
      return;
    }
    cr = value & CR_WRITABLE;
    updateIrq();
    if ((value & CR.OPTWRE) === 0) optionLock.lock();
    if (value & CR.OBL_LAUNCH) setup.launch();
    if (value & CR.STRT) start();
    if (value & CR.LOCK) flashLock.lock();
  }

  function presentKey(lock: typeof flashLock, keys: readonly number[], key: number, offset: number): void {
    // The keys once more at an open lock are harmless: OpenOCD sends them again between option erase and programming (corroborated).
    if (!lock.locked && keys.includes(key)) return;
    if (lock.present(key)) return;
    // A wrong key locks until the next reset and gives a bus error (RM0091 3.2.2 and 3.5.2).
    host.note('wrong flash key', { key });
    busFault(setup.base + offset);
  }

  function write(offset: number, value: number): void {
    switch (offset) {
      case FLASH.ACR:
        acr = value & (ACR.LATENCY | ACR.PRFTBE);
        reach.setLatency(acr & ACR.LATENCY);
        return;
      case FLASH.KEYR:
        presentKey(flashLock, setup.keys.flash, value, offset);
        return;
      case FLASH.OPTKEYR:
        if (!flashLock.locked) presentKey(optionLock, setup.keys.option, value, offset);
        return;
      case FLASH.SR:
        sr &= ~value;
        updateIrq();
        return;
      case FLASH.CR:
        writeCr(value);
        return;
      case FLASH.AR:
        if (!sequencer.busy) ar = value; // no write while BSY is set (RM0091 3.5.6)
        return;
      default:
    }
  }

  /** OBR shows the level instead of the RDP byte; the other bytes stand where they stand in the word. */
  const readObr = (): number => {
    const level = rdpLevel();
    const rdprt = level === 0 ? 0 : level === 1 ? 1 : 3;
    return ((options.loaded('OBR') & 0xffff_ff00) | (rdprt << 1) | (opterr ? OBR_OPTERR : 0)) >>> 0;
  };

  function read(offset: number): number {
    switch (offset) {
      case FLASH.ACR:
        return acr | (acr & ACR.PRFTBE ? ACR.PRFTBS : 0);
      case FLASH.SR:
        return sr | (sequencer.busy ? SR.BSY : 0);
      case FLASH.CR:
        return cr | (flashLock.locked ? CR.LOCK : 0) | (optionLock.locked ? 0 : CR.OPTWRE);
      case FLASH.AR:
        return ar;
      case FLASH.OBR:
        return readObr();
      case FLASH.WRPR:
        return options.loaded('WRPR');
      default:
        return 0;
    }
  }

  function reset(_kind: ResetKind): void {
    if (sequencer.cut()) host.note('flash operation cut by a reset');
    acr = ACR.PRFTBE;
    sr = cr = ar = 0;
    flashLock.reset();
    optionLock.reset();
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
      opterr = !options.load();
      empty = array.isErased(main, 0, 4);
      reach.setOutOfReach(outOfReach());
    },
    rdpLevel,
    setIntruder(next) {
      intruder = next;
      reach.setOutOfReach(outOfReach());
    },
    setSpeed(hclkHz) {
      reach.setNeeded(waitStatesFor(hclkHz));
    },
  };
}
