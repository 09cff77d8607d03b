import { descriptorsOf, descriptorType, malformed } from '../../transport/usb/descriptors.ts';

/** bDescriptorType of the DFU functional descriptor (DFU 1.1 4.1.3). */
export const DFU_FUNCTIONAL = 0x21;

/** One setting of an interface (USB 2.0 9.6.5). */
export interface InterfaceDescriptor {
  readonly number: number;
  readonly alternate: number;
  readonly interfaceClass: number;
  readonly subclass: number;
  readonly protocol: number;
  readonly iInterface: number;
}

/** The DFU functional descriptor (DFU 1.1 4.1.3). */
export interface DfuFunctional {
  readonly bmAttributes: number;
  readonly canDownload: boolean;
  readonly canUpload: boolean;
  readonly manifestationTolerant: boolean;
  /** The application detaches by itself after DETACH: the host need not, and must not, reset the bus. */
  readonly willDetach: boolean;
  /** How long after DETACH a bus reset is awaited, in ms. */
  readonly wDetachTimeOut: number;
  /** Most bytes in one DNLOAD or UPLOAD. */
  readonly wTransferSize: number;
  /** BCD: 0x011A is DfuSe. */
  readonly bcdDFUVersion: number;
}

/** All of a DFU interface that a configuration holds: its settings, and the functional descriptor that follows them. */
export interface DfuInterface {
  readonly number: number;
  /** 1: an application's run-time interface. 2: DFU mode (DFU 1.1 4.1.2, 4.2.3). */
  readonly protocol: number;
  readonly alternates: readonly InterfaceDescriptor[];
  /** Undefined if the configuration holds none. */
  readonly functional: DfuFunctional | undefined;
}

/** The DFU interfaces of a configuration, in order of their numbers. */
export interface DfuConfiguration {
  /** bConfigurationValue. */
  readonly value: number;
  readonly interfaces: readonly DfuInterface[];
}

/**
 * Finds the DFU interfaces of a configuration; descriptors of other classes are passed over. ST's ROMs have one functional descriptor,
 * after the last alternate setting; others have one after each: the last one of an interface counts.
 * @throws HilError 321
 */
export function parseDfuConfiguration(bytes: Uint8Array): DfuConfiguration {
  const settings: InterfaceDescriptor[] = [];
  const functionals = new Map<number, DfuFunctional>();
  let current: InterfaceDescriptor | undefined;
  for (const one of descriptorsOf(bytes)) {
    if (one[1] === descriptorType.interface) {
      current = interfaceOf(one);
      if (isDfu(current)) settings.push(current);
    } else if (one[1] === DFU_FUNCTIONAL && current !== undefined && isDfu(current)) {
      functionals.set(current.number, parseFunctional(one));
    }
  }
  const numbers = [...new Set(settings.map(({ number }) => number))].sort((a, b) => a - b);
  return {
    value: bytes[5] as number,
    interfaces: numbers.map((number) => {
      const alternates = settings.filter((one) => one.number === number);
      return { number, protocol: alternates[0]?.protocol ?? 0, alternates, functional: functionals.get(number) };
    }),
  };
}

/** Nine bytes; seven of a device of DFU 1.0, whose version counts as 0x0100. @throws HilError 321 */
export function parseFunctional(bytes: Uint8Array): DfuFunctional {
  const length = bytes[0] ?? 0;
  if (length < 7 || bytes.length < length || bytes[1] !== DFU_FUNCTIONAL) {
    throw malformed('DFU functional descriptor', bytes, '9 bytes of type 0x21 were expected');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const bmAttributes = view.getUint8(2);
  return {
    bmAttributes,
    canDownload: (bmAttributes & 0x01) !== 0,
    canUpload: (bmAttributes & 0x02) !== 0,
    manifestationTolerant: (bmAttributes & 0x04) !== 0,
    willDetach: (bmAttributes & 0x08) !== 0,
    wDetachTimeOut: view.getUint16(3, true),
    wTransferSize: view.getUint16(5, true),
    bcdDFUVersion: length >= 9 ? view.getUint16(7, true) : 0x0100,
  };
}

function interfaceOf(bytes: Uint8Array): InterfaceDescriptor {
  if (bytes.length < 9) throw malformed('interface descriptor', bytes, '9 bytes were expected');
  const [, , number, alternate, , interfaceClass, subclass, protocol, iInterface] = [...bytes] as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return { number, alternate, interfaceClass, subclass, protocol, iInterface };
}

/** Application specific class, subclass Device Firmware Upgrade (DFU 1.1 4.1.2). */
function isDfu({ interfaceClass, subclass }: InterfaceDescriptor): boolean {
  return interfaceClass === 0xfe && subclass === 0x01;
}
