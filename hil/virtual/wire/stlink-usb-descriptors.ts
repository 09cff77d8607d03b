/**
 * What an ST-LINK/V2-1 with mass storage shows on USB: 0483:374B, a composite device of a debug interface, a disk and a serial port.
 *
 * Documented or corroborated: identity, class EF/02/01, the strings of device and VCP, interface 0 with its endpoints (IN 81, OUT 01, IN 82; OpenOCD's
 * driver and dumps of users), and that the VCP is interface 2 (udev's `-if02`). Inferred from the STLINK-V3, of which a dump exists:
 * four interfaces in 128 bytes, so 19 bytes of functional descriptors and one endpoint in interface 2. Hypothesis, as no full dump of a V2-1 is
 * known: endpoints 83, 03, 84, 85, 05, the numbers of the strings, bcdDevice, bInterval and the size of endpoint 84, bMaxPower
 * (UM1724 6.3.1 says that a Nucleo asks for 300 mA).
 */
const STRINGS = {
  manufacturer: 1,
  product: 2,
  serial: 3,
  debug: 4,
  vcpControl: 5,
  vcpData: 6,
} as const;

export const MAX_PACKET_0 = 64;
export const BULK_PACKET = 64;
const NOTIFICATION_PACKET = 10;

/** bEndpointAddress without the direction. */
export const endpointsOut = { debug: 1, storage: 3, vcp: 5 } as const;
export const endpointsIn = { debug: 1, trace: 2, storage: 3, notification: 4, vcp: 5 } as const;
export const interfaceOf = { debug: 0, storage: 1, vcpControl: 2, vcpData: 3 } as const;
const IN = 0x80;

export const VENDOR_ID = 0x0483;
export const PRODUCT_ID = 0x374b;
export const BCD_DEVICE = 0x0100;

const le16 = (value: number): readonly number[] => [value & 0xff, value >>> 8];

/** USB 2.0 9.6.1. */
export const DEVICE: Uint8Array = Uint8Array.from([
  ...[18, 1, ...le16(0x0200), 0xef, 2, 1, MAX_PACKET_0, ...le16(VENDOR_ID), ...le16(PRODUCT_ID), ...le16(BCD_DEVICE)],
  ...[STRINGS.manufacturer, STRINGS.product, STRINGS.serial, 1],
]);

/** USB 2.0 9.6.5. */
function interfaceBytes(
  number: number,
  endpoints: number,
  code: readonly [number, number, number],
  text = 0,
): number[] {
  return [9, 4, number, 0, endpoints, ...code, text];
}

/** USB 2.0 9.6.6. */
const bulk = (address: number): number[] => [7, 5, address, 2, ...le16(BULK_PACKET), 0];

/** CDC PSTN 1.2 5.3: header, call management (none; data on interface 3), ACM (line coding and break), union. */
const FUNCTIONAL = [
  ...[5, 0x24, 0, ...le16(0x0110)],
  ...[5, 0x24, 1, 0, interfaceOf.vcpData],
  ...[4, 0x24, 2, 6],
  ...[5, 0x24, 6, interfaceOf.vcpControl, interfaceOf.vcpData],
];

const INTERFACES = [
  ...interfaceBytes(interfaceOf.debug, 3, [0xff, 0xff, 0xff], STRINGS.debug),
  ...[...bulk(IN | endpointsIn.debug), ...bulk(endpointsOut.debug), ...bulk(IN | endpointsIn.trace)],
  // SCSI, Bulk-Only Transport.
  ...interfaceBytes(interfaceOf.storage, 2, [8, 6, 0x50]),
  ...[...bulk(IN | endpointsIn.storage), ...bulk(endpointsOut.storage)],
  // Interface association (ECN of USB 2.0): 2 and 3 are one function, CDC ACM with AT commands.
  ...[8, 11, interfaceOf.vcpControl, 2, 2, 2, 1, STRINGS.vcpControl],
  ...interfaceBytes(interfaceOf.vcpControl, 1, [2, 2, 1], STRINGS.vcpControl),
  ...FUNCTIONAL,
  ...[7, 5, IN | endpointsIn.notification, 3, ...le16(NOTIFICATION_PACKET), 255],
  ...interfaceBytes(interfaceOf.vcpData, 2, [10, 0, 0], STRINGS.vcpData),
  ...[...bulk(IN | endpointsIn.vcp), ...bulk(endpointsOut.vcp)],
];

const BUS_POWERED = 0x80;
const MAX_POWER_2_MA = 150;

/** USB 2.0 9.6.3, with all that belongs to it. */
export const CONFIGURATION: Uint8Array = Uint8Array.from([
  ...[9, 2, ...le16(9 + INTERFACES.length), 4, 1, 0, BUS_POWERED, MAX_POWER_2_MA],
  ...INTERFACES,
]);

const ENGLISH = 0x0409;

/** String descriptor `index` (USB 2.0 9.6.7); undefined where the device has none. */
export function stringDescriptor(index: number, serial: string): Uint8Array | undefined {
  if (index === 0) return Uint8Array.of(4, 3, ...le16(ENGLISH));
  const texts: Readonly<Record<number, string>> = {
    [STRINGS.manufacturer]: 'STMicroelectronics',
    [STRINGS.product]: 'STM32 STLink',
    [STRINGS.serial]: serial,
    [STRINGS.debug]: 'ST-Link Debug',
    [STRINGS.vcpControl]: 'ST-Link VCP Ctrl',
    [STRINGS.vcpData]: 'ST-Link VCP Data',
  };
  const text = texts[index];
  if (text === undefined) return undefined;
  return Uint8Array.from([2 + 2 * text.length, 3, ...Buffer.from(text, 'utf16le')]);
}
