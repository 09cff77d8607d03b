/** The private peripheral bus, 0xE000_0000..0xE00F_FFFF, as program and debug port see it. ARMv6-M B3.1, C1.2. */
import { busFault } from '../bus.ts';
import type { Width } from '../peripheral/peripheral.ts';
import { isDebugRegister, readBpu, readDebug, writeBpu, writeDebug } from './debug-registers.ts';
import { setupFastPath } from './fast-path.ts';
import { readBpuId, readDwtId, readRomTable, readScsId } from './identification.ts';
import { readMpu, writeMpu } from './mpu.ts';
import { isNvic, readNvic, writeNvic } from './nvic.ts';
import { readScb, writeScb } from './scb.ts';
import type { CoreState } from './state.ts';
import { readSysTick, writeSysTick } from './systick.ts';
import { readDwt, writeDwt } from './watchpoints.ts';

const DWT = 0xe000_1000;
const BPU = 0xe000_2000;
const SCS = 0xe000_e000;
const ROM_TABLE = 0xe00f_f000;

function readScs(s: CoreState, offset: number, fromDebugger: boolean): number {
  if (offset >= 0x10 && offset < 0x20) return readSysTick(s, offset - 0x10, fromDebugger);
  if (isNvic(offset)) return readNvic(s, offset);
  if (offset >= 0xd90 && offset < 0xda4) return readMpu(s, offset - 0xd90);
  if (offset >= 0xd00 && offset < 0xe00) {
    const at = offset - 0xd00;
    if (isDebugRegister(at)) return fromDebugger ? readDebug(s, at) : 0;
    return readScb(s, at, fromDebugger);
  }
  return offset >= 0xfd0 ? readScsId(offset) : 0; // reserved offsets of the SCS read as zero (corroborated)
}

function readWord(s: CoreState, address: number, fromDebugger: boolean): number {
  const offset = address & 0xffc;
  switch ((address & 0xffff_f000) >>> 0) {
    case SCS:
      return readScs(s, offset, fromDebugger);
    case DWT:
      if (!fromDebugger) return 0;
      return offset >= 0xfd0 ? readDwtId(offset) : readDwt(s, offset);
    case BPU:
      if (!fromDebugger) return 0;
      return offset >= 0xfd0 ? readBpuId(offset) : readBpu(s, offset);
    case ROM_TABLE:
      return readRomTable(offset);
    default:
      return busFault(address); // no other block on the Cortex-M0+ PPB (hypothesis: it answers with an error)
  }
}

function writeWord(s: CoreState, address: number, value: number, fromDebugger: boolean): void {
  const offset = address & 0xffc;
  switch ((address & 0xffff_f000) >>> 0) {
    case SCS:
      if (offset >= 0x10 && offset < 0x20) writeSysTick(s, offset - 0x10, value);
      else if (isNvic(offset)) writeNvic(s, offset, value);
      else if (offset >= 0xd90 && offset < 0xda4) {
        writeMpu(s, offset - 0xd90, value);
        setupFastPath(s);
      } else if (offset >= 0xd00 && offset < 0xe00) {
        const at = offset - 0xd00;
        if (!isDebugRegister(at)) writeScb(s, at, value);
        else if (fromDebugger) {
          writeDebug(s, at, value);
          setupFastPath(s);
        }
      }
      break;
    case DWT:
      if (!fromDebugger) break;
      writeDwt(s, offset, value);
      setupFastPath(s);
      break;
    case BPU:
      if (fromDebugger) writeBpu(s, offset, value);
      break;
    case ROM_TABLE:
      break;
    default:
      busFault(address);
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
  const merged = (readWord(s, address, fromDebugger) & ~mask) | ((value << shift) & mask);
  writeWord(s, address, merged, fromDebugger);
}

/** Registers whose value changes through events only: all but SysTick's counter and flag. */
export function isQuietPpbRead(address: number): boolean {
  const offset = address & 0xffff;
  return address >>> 16 === 0xe000 && offset >= 0xe000 && !(offset >= 0xe010 && offset < 0xe020);
}
