import { type Bus, busFault, type MemoryRegion } from '../bus.ts';
import type { Random } from '../random.ts';
import { createFlashArray } from './flash-array.ts';
import {
  ACR,
  CLEARABLE,
  CR,
  CR_PSIZE_LSB,
  CR_SNB_LSB,
  CR_WRITABLE,
  FLASH,
  massEraseTime,
  OPTCR,
  OPTCR_NWRP_LSB,
  OPTCR_WRITABLE,
  OPTION_TIME,
  PROGRAM_TIME,
  SR,
  sectorEraseTime,
  waitStatesFor,
} from './flash-f4-registers.ts';
import { createFlashReach } from './flash-reach.ts';
import { createFlashSequencer } from './flash-sequencer.ts';
import { createKeyLock, type KeyLock } from './key-lock.ts';
import type { PeripheralHost, ResetKind, Width } from './peripheral.ts';
import { narrowAccess } from './register-block.ts';
import type { FlashModel } from './roles.ts';

/**
 * FLASH interface of STM32F401 and F411: sectors, programming by PSIZE, options in OPTCR.
 * Source: RM0383 chapter 3 (documented unless a line says less). The ART caches hold nothing: stale lines are not modelled;
 * PCROP (SPRMOD) is not, either.
 */
export interface FlashF4Options {
  readonly host: PeripheralHost;
  readonly bus: Bus;
  readonly random: Random;
  readonly setIrq: (asserted: boolean) => void;
  readonly keys: { readonly flash: readonly [number, number]; readonly option: readonly [number, number] };
  readonly main: MemoryRegion;
  /** OTP blocks, then one lock byte for each. */
  readonly otp: MemoryRegion;
  readonly optionArea: MemoryRegion;
  /** Every memory behind this interface, main included: they share its wait states and stall together. */
  readonly memories: readonly MemoryRegion[];
  /** Sectors in order: offset and size in bytes. */
  readonly sectors: readonly { readonly offset: number; readonly size: number }[];
  /** OPTCR as it leaves the factory. */
  readonly factoryOptions: number;
  /** RDP goes from level 1 to 0: what else is erased besides the main flash. */
  readonly regression: () => void;
  /** Address of the register block, for the bus fault of a wrong key. */
  readonly base: number;
}

const RDP_LEVEL_0 = 0xaa;
const RDP_LEVEL_2 = 0xcc;
const OTP_BLOCK = 32;
/** Places in the option area: RDP and user options, nWRP and SPRMOD (RM0383 3.6.1). */
const AREA_USER = 0;
const AREA_NWRP = 8 / 2;

