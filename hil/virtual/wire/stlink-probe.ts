import type { SwdTarget } from '../board-types.ts';
import { isBusFault } from '../bus.ts';
import type { Width } from '../peripheral/peripheral.ts';
import { createDebugPort, type DebugPort } from './stlink-debug-port.ts';

/** What a probe has of the board: SWD, the supply it measures, NRST, and the time its own work takes. */
export interface ProbeTarget {
  readonly swd: SwdTarget;
  readonly powered: () => boolean;
  readonly setNrst: (low: boolean) => void;
  readonly passTime: (durationNs: number) => void;
}

export interface Probe {
  /** Run one 16-byte command; `size` is what the host will read. Returns the answer, which may be shorter. */
  execute(command: Uint8Array, data: Uint8Array | undefined, size: number): Uint8Array;
  /** False for commands that ask or set up the probe alone. */
  reachesTarget(command: Uint8Array): boolean;
}

/** First byte of an answer (OpenOCD 0.12's reading of it). */
export const probeStatus = {
  ok: 0x80,
  fault: 0x81,
  idcodeError: 0x09,
  apFault: 0x11,
  dpError: 0x16,
} as const;

// A command to a real ST-LINK takes at least one USB frame of 125 us each way. The core must see some of that between two
// writes that start, stop or reset it: OpenOCD's step over hla is C_STEP, then C_HALT, and one instruction has to run in between,
// at any clock from 125 kHz on.
const RUN_CONTROL_NS = 50_000;
/** Length of the pulse of DRIVE_NRST 2. Hypothesis: measured on no probe; longer than the 20 us the NRST filter of a G0 needs. */
const NRST_PULSE_NS = 1_000_000;
const NRST_SETTLE_NS = 50_000;

const DHCSR = 0xe000_edf0;
const DCRSR = 0xe000_edf4;
const DCRDR = 0xe000_edf8;
const AIRCR = 0xe000_ed0c;
const AIRCR_SYSRESETREQ = 0x05fa_0004;
const DCRSR_WRITE = 0x0001_0000;

// kHz that a V3 offers; OpenOCD takes the next lower one than asked for. 4000 and 2000 are not on a real V3's list: they keep
// "Unable to match requested speed" out of every log.
const FREQUENCIES_KHZ = [24_000, 8_000, 4_000, 2_000, 1_000, 200, 50, 5] as const;
const MODE_MASS_STORAGE = 1;
const MODE_DEBUG = 2;

const VERSION_V3 = [0x30, 0x00, 0x83, 0x04, 0x4e, 0x37];
// V3, J10, mass storage 3, bridge 1, 0483:374E.
const VERSION_EX_V3 = [0x03, 0x00, 0x0a, 0x03, 0x01, 0x00, 0x00, 0x00, 0x83, 0x04, 0x4e, 0x37];
// V = 2 * a1 * 1.2 / a0.
const VOLTAGE_A0 = 1489;
const VOLTAGE_A1_3V3 = 2047;

/** Debug sub-commands (second byte after 0xF2). */
const DEBUG_ONLY_PROBE: ReadonlySet<number> = new Set([0x21, 0x40, 0x41, 0x42, 0x43, 0x44, 0x61, 0x62, 0x3b, 0x3e]);

interface Memory {
  readonly width: Width;
  readonly increment: boolean;
}
const READS: Readonly<Record<number, Memory>> = {
  7: { width: 4, increment: true },
  12: { width: 1, increment: true },
  71: { width: 2, increment: true },
  84: { width: 4, increment: false },
};
const WRITES: Readonly<Record<number, Memory>> = {
  8: { width: 4, increment: true },
  13: { width: 1, increment: true },
  72: { width: 2, increment: true },
  80: { width: 4, increment: false },
};

