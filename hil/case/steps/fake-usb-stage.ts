import type { Bench } from '../../board/bench-types.ts';
import type { Chip } from '../../chip/chip.ts';
import { HilError } from '../../error/hil-error.ts';
import type { UsbBus, UsbPort } from '../../transport/usb/usb-port.ts';
import { steps } from './index-of-steps.ts';
import { newStage, type Stage } from './stage.ts';

/** What the cable of a fake bench leads to. */
export interface FakeCable {
  readonly chip: Chip;
  readonly bus: UsbBus;
  /** As the probe reads it. */
  readonly flash?: Uint8Array;
  readonly uniqueId?: string;
  readonly erase?: 'none' | 'pages';
}

/** A stage over a fake device, for tests of the steps that speak USB: after a leave nobody answers. */
export function fakeUsbStage({ chip, bus, flash, uniqueId = '', erase = 'pages' }: FakeCable): Stage {
  const core = { where: 'flash', pc: chip.flash.base, ipsr: 0, registers: {} };
  const bench = {
    board: 'fake',
    port: 'usb',
    chip,
    permissions: { erase, write_protection: false, option_bytes: false, rdp1: false },
    scope: {},
    usb: {
      bus,
      plug: async () => {},
      awaitDevice: async (awaited: string): Promise<UsbPort> => {
        const [port] = await bus.list();
        if (port === undefined) throw new HilError(261, `no ${awaited}`);
        return port;
      },
    },
    probe: {
      reacquire: async () => {},
      release: async () => {},
      identity: async () => ({ uniqueId }),
      readBytes: async (address: number, length: number) =>
        (flash ?? new Uint8Array()).slice(address - chip.flash.base, address - chip.flash.base + length),
    },
    whoAnswers: async () => ({ what: 'silent', core }),
  };
  return newStage(bench as unknown as Bench, { caseId: 'fake', image: 'handover', settings: {} });
}

/** Does one step as a case does it. */
export async function doStep(stage: Stage, name: string, args?: unknown): Promise<void> {
  const verb = steps[name];
  if (verb === undefined) throw new Error(`no step is called ${name}`);
  await verb.run(stage, verb.args.parse(args));
}
