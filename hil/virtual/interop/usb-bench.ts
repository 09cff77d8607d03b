import { join } from 'node:path';
import { z } from 'zod';
import type { Chip } from '../../chip/chip.ts';
import { deadline } from '../../trace/deadline.ts';
import { until } from '../../trace/wait.ts';
import type { BoardSpec, ReadyLine } from '../host-types.ts';
import { startBoards } from '../main.ts';
import { askControl, repository } from './judges.ts';

/** One virtual board of a part with USB, for interop tests: blank, and its cable not yet in. */
export interface UsbBench {
  readonly ready: ReadyLine;
  readonly usbip: NonNullable<ReadyLine['usbip']>;
  /** One request to the control endpoint (docs/wires.md). @throws Error if the board refuses it. */
  control(request: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>;
  /** Power-cycles the board into its ROM, by BOOT0 where an empty flash is not the way, with the cable out. */
  intoRom(): Promise<void>;
  /** Puts the cable in, and waits until the board's host port has found a device and has configured nothing yet; or pulls it. */
  plug(plugged: boolean): Promise<void>;
  stop(): Promise<void>;
}

/** Boot pattern of AN2606 table 2 in which an empty flash leads to the ROM whatever BOOT0 says. */
const PATTERN_WITH_EMPTY_CHECK = 11;

/** Far above what any ROM needs (AN2606: 0.6 s), on a machine with many neighbours. */
const ENUMERATED_MS = 60_000;

const statusSchema = z.looseObject({ enumerated: z.boolean() });

export async function startUsbBench(chip: Chip, spec: Partial<BoardSpec> = {}): Promise<UsbBench> {
  const romId = chip.rom.versions.at(-1)?.id;
  if (romId === undefined) throw new Error(`${chip.name} has no version of its ROM`);
  const id = romId.toString(16).toUpperCase().padStart(2, '0');
  const boards = await startBoards([
    {
      name: 'usb',
      model: chip.board.name,
      romId,
      romPath: join(repository, `build/firmware/rom/${chip.name.toLowerCase().slice(0, 9)}-0x${id}.bin`),
      blank: true,
      seed: 11,
      ...spec,
    },
  ]);
  const ready = boards.boards[0] as ReadyLine;
  if (ready.usbip === null) throw new Error(`${chip.name} exports no USB`);

  const control: UsbBench['control'] = async (request) => {
    const answer = await askControl(ready.control.port, request);
    if (answer.ok !== true) throw new Error(`${JSON.stringify(request)} was refused: ${JSON.stringify(answer)}`);
    return answer;
  };
  const plug = async (plugged: boolean): Promise<void> => {
    await control({ op: 'usb', plugged });
    const limit = deadline('USB device', ENUMERATED_MS);
    await until(limit, plugged ? 'USB device on the board' : 'empty port of the board', async (note) => {
      const { usb } = await control({ op: 'status' });
      note(JSON.stringify(usb));
      return statusSchema.parse(usb).enumerated === plugged;
    });
  };
  const virtualMs = async (): Promise<number> => Number((await control({ op: 'status' })).virtualNs) / 1e6;

  return {
    ready,
    usbip: ready.usbip,
    control,
    plug,
    async intoRom() {
      await plug(false);
      if (chip.rom.bootPattern !== PATTERN_WITH_EMPTY_CHECK) await control({ op: 'boot0', level: 1 });
      await control({ op: 'power', on: false });
      await control({ op: 'power', on: true });
      const from = await virtualMs();
      const wait = Math.max(chip.rom.startupMs, chip.rom.startupWithoutLseMs ?? 0) + 5;
      await until(
        deadline('start of the ROM', 60_000),
        'start of the ROM',
        async () => (await virtualMs()) - from >= wait,
      );
    },
    stop: () => boards.stop(),
  };
}
