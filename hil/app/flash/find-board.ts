import { type DetachableApplication, detachableApplication, isRomId } from '../../bootloader/dfuse/dfu-runtime.ts';
import { readDfuDevice } from '../../bootloader/dfuse/read-device.ts';
import { serialOfUniqueId } from '../../bootloader/dfuse/who-is-it.ts';
import type { Chip } from '../../chip/chip.ts';
import { HilError, isHilError } from '../../error/hil-error.ts';
import { type DeadlineScope, deadline } from '../../trace/deadline.ts';
import { until } from '../../trace/wait.ts';
import { identityText } from '../../transport/usb/setup-text.ts';
import type { UsbBus, UsbIdentity, UsbPort } from '../../transport/usb/usb-port.ts';
import type { ForeignTrigger } from './foreign-trigger.ts';

/** How often the bus is looked at; opening devices costs a host some milliseconds each. */
const LOOK_MS = 100;

export type FoundBoard =
  | { readonly what: 'rom'; readonly device: UsbPort }
  /** `application` is absent where a trigger does the work of DFU_DETACH. */
  | {
      readonly what: 'application';
      readonly device: UsbIdentity;
      readonly application: DetachableApplication | undefined;
    }
  /** Nothing is there yet, and a trigger makes the board jump. */
  | { readonly what: 'nothing'; readonly device: UsbIdentity | undefined; readonly application: undefined };

/**
 * Finds the board on the bus: in its ROM, or with an application that offers DFU_DETACH. With a trigger an application may be
 * anything, or not on USB at all.
 * @throws HilError 261 (nothing in time; lists what is there), 262 (more than one), 323 (an application in the class of DFU *mode*: it
 *   is asked to detach by nobody)
 */
export async function findBoard({
  bus,
  board,
  chip,
  scope,
  waitMs,
  trigger,
  uniqueId,
}: {
  readonly bus: UsbBus;
  readonly board: string;
  readonly chip: Chip;
  readonly scope: DeadlineScope;
  readonly waitMs: number;
  readonly trigger?: ForeignTrigger;
  readonly uniqueId?: string;
}): Promise<FoundBoard> {
  const serial =
    uniqueId !== undefined && chip.rom.usb?.serial === 'unique-id' ? serialOfUniqueId(uniqueId) : undefined;
  const isOurRom = (device: UsbIdentity): boolean =>
    isRomId(device) && (serial === undefined || device.serialNumber === serial);
  return until<FoundBoard>(
    deadline('the board on USB', waitMs, scope),
    `ROM and no application that offers DFU_DETACH on ${bus.name}`,
    async (note) => {
      const all = await bus.list();
      note(all.length === 0 ? 'no device at all' : all.map(identityText).join(' and '));
      const roms = all.filter(isOurRom);
      const [rom] = onlyOne(board, bus, roms, 'ROMs');
      if (rom !== undefined) return { what: 'rom', device: rom };
      const looks = await Promise.all(all.map((device) => lookInto(device)));
      const applications = looks.filter((look) => look.application !== undefined);
      const [application] = onlyOne(board, bus, applications, 'applications that offer DFU_DETACH');
      if (application !== undefined) return { what: 'application', ...application };
      if (trigger !== undefined) {
        const [only] = all;
        return only !== undefined && all.length === 1
          ? { what: 'application', device: only, application: undefined }
          : { what: 'nothing', device: undefined, application: undefined };
      }
      const pretender = looks.find(({ inDfuMode }) => inDfuMode);
      if (pretender !== undefined) throw showsDfuMode(board, pretender.device);
      return undefined;
    },
    { code: 261, blame: 'unknown', pollMs: LOOK_MS, context: { hand: handThatHelps(chip) } },
  );
}

/** Boot patterns of AN2606 r70 table 2 in which an empty flash leads to the ROM. */
const EMPTY_CHECK_PATTERNS = [6, 11];

/** What a hand can do where no application is left: the advice goes by it. */
function handThatHelps({ rom }: Chip): 'power' | 'BOOT0' {
  return EMPTY_CHECK_PATTERNS.includes(rom.bootPattern) ? 'power' : 'BOOT0';
}

interface Look {
  readonly device: UsbPort;
  readonly application: DetachableApplication | undefined;
  readonly inDfuMode: boolean;
}

/** A device that cannot be opened or read is somebody else's. */
async function lookInto(device: UsbPort): Promise<Look> {
  try {
    await device.open();
    const { interfaces } = await readDfuDevice(device);
    return {
      device,
      application: await detachableApplication(device, interfaces),
      inDfuMode: interfaces.some(({ protocol }) => protocol === 2),
    };
  } catch (error) {
    if (!isHilError(error)) throw error;
    return { device, application: undefined, inDfuMode: false };
  } finally {
    await device.close();
  }
}

function onlyOne<T extends UsbIdentity | { readonly device: UsbIdentity }>(
  board: string,
  bus: UsbBus,
  found: readonly T[],
  what: string,
): readonly T[] {
  if (found.length <= 1) return found;
  const names = found.map((one) => identityText('device' in one ? one.device : one));
  throw new HilError(262, `${board}: there are ${found.length} ${what} on ${bus.name}: ${names.join(' and ')}`, {
    blame: 'rig',
    context: { devices: names },
  });
}

function showsDfuMode(board: string, device: UsbIdentity): HilError {
  return new HilError(
    323,
    `${board}: ${identityText(device)} shows the class of DFU *mode* and is no ROM of ST: an application that should show DFU *runtime* (FE/01/01), so that a host asks it to detach`,
    { blame: 'firmware', context: { device: device.id } },
  );
}
