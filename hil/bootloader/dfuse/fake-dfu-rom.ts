import { type Chip, contains, pageAt, pageOf, type RomUsb } from '../../chip/chip.ts';
import { usbError } from '../../transport/usb/usb-failure.ts';
import type { Setup, UsbBus, UsbFailure, UsbPort } from '../../transport/usb/usb-port.ts';

/** How a fake ROM differs from AN3156. */
export interface FakeDfuBehaviour {
  /** Overrides of its descriptors. */
  readonly usb?: Partial<RomUsb>;
  readonly vendorId?: number;
  /** Instead of DFU mode: an application's run-time interface, or none. */
  readonly protocol?: 1 | 2 | 'none';
  readonly functional?: 'missing' | 'asked-for';
  readonly serial?: string;
  /** First status after power-on: dfuERROR, errFIRMWARE (F0, F4). */
  readonly startsInError?: boolean;
  /** bwPollTimeout of the first GETSTATUS after work was asked for, in ms. */
  readonly pollMs?: number;
  /** How many GETSTATUS find it busy beyond the first. */
  readonly busyRounds?: number;
  /** How many GETSTATUS stay without an answer while it works. */
  readonly unanswered?: number;
  /** Stays busy after an erase until two CLRSTATUS came (H743). */
  readonly busyUntilCleared?: boolean;
  /** Stalls CLRSTATUS outside of dfuERROR (C5). */
  readonly stallsClear?: boolean;
  /** A block of more than 256 bytes that is no multiple of 8 is spoilt at its tail (L47x). */
  readonly spoilsTail?: boolean;
  /** Erases from this address on do nothing (F42x). */
  readonly deafEraseFrom?: number;
  /** Writes are acknowledged and dropped (RDP level 1 of U5; pages under WRP everywhere). */
  readonly dropsWrites?: boolean;
  /** Reads and writes end in errVENDOR (RDP level 1). */
  readonly readProtected?: boolean;
  /** What becomes of a leave: see the names. */
  readonly leave?:
    | 'goes'
    | 'goes-before-status'
    | 'goes-at-request'
    | 'goes-with-io'
    | 'stays'
    | 'stalls'
    | 'refuses'
    | 'falls-silent';
  /** The device is pulled out at this request, counted from the first. */
  readonly unplugAt?: number;
}

export interface FakeDfuRom {
  readonly port: UsbPort;
  readonly bus: UsbBus;
  readonly flash: Uint8Array;
  readonly options: Uint8Array;
  /** Every request in words: `DNLOAD 0: 41 00 00 00 08`, `GETSTATUS`. */
  readonly requests: readonly string[];
  /** Where it went, if it left. */
  readonly startedAt: number | undefined;
  /** How many transfers it may still answer. */
  unplug(): void;
}

const ERR = { target: 1, firmware: 10, vendor: 11, unknown: 14, stalled: 15 } as const;

