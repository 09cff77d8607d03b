import type { Chip, RomUsb } from '../../chip/chip.ts';
import { hex } from '../../error/format-error.ts';
import { HilError } from '../../error/hil-error.ts';
import { identityText } from '../../transport/usb/setup-text.ts';
import type { UsbPort } from '../../transport/usb/usb-port.ts';
import type { DfuFunctional, DfuInterface } from './descriptors.ts';
import { type MemoryMap, parseMemoryMap } from './memory-map.ts';
import { alternateNames, functionalOf, readDfuDevice } from './read-device.ts';
import { type Verdict, type Who, whoIsIt } from './who-is-it.ts';

/** One alternate setting: a memory. */
export interface Alternate {
  /** bAlternateSetting. */
  readonly number: number;
  /** As it was read: `@Internal Flash  /0x08000000/04*016Kg,01*064Kg,03*128Kg`. */
  readonly name: string;
  readonly map: MemoryMap;
}

/** A ROM's DFU device, known for the one of the chip. */
export interface KnownRom {
  readonly dfu: DfuInterface;
  readonly functional: DfuFunctional;
  readonly alternates: readonly Alternate[];
  readonly bcdDevice: number;
  readonly serial: string | undefined;
  readonly product: string | undefined;
}

/**
 * Reads all that the device says of itself and judges whether it is the ROM of this chip. The port must be open; nothing is claimed.
 * @param uniqueId As the probe reads it, if it is known: then another chip of the same part is told apart.
 * @throws HilError 320 (no DFU mode), 323 (an application's own DFU class), 324 (ROM of another part), 102 (another chip), 321, 322
 */
export async function identifyRom(
  port: UsbPort,
  chip: Chip,
  { board, uniqueId }: { readonly board: string; readonly uniqueId?: string | undefined },
): Promise<KnownRom> {
  const rom = romUsbOf(chip, board);
  const device = await readDfuDevice(port);
  const dfu = device.interfaces.find(({ protocol }) => protocol === 2);
  if (dfu === undefined) throw noDfuMode(board, port, device.interfaces);
  const functional = await functionalOf(port, dfu);
  const names = await alternateNames(port, dfu);
  const { vendorId, productId, bcdDevice } = device.descriptor;
  const verdict = whoIsIt(
    chip,
    rom,
    { vendorId, productId, bcdDevice, serial: device.serial, alternates: names },
    uniqueId,
  );
  if (verdict.who !== 'rom') throw notTheRom(board, port, chip, verdict, names);
  if (functional.wTransferSize === 0) {
    throw new HilError(320, `${board}: ${identityText(port)} says that it can transfer 0 bytes at once`, {
      context: { bmAttributes: functional.bmAttributes },
    });
  }
  const alternates = names.map((name, i) => {
    return { number: dfu.alternates[i]?.alternate ?? i, name, map: parseMemoryMap(name) };
  });
  return { dfu, functional, alternates, bcdDevice, serial: device.serial, product: device.product };
}

/** @throws HilError 320 if the ROM of the part has no USB */
export function romUsbOf(chip: Chip, board: string): RomUsb {
  if (chip.rom.usb !== undefined) return chip.rom.usb;
  throw new HilError(320, `${board}: the ROM of the ${chip.name} has no DFU on USB (AN2606)`, {
    blame: 'test',
    context: { chip: chip.name },
  });
}

function noDfuMode(board: string, port: UsbPort, interfaces: readonly DfuInterface[]): HilError {
  const runtime = interfaces.some(({ protocol }) => protocol === 1);
  const what = runtime ? 'is an application that offers to detach, not yet in DFU mode' : 'has no DFU interface';
  return new HilError(320, `${board}: ${identityText(port)} ${what}`, { context: { runtime } });
}

const VERDICTS: Record<Exclude<Who, 'rom'>, { readonly code: 102 | 323 | 324; readonly words: string }> = {
  'wrong-board': { code: 102, words: 'is the ROM of another chip than this board has' },
  'other-rom': { code: 324, words: 'is a ROM, but that of another part' },
  application: { code: 323, words: "is in DFU mode, but it is an application's own DFU class, not the ROM" },
};

function notTheRom(
  board: string,
  port: UsbPort,
  chip: Chip,
  { who, against }: Verdict,
  alternates: readonly string[],
): HilError {
  const { code, words } = VERDICTS[who as Exclude<Who, 'rom'>];
  return new HilError(code, `${board}: ${identityText(port)} ${words}: ${against.join('; ')}`, {
    blame: who === 'application' ? 'firmware' : 'rig',
    context: { chip: chip.name, bcdDevice: hex(port.bcdDevice), alternates, against },
  });
}
