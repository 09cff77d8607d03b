/** What a host must know of a device before anybody can talk to it, read from its descriptors (USB 2.0 9.6). */
export interface DeviceFacts {
  readonly vendorId: number;
  readonly productId: number;
  readonly bcdDevice: number;
  readonly deviceClass: number;
  readonly deviceSubClass: number;
  readonly deviceProtocol: number;
  readonly configurations: number;
  /** bMaxPacketSize0. */
  readonly maxPacket0: number;
}

export interface InterfaceFacts {
  readonly number: number;
  /** Of its alternate setting 0. */
  readonly interfaceClass: number;
  readonly subClass: number;
  readonly protocol: number;
  /** bEndpointAddress of the endpoints of all its alternate settings. */
  readonly endpoints: readonly number[];
}

export interface ConfigurationFacts {
  readonly value: number;
  readonly interfaces: readonly InterfaceFacts[];
  /** wMaxPacketSize by bEndpointAddress; the largest of all alternate settings. */
  readonly maxPackets: ReadonlyMap<number, number>;
}

export const DEVICE_DESCRIPTOR_BYTES = 18;
export const CONFIGURATION_HEADER_BYTES = 9;
const TYPE = { device: 1, configuration: 2, interface: 4, endpoint: 5 } as const;
const PACKET_SIZES_0 = [8, 16, 32, 64];

/** bMaxPacketSize0 of the first 8 bytes or more; a string says what is wrong with them. */
export function parseMaxPacket0(bytes: Uint8Array): number | string {
  if (bytes.length < 8 || bytes[1] !== TYPE.device) return 'its answer is no device descriptor';
  const size = bytes[7] ?? 0;
  return PACKET_SIZES_0.includes(size) ? size : `its bMaxPacketSize0 is ${size}, not 8, 16, 32 or 64`;
}

/** A device descriptor of 18 bytes; a string says what is wrong with it. */
export function parseDevice(bytes: Uint8Array): DeviceFacts | string {
  if (bytes.length !== DEVICE_DESCRIPTOR_BYTES || bytes[0] !== DEVICE_DESCRIPTOR_BYTES || bytes[1] !== TYPE.device) {
    return `its device descriptor has ${bytes.length} bytes, or is none`;
  }
  const maxPacket0 = parseMaxPacket0(bytes);
  if (typeof maxPacket0 === 'string') return maxPacket0;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return {
    vendorId: view.getUint16(8, true),
    productId: view.getUint16(10, true),
    bcdDevice: view.getUint16(12, true),
    deviceClass: view.getUint8(4),
    deviceSubClass: view.getUint8(5),
    deviceProtocol: view.getUint8(6),
    configurations: view.getUint8(17),
    maxPacket0,
  };
}

/** wTotalLength of a configuration descriptor's first 9 bytes; a string says what is wrong. */
export function parseTotalLength(bytes: Uint8Array): number | string {
  if (bytes.length !== CONFIGURATION_HEADER_BYTES || bytes[1] !== TYPE.configuration) {
    return 'the head of its configuration descriptor is incomplete, or is none';
  }
  const total = (bytes[2] ?? 0) | ((bytes[3] ?? 0) << 8);
  return total >= CONFIGURATION_HEADER_BYTES ? total : `its wTotalLength is ${total}`;
}

/** A configuration with all that belongs to it; a string says what is wrong with it. */
export function parseConfiguration(bytes: Uint8Array): ConfigurationFacts | string {
  const head = parseTotalLength(bytes.subarray(0, CONFIGURATION_HEADER_BYTES));
  if (typeof head === 'string') return head;
  if (bytes.length !== head) return `its configuration descriptor has ${bytes.length} bytes, wTotalLength says ${head}`;
  const interfaces = new Map<number, { facts: Omit<InterfaceFacts, 'endpoints'>; endpoints: number[] }>();
  const maxPackets = new Map<number, number>();
  let current: { endpoints: number[] } | undefined;
  for (let at = 0; at < bytes.length; ) {
    const one = bytes.subarray(at, at + (bytes[at] ?? 0));
    if (one.length < 2 || one.length !== bytes[at])
      return `the descriptor at byte ${at} of its configuration is cut short`;
    if (one[1] === TYPE.interface && one.length >= 9) {
      const number = one[2] ?? 0;
      const known = interfaces.get(number) ?? {
        facts: { number, interfaceClass: one[5] ?? 0, subClass: one[6] ?? 0, protocol: one[7] ?? 0 },
        endpoints: [],
      };
      interfaces.set(number, known);
      current = known;
    } else if (one[1] === TYPE.endpoint && one.length >= 7) {
      const address = one[2] ?? 0;
      const size = ((one[4] ?? 0) | ((one[5] ?? 0) << 8)) & 0x7ff;
      maxPackets.set(address, Math.max(size, maxPackets.get(address) ?? 0));
      current?.endpoints.push(address);
    }
    at += one.length;
  }
  return {
    value: bytes[5] ?? 0,
    interfaces: [...interfaces.values()].map(({ facts, endpoints }) => ({ ...facts, endpoints })),
    maxPackets,
  };
}