/** A DfuSe device made from DFU 1.1 appendix A and AN3156 alone, for tests of the host. One configuration, one interface, strict states. */
export function createFakeDfuRom(chip: Chip, behaviour: FakeDfuBehaviour = {}): FakeDfuRom {
  const usb = { ...(chip.rom.usb as RomUsb), ...behaviour.usb };
  const flash = new Uint8Array(chip.flash.size).fill(chip.flash.erasedByte);
  const options = new Uint8Array(chip.optionBytes.size).fill(0xaa);
  const requests: string[] = [];
  const claimed = new Set<number>();
  let there = true;
  let state = behaviour.startsInError ? 10 : 2;
  let status: number = behaviour.startsInError ? ERR.firmware : 0;
  let pointer = 0x0800_0000;
  let work: (() => number) | undefined;
  let busyLeft = 0;
  let silentLeft = 0;
  let clearsToGo = 0;
  let startedAt: number | undefined;
  let silent = false;

  const fail = (failure: UsbFailure): never => {
    throw usbError(failure, `fake: ${failure}`);
  };
  const stall = (code: number = ERR.stalled): never => {
    state = 10;
    status = code;
    return fail('stall');
  };
  const go = (): void => {
    there = false;
  };

  const erase = (address: number): number => {
    const page = pageAt(chip, pageOf(chip, address) ?? -1);
    if (page === undefined) return ERR.target;
    const from = page.base - chip.flash.base;
    if (address < (behaviour.deafEraseFrom ?? 2 ** 32)) flash.fill(chip.flash.erasedByte, from, from + page.size);
    if (behaviour.busyUntilCleared) clearsToGo = 2;
    return 0;
  };

  const place = (address: number, length: number): Uint8Array | undefined => {
    if (contains(chip.flash, address, length)) return flash.subarray(address - chip.flash.base);
    if (contains(chip.optionBytes, address, length)) return options.subarray(address - chip.optionBytes.base);
    return undefined;
  };

  const program = (address: number, data: Uint8Array): number => {
    if (behaviour.readProtected) return ERR.vendor;
    const at = place(address, data.length);
    if (at === undefined) return ERR.target;
    if (behaviour.dropsWrites) return 0;
    at.set(data);
    if (behaviour.spoilsTail && data.length > 256 && data.length % 8 !== 0) at[data.length - 1] = 0;
    if (contains(chip.optionBytes, address)) go();
    return 0;
  };

  /** What block 0 asks for; undefined: no such command. */
  const command = (bytes: Uint8Array): (() => number) | undefined => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const [code] = bytes;
    if (code === 0x21 && bytes.length === 5) {
      return () => {
        pointer = view.getUint32(1, true);
        return 0;
      };
    }
    if (code === 0x41 && bytes.length === 5) return () => erase(view.getUint32(1, true));
    if (code === 0x41 && bytes.length === 1) {
      return () => {
        flash.fill(chip.flash.erasedByte);
        return 0;
      };
    }
    if (code === 0x92 && bytes.length === 1) {
      return () => {
        flash.fill(chip.flash.erasedByte);
        go();
        return 0;
      };
    }
    return undefined;
  };

  const download = (block: number, bytes: Uint8Array): void => {
    if (state !== 2 && state !== 5) stall();
    if (bytes.length > usb.wTransferSize) stall();
    if (bytes.length === 0) {
      if (behaviour.leave === 'stalls') stall();
      state = 6;
      if (behaviour.leave === 'goes-at-request') {
        startedAt = pointer;
        go();
        fail('disconnected');
      }
      return;
    }
    const data = bytes.slice();
    const asked =
      block === 0 ? command(data) : block === 1 ? undefined : () => program(pointer + (block - 2) * data.length, data);
    work = asked ?? (() => ERR.target);
    busyLeft = behaviour.busyRounds ?? 0;
    silentLeft = behaviour.unanswered ?? 0;
    state = 3;
  };

  const leave = (): Uint8Array => {
    const how = behaviour.leave ?? 'goes';
    if (how === 'refuses') {
      state = 10;
      status = ERR.target;
      return answer(0);
    }
    startedAt = pointer;
    if (how === 'goes-before-status' || how === 'goes-with-io') {
      go();
      return fail(how === 'goes-with-io' ? 'io' : 'disconnected');
    }
    state = 7;
    const said = answer(0);
    if (how === 'goes') go();
    if (how === 'falls-silent') silent = true;
    return said;
  };

  const answer = (pollMs: number): Uint8Array =>
    Uint8Array.of(status, pollMs & 0xff, (pollMs >> 8) & 0xff, (pollMs >> 16) & 0xff, state, 0);

  const getStatus = (): Uint8Array => {
    if (state === 6) return leave();
    if (state === 3) {
      state = 4;
      return answer(behaviour.pollMs ?? 0);
    }
    if (state === 4) {
      if (silentLeft-- > 0) return fail('timeout');
      if (work !== undefined) {
        const result = work();
        work = undefined;
        if (!there) return fail('disconnected');
        status = result;
      }
      if (clearsToGo > 0) return answer(behaviour.pollMs ?? 0);
      if (busyLeft-- > 0) return answer(behaviour.pollMs ?? 0);
      state = status === 0 ? 5 : 10;
    }
    return answer(0);
  };

  const clear = (): void => {
    if (clearsToGo > 0) {
      clearsToGo--;
      state = clearsToGo > 0 ? 10 : 2;
      status = clearsToGo > 0 ? ERR.unknown : 0;
      return;
    }
    if (state !== 10 && behaviour.stallsClear) stall();
    if (state === 10) {
      state = 2;
      status = 0;
    }
  };

  const upload = (block: number, length: number): Uint8Array => {
    if (state !== 2 && state !== 9) stall();
    if (length > usb.wTransferSize) stall();
    state = 9;
    if (block === 0) return Uint8Array.of(0x00, 0x21, 0x41, 0x92).slice(0, length);
    if (behaviour.readProtected) stall(ERR.vendor);
    const at = place(pointer + (block - 2) * length, length);
    if (at === undefined) return stall(ERR.target);
    return at.slice(0, length);
  };

  const descriptor = (value: number): Uint8Array => {
    const [type, index] = [value >> 8, value & 0xff];
    if (type === 1) {
      return deviceDescriptor(usb, behaviour);
    }
    if (type === 2) return configurationDescriptor(usb, behaviour);
    if (type === 0x21 && behaviour.functional === 'asked-for') return functionalDescriptor(usb);
    if (type === 3) {
      if (index === 0) return Uint8Array.of(4, 3, 0x09, 0x04);
      const serial = behaviour.serial ?? (usb.serial === 'unique-id' ? '203739645542' : usb.serial);
      const text = [usb.manufacturer, usb.product, serial, ...usb.alternates][index - 1];
      if (text !== undefined) return stringDescriptor(text);
    }
    return fail('stall');
  };

  const alive = (setup: Setup): void => {
    if (behaviour.unplugAt !== undefined && requests.length >= behaviour.unplugAt) go();
    if (!there) fail('disconnected');
    if (silent) fail('timeout');
    if (setup.recipient === 'interface' && !claimed.has(setup.index)) fail('io');
  };

  const port: UsbPort = {
    id: 'fake:1',
    vendorId: behaviour.vendorId ?? 0x0483,
    productId: 0xdf11,
    bcdDevice: usb.bcdDevice,
    serialNumber: undefined,
    path: '1-1',
    open: async () => {},
    close: async () => {},
    claimInterface: async (interfaceNumber) => {
      claimed.add(interfaceNumber);
    },
    releaseInterface: async (interfaceNumber) => {
      claimed.delete(interfaceNumber);
    },
    selectAlternateInterface: async (interfaceNumber, alternate) => {
      requests.push(`SET_INTERFACE ${interfaceNumber} ${alternate}`);
    },
    controlTransferIn: async (setup, length) => {
      alive(setup);
      if (setup.type === 'standard') return descriptor(setup.value).slice(0, length);
      if (setup.request === 3) {
        requests.push('GETSTATUS');
        return getStatus();
      }
      requests.push(`UPLOAD ${setup.value}: ${length}`);
      return upload(setup.value, length);
    },
    controlTransferOut: async (setup, data) => {
      alive(setup);
      if (setup.request === 1) {
        requests.push(`DNLOAD ${setup.value}: ${textOf(data)}`);
        download(setup.value, data);
      } else if (setup.request === 4) {
        requests.push('CLRSTATUS');
        clear();
      } else if (setup.request === 6) {
        requests.push('ABORT');
        if (state !== 2 && state !== 5 && state !== 9) stall();
        state = 2;
      }
    },
  };
  return {
    port,
    bus: { name: 'fake bus', list: async () => (there ? [port] : []), close: async () => {} },
    flash,
    options,
    requests,
    get startedAt() {
      return startedAt;
    },
    unplug: go,
  };
}