export function createFlashF4(setup: FlashF4Options): FlashModel {
  const { host, bus, main, otp, memories, optionArea, sectors } = setup;
  const array = createFlashArray(bus, setup.random);
  const sequencer = createFlashSequencer(bus, host.schedule);
  const reach = createFlashReach(bus, host, memories, [main]);
  const flashLock = createKeyLock(setup.keys.flash);
  const optionLock = createKeyLock(setup.keys.option);
  let acr = 0;
  let sr = 0;
  let cr = 0;
  /** OPTCR as written, and the options in force. */
  let staged = 0;
  let inForce = 0;
  let intruder = false;

  const psize = (): number => (cr >>> CR_PSIZE_LSB) & 3;
  const updateIrq = (): void =>
    setup.setIrq((sr & SR.EOP && cr & CR.EOPIE) !== 0 || (sr & SR.OPERR && cr & CR.ERRIE) !== 0);

  function raise(bits: number): void {
    sr |= bits | (cr & CR.ERRIE ? SR.OPERR : 0);
    host.note('flash error', { sr: sr >>> 0, cr: cr >>> 0 });
    updateIrq();
  }

  const rdpOf = (optcr: number): number => (optcr >>> 8) & 0xff;
  function rdpLevel(): 0 | 1 | 2 {
    const rdp = rdpOf(inForce);
    return rdp === RDP_LEVEL_0 ? 0 : rdp === RDP_LEVEL_2 ? 2 : 1;
  }
  const outOfReach = (): boolean => intruder && rdpLevel() === 1;
  const updateReach = (): void => reach.setOutOfReach(outOfReach());
  const protectedSector = (sector: number): boolean => ((inForce >>> (OPTCR_NWRP_LSB + sector)) & 1) === 0;

  function begin(timeNs: number, finish: () => void, abort: () => void): void {
    sr |= SR.BSY;
    sequencer.begin({
      stalls: memories,
      timeNs,
      finish,
      abort,
      done() {
        sr &= ~SR.BSY;
        if (cr & CR.EOPIE) sr |= SR.EOP; // RM0383 3.8.4: EOP is set only if EOPIE is set
        updateIrq();
      },
    });
  }

  function writeForbidden(region: MemoryRegion, offset: number): boolean {
    if (region === otp) {
      const locks = Math.floor(otp.size / (OTP_BLOCK + 1)) * OTP_BLOCK;
      // A block whose lock byte is 0 takes no more (RM0383 3.7); that it shows WRPERR is our reading: hypothesis.
      return offset < locks && otp.bytes[locks + Math.floor(offset / OTP_BLOCK)] === 0;
    }
    // Stores to system memory and option area have no path but the registers (WRPERR for them: hypothesis).
    if (region !== main) return true;
    return outOfReach() || protectedSector(sectors.findLastIndex((sector) => sector.offset <= offset));
  }

  function store(region: MemoryRegion, offset: number, value: number, width: Width): void {
    if (sequencer.busy) {
      // The bus would hold the writer until BSY clears; the write is done in its turn, the writer is not held.
      sequencer.afterwards(() => store(region, offset, value, width));
      return;
    }
    if (flashLock.locked || (cr & CR.PG) === 0) {
      raise(SR.PGSERR);
      return;
    }
    if (width !== 1 << psize()) {
      raise(SR.PGPERR);
      return;
    }
    if (writeForbidden(region, offset)) {
      raise(SR.WRPERR);
      return;
    }
    // Bits go from 1 to 0 and nothing checks what was there: "no need of an erase operation" (RM0383 3.5.2).
    const shift = (offset & 3) * 8;
    const lanes = width === 4 ? 0xffff_ffff : ((1 << (8 * width)) - 1) << shift;
    const word = (value << shift) | ~lanes;
    begin(
      PROGRAM_TIME,
      () => array.program(region, offset & ~3, [word]),
      () => array.programCut(region, offset & ~3, [word]),
    );
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
    const number = (cr >>> CR_SNB_LSB) & 15;
    const sector = sectors[number];
    const wanted = cr & (CR.SER | CR.MER);
    if (wanted === CR.MER) {
      if (outOfReach() || sectors.some((_, index) => protectedSector(index))) {
        raise(SR.WRPERR);
        return;
      }
      host.note('mass erase');
      erase(0, main.size, massEraseTime(psize()));
    } else if (wanted !== CR.SER) {
      host.note('STRT without one of SER and MER'); // "unpredictable" (RM0383 3.8.5)
    } else if (sector === undefined) {
      host.note('erase of a sector that does not exist', { sector: number });
    } else if (outOfReach() || protectedSector(number)) raise(SR.WRPERR);
    else {
      host.note('sector erase', { sector: number });
      erase(sector.offset, sector.size, sectorEraseTime(sector.size, psize()));
    }
  }

  /** What the option area holds, in the shape of OPTCR. */
  function stored(): number {
    const halves = optionArea.halfwords;
    return ((halves[AREA_NWRP]! << 16) | (halves[AREA_USER]! & 0xffec)) >>> 0;
  }
  function storeOptions(optcr: number): void {
    optionArea.halfwords[AREA_USER] = (optcr & 0xffec) | 0x13; // bits without meaning read 1
    optionArea.halfwords[AREA_NWRP] = optcr >>> 16;
    bus.invalidate(optionArea, 0, optionArea.size);
  }

  function startOptions(): void {
    if (rdpOf(staged) === RDP_LEVEL_2) {
      // Level 2 cannot be undone on silicon; the model does not pretend to have a use for it.
      host.note('RDP level 2 is refused by the model');
      staged = stored();
      raise(SR.WRPERR);
      return;
    }
    const regression = rdpLevel() === 1 && rdpOf(staged) === RDP_LEVEL_0;
    const wanted = staged;
    host.note('option programming', { optcr: wanted, regression });
    staged |= OPTCR.OPTSTRT;
    begin(
      OPTION_TIME + (regression ? massEraseTime(psize()) : 0),
      () => {
        if (regression) {
          array.erase(main, 0, main.size);
          setup.regression();
        }
        storeOptions(wanted);
        staged = wanted;
        // Write protection changes at once, and protection that has been lifted with an erase; the rest comes into force with
        // the next reset: hypothesis.
        inForce = ((inForce & 0xffff) | (wanted & 0xffff_0000)) >>> 0;
        if (regression) inForce = wanted;
        updateReach();
      },
      () => undefined,
    );
  }

  function writeOptcr(value: number): void {
    if (sequencer.busy) {
      sequencer.afterwards(() => writeOptcr(value));
      return;
    }
    if (optionLock.locked) return;
    staged = (value & OPTCR_WRITABLE) >>> 0;
    if (value & OPTCR.OPTLOCK) optionLock.lock();
    else if (value & OPTCR.OPTSTRT) startOptions();
  }

  function writeCr(value: number): void {
    if (sequencer.busy) {
      // "Any attempt to write to it with the BSY bit set causes the AHB bus to stall until the BSY bit is cleared" (RM0383 3.5).
      sequencer.afterwards(() => writeCr(value));
      return;
    }
    if (flashLock.locked) return;
    cr = value & CR_WRITABLE;
    updateIrq();
    if (value & CR.STRT) startErase();
    if (value & CR.LOCK) flashLock.lock();
  }

  function presentKey(lock: KeyLock, key: number, offset: number): void {
    if (lock.present(key)) return;
    // RM0383 3.5.1: a wrong sequence locks until the next reset and gives a bus error.
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
      case FLASH.OPTKEYR: {
        presentKey(optionLock, value, offset);
        return;
      }
      case FLASH.SR: {
        sr &= ~(value & CLEARABLE);
        updateIrq();
        return;
      }
      case FLASH.CR: {
        writeCr(value);
        return;
      }
      case FLASH.OPTCR: {
        writeOptcr(value);
        return;
      }
      default:
    }
  }

  function read(offset: number): number {
    switch (offset) {
      case FLASH.ACR:
        return acr;
      case FLASH.SR:
        return sr;
      case FLASH.CR:
        return cr | (flashLock.locked ? CR.LOCK : 0);
      case FLASH.OPTCR:
        return staged | (optionLock.locked ? OPTCR.OPTLOCK : 0);
      default:
        return 0;
    }
  }

  /** The options come into force with every reset (system reset included: hypothesis). */
  function takeOptions(): void {
    staged = inForce = stored();
    updateReach();
  }

  storeOptions(setup.factoryOptions);
  return {
    name: 'FLASH',
    size: 0x400,
    ...narrowAccess({ read, write, quietRead: () => true }, 'ahb'),
    reset(_kind: ResetKind) {
      // RM0383 3.5.2: a reset during an operation leaves the content of that location undefined.
      if (sequencer.cut()) host.note('flash operation cut by a reset');
      acr = sr = cr = 0;
      flashLock.reset();
      optionLock.reset();
      takeOptions();
      reach.setLatency(0);
      updateIrq();
    },
    store,
    options: { loaded: (name) => (name === 'OPTCR' ? inForce : 0) },
    empty: false, // F4 has no such check (AN2606 r70 T83)
    loadOptions: takeOptions,
    rdpLevel,
    setIntruder(next) {
      intruder = next;
      updateReach();
    },
    setSpeed: (hclkHz) => reach.setNeeded(waitStatesFor(hclkHz)),
  };
}
