import { HilError } from '../../error/hil-error.ts';
import {
  configurationLength,
  type DeviceDescriptor,
  descriptorType,
  firstLanguage,
  parseDevice,
  parseString,
} from '../../transport/usb/descriptors.ts';
import { identityText } from '../../transport/usb/setup-text.ts';
import { usbFailureOf } from '../../transport/usb/usb-failure.ts';
import type { UsbPort } from '../../transport/usb/usb-port.ts';
import {
  DFU_FUNCTIONAL,
  type DfuFunctional,
  type DfuInterface,
  parseDfuConfiguration,
  parseFunctional,
} from './descriptors.ts';
import { TRANSFER_MS } from './dfu-link.ts';

/** US English, which every device with strings is free not to have. */
const US_ENGLISH = 0x0409;

/** All that a DFU device tells of itself. */
export interface DfuDevice {
  readonly descriptor: DeviceDescriptor;
  /** Undefined where the device has none or refuses it. */
  readonly product: string | undefined;
  readonly serial: string | undefined;
  readonly interfaces: readonly DfuInterface[];
}

/** Reads the descriptors by GET_DESCRIPTOR: the same parser on every way to a device. @throws HilError 321, 250 to 256 */
export async function readDfuDevice(port: UsbPort): Promise<DfuDevice> {
  const descriptor = parseDevice(await getDescriptor(port, descriptorType.device, 0, 0, 18));
  const head = await getDescriptor(port, descriptorType.configuration, 0, 0, 9);
  const all = await getDescriptor(port, descriptorType.configuration, 0, 0, configurationLength(head));
  const text = stringReader(port);
  return {
    descriptor,
    product: await text(descriptor.iProduct),
    serial: await text(descriptor.iSerialNumber),
    interfaces: parseDfuConfiguration(all).interfaces,
  };
}

/** Names of the alternate settings in their order. @throws HilError 320 if one has none */
export async function alternateNames(port: UsbPort, dfu: DfuInterface): Promise<readonly string[]> {
  const text = stringReader(port);
  const names: string[] = [];
  for (const { alternate, iInterface } of dfu.alternates) {
    const name = await text(iInterface);
    if (name === undefined) {
      throw new HilError(
        320,
        `alternate setting ${alternate} of ${identityText(port)} has no name: DfuSe tells its memory there (AN3156)`,
        { context: { alternate } },
      );
    }
    names.push(name);
  }
  return names;
}

/** The functional descriptor: of the configuration, or asked for by itself. @throws HilError 320, 321 */
export async function functionalOf(port: UsbPort, dfu: DfuInterface): Promise<DfuFunctional> {
  if (dfu.functional !== undefined) return dfu.functional;
  // Systems let requests to an interface pass only to who has claimed it.
  await port.claimInterface(dfu.number);
  try {
    return parseFunctional(
      await port.controlTransferIn(
        { type: 'standard', recipient: 'interface', request: 0x06, value: DFU_FUNCTIONAL << 8, index: dfu.number },
        9,
        TRANSFER_MS,
      ),
    );
  } catch (error) {
    if (usbFailureOf(error) !== 'stall') throw error;
    throw new HilError(320, `${identityText(port)} has no DFU functional descriptor: nobody knows its transfer size`, {
      cause: error,
    });
  } finally {
    await port.releaseInterface(dfu.number).catch(() => {});
  }
}

/** Reads strings in the first language of the device, which it asks for once. */
function stringReader(port: UsbPort): (index: number) => Promise<string | undefined> {
  let language: number | undefined;
  return async (index) => {
    if (index === 0) return undefined;
    try {
      language ??= firstLanguage(await getDescriptor(port, descriptorType.string, 0, 0, 255)) ?? US_ENGLISH;
      return parseString(await getDescriptor(port, descriptorType.string, index, language, 255));
    } catch (error) {
      if (usbFailureOf(error) === 'stall') return undefined;
      throw error;
    }
  };
}

function getDescriptor(
  port: UsbPort,
  type: number,
  index: number,
  language: number,
  length: number,
): Promise<Uint8Array> {
  return port.controlTransferIn(
    { type: 'standard', recipient: 'device', request: 0x06, value: (type << 8) | index, index: language },
    length,
    TRANSFER_MS,
  );
}
