import type { SwdTarget } from '../board-types.ts';
import { isBusFault } from '../bus.ts';
import type { Width } from '../peripheral/peripheral.ts';

/** DP and AHB-AP registers as dapdirect sees them, and its batches (RW_MISC). */
export interface DebugPort {
  /** `port` 0xFFFF is the DP, any other number an AP. */
  readRegister(port: number, register: number): number;
  writeRegister(port: number, register: number, value: number): void;
  /** Run a batch: `count` op bytes padded to words, then one word per op. Results wait for `miscResults`. */
  runMisc(data: Uint8Array, count: number): void;
  /** The results of the last batch, then their statuses. */
  miscResults(): Uint8Array;
}

export interface DebugPortTarget {
  readonly swd: SwdTarget;
  /** A memory write as the probe does it, with the time it takes. */
  readonly write: (address: number, value: number, width: Width) => void;
}

const DP = 0xffff;
const DP_DPIDR_ABORT = 0x0;
const DP_CTRL_STAT = 0x4;
const DP_SELECT = 0x8;
const AP_CSW = 0x00;
const AP_TAR = 0x04;
const AP_DRW = 0x0c;
const AP_BD0 = 0x10;
const AP_BD3 = 0x1c;
const AP_BASE = 0xf8;
const AP_IDR = 0xfc;

const POWERUP_REQUESTS = 0x5000_0000; // CSYSPWRUPREQ, CDBGPWRUPREQ
const STICKYERR = 1 << 5;
const ABORT_STKERRCLR = 1 << 2;
const CSW_DEVICE_ENABLED = 1 << 6;
// Size and increment fields at reset as OpenOCD's driver expects to be able to write them back.
const CSW_RESET = 0x0300_0002;
// ROM table at 0xF000_0000, present (Armv6-M: DDI 0419, debug base register).
const BASE_M0 = 0xf000_0003;

const MISC_SET_ADDRESS = 1;
const MISC_WRITE = 2;
const MISC_READ = 3;
const MISC_SELECT_AP = 5;
const MISC_OK = 0x80;
const MISC_AP_FAULT = 0x11;
const MISC_BAD_AP = 0x1d;
const MISC_FAULT = 0x81;

export function createDebugPort(target: DebugPortTarget): DebugPort {
  let controlStatus = 0;
  let select = 0;
  let csw = CSW_RESET;
  let tar = 0;
  let results: Uint8Array = new Uint8Array(0);

  /** Any fault sets the sticky error flag, as the DP does, and goes on to whoever asked. */
  function access<T>(run: () => T): T {
    try {
      return run();
    } catch (error) {
      if (isBusFault(error)) controlStatus |= STICKYERR;
      throw error;
    }
  }

  function readDp(register: number): number {
    switch (register & 0xf) {
      case DP_DPIDR_ABORT:
        return target.swd.dpidr;
      case DP_CTRL_STAT: {
        // Each power-up request is acknowledged at once, one bit higher.
        const acknowledged = (controlStatus & POWERUP_REQUESTS) << 1;
        return (controlStatus | acknowledged) >>> 0;
      }
      case DP_SELECT:
        return select;
      default:
        return 0;
    }
  }

  function writeDp(register: number, value: number): void {
    switch (register & 0xf) {
      case DP_DPIDR_ABORT:
        if ((value & ABORT_STKERRCLR) !== 0) controlStatus &= ~STICKYERR;
        break;
      case DP_CTRL_STAT:
        controlStatus = ((value & POWERUP_REQUESTS) | (controlStatus & STICKYERR)) >>> 0;
        break;
      case DP_SELECT:
        select = value >>> 0;
        break;
    }
  }

  function bankedAddress(register: number): number {
    return ((tar & 0xffff_fff0) | (register & 0xc)) >>> 0;
  }

  function readAp(register: number): number {
    if (register === AP_CSW) return (csw | CSW_DEVICE_ENABLED) >>> 0;
    if (register === AP_TAR) return tar;
    if (register === AP_DRW) return access(() => target.swd.read(tar, 4));
    if (register >= AP_BD0 && register <= AP_BD3) return access(() => target.swd.read(bankedAddress(register), 4));
    if (register === AP_BASE) return BASE_M0;
    if (register === AP_IDR) return target.swd.apIdr;
    return 0;
  }

  function writeAp(register: number, value: number): void {
    if (register === AP_CSW) csw = value >>> 0;
    else if (register === AP_TAR) tar = value >>> 0;
    else if (register === AP_DRW) access(() => target.write(tar, value, 4));
    else if (register >= AP_BD0 && register <= AP_BD3) access(() => target.write(bankedAddress(register), value, 4));
  }

  function runOne(op: number, argument: number, state: { address: number; ap: number }): [number, number] {
    if (op === MISC_SELECT_AP) {
      state.ap = argument;
      return [0, MISC_OK];
    }
    if (op === MISC_SET_ADDRESS) {
      state.address = argument;
      return [0, MISC_OK];
    }
    if (op !== MISC_READ && op !== MISC_WRITE) return [0, MISC_FAULT];
    if (state.ap !== 0) return [0, MISC_BAD_AP];
    try {
      if (op === MISC_READ) return [access(() => target.swd.read(argument, 4)), MISC_OK];
      access(() => target.write(state.address, argument, 4));
      return [0, MISC_OK];
    } catch (error) {
      if (!isBusFault(error)) throw error;
      return [0, MISC_AP_FAULT];
    }
  }

  return {
    readRegister(port, register) {
      if (port === DP) return readDp(register);
      // There is one AP; the others read as absent (IDR 0).
      return port === 0 ? readAp(register) >>> 0 : 0;
    },
    writeRegister(port, register, value) {
      if (port === DP) writeDp(register, value);
      else if (port === 0) writeAp(register, value);
    },
    runMisc(data, count) {
      const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
      const firstWord = (count + 3) & ~3;
      const out = Buffer.alloc(count * 8);
      const state = { address: 0, ap: 0 };
      for (let i = 0; i < count && firstWord + i * 4 + 4 <= bytes.length; i++) {
        const [value, status] = target.swd.reachable
          ? runOne(bytes[i]!, bytes.readUInt32LE(firstWord + i * 4), state)
          : [0, MISC_FAULT];
        out.writeUInt32LE(value >>> 0, i * 4);
        out.writeUInt32LE(status, count * 4 + i * 4);
      }
      results = out;
    },
    miscResults: () => results,
  };
}