/** Commands as they are, data as their length. */
function textOf(data: Uint8Array): string {
  if (data.length > 5) return `${data.length} bytes`;
  return [...data].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

function deviceDescriptor(usb: RomUsb, { vendorId = 0x0483 }: FakeDfuBehaviour): Uint8Array {
  const bytes = new Uint8Array(18);
  const view = new DataView(bytes.buffer);
  bytes.set([18, 1, 0, 0, 0, 0, 0, 64]);
  view.setUint16(2, usb.bcdUSB, true);
  view.setUint16(8, vendorId, true);
  view.setUint16(10, 0xdf11, true);
  view.setUint16(12, usb.bcdDevice, true);
  bytes.set([1, 2, 3, 1], 14);
  return bytes;
}

function configurationDescriptor(usb: RomUsb, { protocol = 2, functional }: FakeDfuBehaviour): Uint8Array {
  const interfaces = usb.alternates.flatMap((_, i) =>
    protocol === 'none' ? [9, 4, 0, i, 0, 0xff, 0, 0, 0] : [9, 4, 0, i, 0, 0xfe, 1, protocol, 4 + i],
  );
  const all = [...interfaces, ...(functional === undefined ? functionalDescriptor(usb) : [])];
  const total = 9 + all.length;
  return Uint8Array.from([9, 2, total & 0xff, total >> 8, 1, 1, 0, 0xc0, usb.maxPowerMa / 2, ...all]);
}

function functionalDescriptor(usb: RomUsb): Uint8Array {
  const word = (value: number): [number, number] => [value & 0xff, value >> 8];
  const rest = [...word(usb.wDetachTimeOut), ...word(usb.wTransferSize), ...word(usb.bcdDFUVersion)];
  return Uint8Array.from([9, 0x21, usb.bmAttributes, ...rest]);
}

function stringDescriptor(text: string): Uint8Array {
  const units = [...text].flatMap((letter) => [letter.charCodeAt(0) & 0xff, letter.charCodeAt(0) >> 8]);
  return Uint8Array.from([2 + units.length, 3, ...units]);
}