/** The firmware of an ST-LINK-V3, as far as OpenOCD 0.12 uses it over hla and dapdirect. */
export function createProbe(target: ProbeTarget): Probe {
  let mode = MODE_MASS_STORAGE;
  let speedKhz = 1_000;
  let lastStatus: number = probeStatus.ok;
  let faultAddress = 0;

  /** Run `access`, and turn a fault of the bus into the status the host asks for afterwards. */
  function guarded<T>(access: () => T): T | undefined {
    if (!target.swd.reachable) {
      lastStatus = probeStatus.dpError;
      return undefined;
    }
    try {
      const result = access();
      lastStatus = probeStatus.ok;
      return result;
    } catch (error) {
      if (!isBusFault(error)) throw error;
      lastStatus = probeStatus.apFault;
      faultAddress = error.address;
      return undefined;
    }
  }

  function write(address: number, value: number, width: Width): void {
    target.swd.write(address, value, width);
    if (address === DHCSR || address === AIRCR) target.passTime(RUN_CONTROL_NS);
  }

  const debugPort: DebugPort = createDebugPort({ swd: target.swd, write });

  const statusOnly = (value: number): Uint8Array => Uint8Array.of(value, 0);
  const withValue = (value: number | undefined): Uint8Array => {
    const bytes = Buffer.alloc(8);
    bytes.writeUInt32LE(lastStatus, 0);
    bytes.writeUInt32LE((value ?? 0) >>> 0, 4);
    return bytes;
  };

  function readRegister(register: number): number {
    write(DCRSR, register, 4);
    return target.swd.read(DCRDR, 4);
  }

  function writeRegister(register: number, value: number): void {
    target.swd.write(DCRDR, value, 4);
    write(DCRSR, (DCRSR_WRITE | register) >>> 0, 4);
  }

  function readAll(): Uint8Array {
    const bytes = Buffer.alloc(88);
    guarded(() => {
      for (let register = 0; register < 21; register++) {
        bytes.writeUInt32LE(readRegister(register) >>> 0, 4 + register * 4);
      }
    });
    bytes.writeUInt32LE(lastStatus, 0);
    return bytes;
  }

  function readMemory(memory: Memory, address: number, length: number, size: number): Uint8Array {
    const bytes = Buffer.alloc(Math.max(length, size));
    guarded(() => {
      for (let offset = 0; offset + memory.width <= length; offset += memory.width) {
        const value = target.swd.read((address + (memory.increment ? offset : 0)) >>> 0, memory.width);
        bytes.writeUIntLE(value, offset, memory.width);
      }
    });
    return bytes;
  }

  function writeMemory(memory: Memory, address: number, length: number, data: Uint8Array): void {
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    const end = Math.min(length, bytes.length);
    guarded(() => {
      for (let offset = 0; offset + memory.width <= end; offset += memory.width) {
        const value = bytes.readUIntLE(offset, memory.width);
        write((address + (memory.increment ? offset : 0)) >>> 0, value, memory.width);
      }
    });
  }

  function driveNrst(how: number): void {
    if (how !== 1) target.setNrst(true);
    if (how === 2) target.passTime(NRST_PULSE_NS);
    if (how !== 0) target.setNrst(false);
    target.passTime(NRST_SETTLE_NS);
  }

  function communicationFrequencies(): Uint8Array {
    const bytes = Buffer.alloc(52);
    bytes[0] = probeStatus.ok;
    bytes.writeUInt32LE(speedKhz, 4);
    bytes[8] = FREQUENCIES_KHZ.length;
    FREQUENCIES_KHZ.forEach((khz, i) => {
      bytes.writeUInt32LE(khz, 12 + i * 4);
    });
    return bytes;
  }

  function setFrequency(khz: number): Uint8Array {
    speedKhz = FREQUENCIES_KHZ.find((offered) => offered <= khz) ?? FREQUENCIES_KHZ.at(-1)!;
    const bytes = Buffer.alloc(8);
    bytes[0] = probeStatus.ok;
    bytes.writeUInt32LE(speedKhz, 4);
    return bytes;
  }

  function enterSwd(): Uint8Array {
    mode = MODE_DEBUG;
    return statusOnly(target.swd.reachable ? probeStatus.ok : probeStatus.idcodeError);
  }

  function idCodes(): Uint8Array {
    const bytes = Buffer.alloc(12);
    bytes[0] = target.swd.reachable ? probeStatus.ok : probeStatus.idcodeError;
    if (target.swd.reachable) bytes.writeUInt32LE(target.swd.dpidr >>> 0, 4);
    return bytes;
  }

  function lastRwStatus(): Uint8Array {
    const bytes = Buffer.alloc(12);
    bytes[0] = lastStatus;
    bytes.writeUInt32LE(faultAddress >>> 0, 4);
    return bytes;
  }

  function debug(command: Buffer, data: Uint8Array | undefined, size: number): Uint8Array {
    const sub = command[1]!;
    const read = READS[sub];
    if (read !== undefined) return readMemory(read, command.readUInt32LE(2), command.readUInt16LE(6), size);
    const written = WRITES[sub];
    if (written !== undefined) {
      writeMemory(written, command.readUInt32LE(2), command.readUInt16LE(6), data ?? new Uint8Array(0));
      return new Uint8Array(0);
    }
    switch (sub) {
      case 0x21: // EXIT
        mode = MODE_MASS_STORAGE;
        return new Uint8Array(0);
      case 0x30: // ENTER
        return enterSwd();
      case 0x31: // READ_IDCODES
        return idCodes();
      case 0x32: // RESETSYS
        guarded(() => write(AIRCR, AIRCR_SYSRESETREQ, 4));
        return statusOnly(lastStatus);
      case 0x33: // READREG
        return withValue(guarded(() => readRegister(command[2]!)));
      case 0x34: // WRITEREG
        guarded(() => writeRegister(command[2]!, command.readUInt32LE(3)));
        return statusOnly(lastStatus);
      case 0x35: // WRITEDEBUGREG
        guarded(() => write(command.readUInt32LE(2), command.readUInt32LE(6), 4));
        return statusOnly(lastStatus);
      case 0x36: // READDEBUGREG
        return withValue(guarded(() => target.swd.read(command.readUInt32LE(2), 4)));
      case 0x3a: // READALLREGS
        return readAll();
      case 0x3b: // GETLASTRWSTATUS
      case 0x3e: // GETLASTRWSTATUS2
        return lastRwStatus();
      case 0x3c: // DRIVE_NRST
        driveNrst(command[2]!);
        return statusOnly(probeStatus.ok);
      case 0x45: // READ_DAP_REG
        return withValue(guarded(() => debugPort.readRegister(command.readUInt16LE(2), command.readUInt16LE(4))));
      case 0x46: // WRITE_DAP_REG
        guarded(() =>
          debugPort.writeRegister(command.readUInt16LE(2), command.readUInt16LE(4), command.readUInt32LE(6)),
        );
        return statusOnly(lastStatus);
      case 0x4b: // INIT_AP
        return statusOnly(target.swd.reachable ? probeStatus.ok : probeStatus.dpError);
      case 0x51: // RW_MISC_OUT
        debugPort.runMisc(data ?? new Uint8Array(0), command.readUInt32LE(2));
        return new Uint8Array(0);
      case 0x52: // RW_MISC_IN
        return debugPort.miscResults();
      case 0x40: // trace: a Cortex-M0+ has none
      case 0x41:
      case 0x43: // SWD and JTAG divider of a V2
      case 0x44:
      case 0x4c: // CLOSE_AP
        return statusOnly(probeStatus.ok);
      case 0x42: // bytes of trace
        return statusOnly(0);
      case 0x61: // SET_COM_FREQ
        return setFrequency(command.readUInt32LE(4));
      case 0x62: // GET_COM_FREQ
        return communicationFrequencies();
      default:
        return statusOnly(probeStatus.fault);
    }
  }

  function voltage(): Uint8Array {
    const bytes = Buffer.alloc(8);
    bytes.writeUInt32LE(VOLTAGE_A0, 0);
    bytes.writeUInt32LE(target.powered() ? VOLTAGE_A1_3V3 : 0, 4);
    return bytes;
  }

  return {
    reachesTarget: (command) => command[0] === 0xf2 && !DEBUG_ONLY_PROBE.has(command[1]!),
    execute(bytes, data, size) {
      const command = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      switch (command[0]) {
        case 0xf1: // GET_VERSION
          return Uint8Array.from(VERSION_V3);
        case 0xfb: // GET_VERSION_EX
          return Uint8Array.from(VERSION_EX_V3);
        case 0xf5: // CURRENT_MODE
          return Uint8Array.of(mode, 0);
        case 0xf7: // VOLTAGE
          return voltage();
        case 0xf3: // leave DFU mode: this probe is never in it
          return new Uint8Array(0);
        case 0xf2:
          return debug(command, data, size);
        default:
          return statusOnly(probeStatus.fault);
      }
    },
  };
}
