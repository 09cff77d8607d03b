/** The private peripheral bus, 0xE000_0000..0xE00F_FFFF, as program and debug port see it. ARMv6-M B3.1, C1.2. */
import { busFault } from '../bus.ts';
import type { Width } from '../peripheral/peripheral.ts';
import { isDebugRegister, readBpu, readDebug, writeBpu, writeDebug } from './debug-registers.ts';
import { setupFastPath } from './fast-path.ts';
import {
  readBpuId,
  readDwtId,
  readDwtIdV7m,
  readFpbId,
  readRomTable,
  readScsId,
  readScsIdV7m,
} from './identification.ts';
import { readMpu, writeMpu } from './mpu.ts';
import { isNvic, readNvic, writeNvic } from './nvic.ts';
import { readScb, writeScb } from './scb.ts';
import type { CoreState } from './state.ts';
import { readSysTick, writeSysTick } from './systick.ts';
import { isFpOffset, readFpOffset, readTraceBlock, writeFpOffset, writeTraceBlock } from './v7m/ppb.ts';
import { readScbV7m, readScsV7m, writeScbV7m, writeScsV7m } from './v7m/scb.ts';
import { readDwt, writeDwt } from './watchpoints.ts';

const DWT = 0xe000_1000;
const BPU = 0xe000_2000;
const SCS = 0xe000_e000;
const ROM_TABLE = 0xe00f_f000;

function readScs(s: CoreState, offset: number, fromDebugger: boolean): number {
  if (offset >= 0x10 && offset < 0x20) return readSysTick(s, offset - 0x10, fromDebugger);
  if (isNvic(s, offset)) return readNvic(s, offset);
  if (offset >= 0xd90 && offset < (s.isV7m ? 0xdbc : 0xda4)) return readMpu(s, offset - 0xd90);
  if (s.isV7m && isFpOffset(offset)) return readFpOffset(s, offset);
  if (offset >= 0xd00 && offset < 0xe00) {
    const at = offset - 0xd00;
    if (isDebugRegister(at)) return fromDebugger || s.isV7m ? readDebug(s, at) : 0;
    return s.isV7m ? readScbV7m(s, at, fromDebugger) : readScb(s, at, fromDebugger);
  }
  if (offset >= 0xfd0) return s.isV7m ? readScsIdV7m(offset) : readScsId(offset);
  return s.isV7m ? readScsV7m(s, offset) : 0; // reserved offsets of the SCS read as zero (corroborated)
}

function readWord(s: CoreState, address: number, fromDebugger: boolean): number {
  const offset = address & 0xffc;
  switch ((address & 0xffff_f000) >>> 0) {
    case SCS:
      return readScs(s, offset, fromDebugger);
    case DWT:
      if (!fromDebugger && !s.isV7m) return 0;
      if (offset >= 0xfd0) return s.isV7m ? readDwtIdV7m(offset) : readDwtId(offset);
      return readDwt(s, offset);
    case BPU:
      if (!fromDebugger && !s.isV7m) return 0;
      if (offset >= 0xfd0) return s.isV7m ? readFpbId(offset) : readBpuId(offset);
      return readBpu(s, offset);
    case ROM_TABLE:
      return readRomTable(s.options.processor, offset);
    default:
      if (s.isV7m) return readTraceBlock(s, address) ?? s.bus.read(address, 4);
      return busFault(address); // no other block on the Cortex-M0+ PPB (hypothesis: it answers with an error)
  }
}

function writeScbOrDebug(s: CoreState, at: number, value: number, fromDebugger: boolean): void {
  if (isDebugRegister(at)) {
    if (!fromDebugger && !s.isV7m) return;
    writeDebug(s, at, value, fromDebugger);
    setupFastPath(s);
  } else if (s.isV7m) writeScbV7m(s, at, value);
  else writeScb(s, at, value);
}

/** Registers that act on the bits written as 1: the rest of a narrow write must be 0. */
function actsOnOnes(address: number): boolean {
  const offset = address & 0xfff;
  if ((address & 0xffff_f000) >>> 0 !== SCS) return false;
  return (offset >= 0x100 && offset < 0x300) || offset === 0xd04 || (offset >= 0xd28 && offset < 0xd34);
}

function writeWord(s: CoreState, address: number, value: number, fromDebugger: boolean): void {
  const offset = address & 0xffc;
  switch ((address & 0xffff_f000) >>> 0) {
    case SCS:
      if (offset >= 0x10 && offset < 0x20) writeSysTick(s, offset - 0x10, value);
      else if (isNvic(s, offset)) writeNvic(s, offset, value);
      else if (offset >= 0xd90 && offset < (s.isV7m ? 0xdbc : 0xda4)) {
        writeMpu(s, offset - 0xd90, value);
        setupFastPath(s);
      } else if (s.isV7m && isFpOffset(offset)) writeFpOffset(s, offset, value);
      else if (offset >= 0xd00 && offset < 0xe00) writeScbOrDebug(s, offset - 0xd00, value, fromDebugger);
      else if (s.isV7m) writeScsV7m(s, offset, value);
      break;
    case DWT:
      if (!fromDebugger && !s.isV7m) break;
      writeDwt(s, offset, value);
      setupFastPath(s);
      break;
    case BPU:
      if (fromDebugger || s.isV7m) writeBpu(s, offset, value);
      break;
    case ROM_TABLE:
      break;
    default:
      if (!s.isV7m) busFault(address);
      // The rest of ARMv7-M's PPB belongs to the chip (DBGMCU at 0xE004_2000).
      if (!writeTraceBlock(s, address, value)) s.bus.write(address, value, 4);
  }
}

export function readPpb(s: CoreState, address: number, width: Width, fromDebugger: boolean): number {
  const word = readWord(s, address, fromDebugger) >>> 0;
  if (width === 4) return word;
  const shifted = word >>> (8 * (address & 3));
  return width === 2 ? shifted & 0xffff : shifted & 0xff;
}

/** Narrow writes merge with what the register reads; ARMv6-M leaves them UNPREDICTABLE (hypothesis). */
export function writePpb(s: CoreState, address: number, value: number, width: Width, fromDebugger: boolean): void {
  if (width === 4) {
    writeWord(s, address, value, fromDebugger);
    return;
  }
  const shift = 8 * (address & 3);
  const mask = (width === 2 ? 0xffff : 0xff) << shift;
  const rest = s.isV7m && actsOnOnes(address & ~3) ? 0 : readWord(s, address, fromDebugger) & ~mask;
  const merged = rest | ((value << shift) & mask);
  writeWord(s, address, merged, fromDebugger);
}

/** Registers whose value changes through events only: all but SysTick's counter and flag. */
export function isQuietPpbRead(address: number): boolean {
  const offset = address & 0xffff;
  const systick = offset >= 0xe010 && offset < 0xe020;
  const dhcsr = (offset & 0xfffc) === 0xedf0; // S_RETIRE_ST and S_RESET_ST clear on read
  return address >>> 16 === 0xe000 && offset >= 0xe000 && !systick && !dhcsr;
}
