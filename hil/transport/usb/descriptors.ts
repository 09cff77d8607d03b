import { HilError } from '../../error/hil-error.ts';
import { hexText } from '../../trace/plain.ts';

/** bDescriptorType (USB 2.0 table 9-5). */
export const descriptorType = { device: 1, configuration: 2, string: 3, interface: 4 } as const;

/** The device descriptor (USB 2.0 9.6.1), as far as it tells devices apart. */
export interface DeviceDescriptor {
  /** BCD, e.g. 0x0200. */
  readonly bcdUSB: number;
  readonly vendorId: number;
  readonly productId: number;
  /** BCD, e.g. 0x2200. */
  readonly bcdDevice: number;
  /** Indexes of strings; 0: there is none. */
  readonly iManufacturer: number;
  readonly iProduct: number;
  readonly iSerialNumber: number;
  readonly numConfigurations: number;
}

/** @throws HilError 321 */
export function parseDevice(bytes: Uint8Array): DeviceDescriptor {
  if (bytes.length < 18 || bytes[0] !== 18 || bytes[1] !== descriptorType.device) {
    throw malformed('device descriptor', bytes, '18 bytes of type 1 were expected');
  }
  const view = viewOf(bytes);
  return {
    bcdUSB: view.getUint16(2, true),
    vendorId: view.getUint16(8, true),
    productId: view.getUint16(10, true),
    bcdDevice: view.getUint16(12, true),
    iManufacturer: view.getUint8(14),
    iProduct: view.getUint8(15),
    iSerialNumber: view.getUint8(16),
    numConfigurations: view.getUint8(17),
  };
}

/** Length in bytes of the whole configuration, from its first nine. @throws HilError 321 */
export function configurationLength(bytes: Uint8Array): number {
  if (bytes.length < 9 || (bytes[0] as number) < 9 || bytes[1] !== descriptorType.configuration) {
    throw malformed('configuration descriptor', bytes, '9 bytes of type 2 were expected');
  }
  const length = viewOf(bytes).getUint16(2, true);
  if (length < 9) throw malformed('configuration descriptor', bytes, `a wTotalLength of ${length} cannot be`);
  return length;
}

/**
 * The descriptors of a whole configuration in their order, itself first (USB 2.0 9.6.3).
 * @throws HilError 321 for a descriptor of no length, or one that ends behind the configuration
 */
export function descriptorsOf(bytes: Uint8Array): readonly Uint8Array[] {
  const total = configurationLength(bytes);
  if (bytes.length < total) {
    throw malformed('configuration descriptor', bytes, `it ends after ${bytes.length} of ${total} bytes`);
  }
  const all: Uint8Array[] = [];
  for (let at = 0; at < total; ) {
    const length = bytes[at] as number;
    if (length < 2 || at + length > total) {
      throw malformed('configuration descriptor', bytes, `a descriptor of ${length} bytes at offset ${at} cannot be`);
    }
    all.push(bytes.subarray(at, at + length));
    at += length;
  }
  return all;
}

/** Text of a string descriptor (UTF-16, USB 2.0 9.6.7). @throws HilError 321 */
export function parseString(bytes: Uint8Array): string {
  const length = bytes[0] ?? 0;
  if (length < 2 || length % 2 !== 0 || bytes[1] !== descriptorType.string || bytes.length < length) {
    throw malformed('string descriptor', bytes, 'its length and type 3 were expected, and as many bytes');
  }
  return new TextDecoder('utf-16le').decode(bytes.subarray(2, length));
}

/** First language of string descriptor 0; undefined if it lists none. @throws HilError 321 */
export function firstLanguage(bytes: Uint8Array): number | undefined {
  parseString(bytes);
  return (bytes[0] as number) >= 4 ? viewOf(bytes).getUint16(2, true) : undefined;
}

export function malformed(what: string, bytes: Uint8Array, why: string): HilError {
  return new HilError(321, `a ${what} cannot be read: ${why}, got ${hexText(bytes) || 'nothing'}`, {
    context: { what },
  });
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
