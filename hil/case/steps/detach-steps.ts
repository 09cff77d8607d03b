import * as z from 'zod';
import { dfuRequest } from '../../bootloader/dfuse/commands.ts';
import { TRANSFER_MS } from '../../bootloader/dfuse/dfu-link.ts';
import { detachableApplication } from '../../bootloader/dfuse/dfu-runtime.ts';
import { isHilError } from '../../error/hil-error.ts';
import { deadline } from '../../trace/deadline.ts';
import { usbFailureOf } from '../../transport/usb/usb-failure.ts';
import { untilUnplugged } from '../../transport/usb/watch-usb.ts';
import type { Reading } from '../case.ts';
import { sentenceOf } from './attempt.ts';
import { deviceThere, type ForeignDfu, RUNTIME, usbSide, withForeignDfu } from './foreign-dfu.ts';
import { type Stage, type Verb, verb } from './stage.ts';

type Found = Readonly<Record<string, Reading | undefined>>;

/** It refuses, cannot be reset, or stays. */
const NOT_DETACHED = 330;
/** A device that does not come or go. */
const NOT_GONE = 261;

const NOTHING: Found = { 'detach.what': 'nothing to detach' };

async function detach(stage: Stage): Promise<Found> {
  const found = await deviceThere(stage, 'detach');
  if (found === undefined) return NOTHING;
  const { port, device } = found;
  const application = await detachableApplication(port, device.interfaces);
  await port.close();
  if (application === undefined) return NOTHING;
  const told: Found = { 'detach.will': application.willDetach, 'detach.time_out': application.wDetachTimeOut };
  try {
    await application.detach(stage.bench.scope);
    return { ...told, 'detach.what': 'gone' };
  } catch (error) {
    if (!isHilError(error) || error.code !== NOT_DETACHED) throw error;
    return { ...told, 'detach.what': 'stays', 'detach.detail': sentenceOf(error), 'error.code': error.code };
  }
}

async function detachAsOthers(stage: Stage, { port, dfu, functional }: ForeignDfu): Promise<Found> {
  const { bus } = usbSide(stage, 'dfu-detach');
  const { willDetach, wDetachTimeOut } = functional;
  const told: Found = { 'detach.will': willDetach, 'detach.time_out': wDetachTimeOut };
  const setup = { type: 'class', recipient: 'interface', request: dfuRequest.DETACH, index: dfu.number } as const;
  const request = await port
    .controlTransferOut({ ...setup, value: wDetachTimeOut }, new Uint8Array(0), TRANSFER_MS)
    .then(
      () => 'acknowledged',
      (error: unknown) => {
        const failure = usbFailureOf(error);
        if (failure === undefined) throw error;
        return failure === 'stall' ? 'refused' : 'not acknowledged';
      },
    );
  const limit = deadline(`end of ${port.id} within wDetachTimeOut`, wDetachTimeOut, stage.bench.scope);
  const what = await untilUnplugged(bus, limit, port).then(
    () => 'gone',
    (error: unknown) => {
      if (!isHilError(error) || error.code !== NOT_GONE) throw error;
      return 'stays';
    },
  );
  return { ...told, 'detach.request': request, 'detach.what': what };
}

/** An application is asked to make way for the ROM. */
export const detachSteps: Readonly<Record<string, Verb>> = {
  detach: verb({
    says: 'asks the application on USB to make way, as this tool does it: DFU_DETACH, a bus reset if bitWillDetach is 0, and wDetachTimeOut with a margin for the device to go; then nothing is looked at',
    args: z.undefined(),
    reads: ['detach.what', 'detach.will', 'detach.time_out', 'detach.detail'],
    async run(stage) {
      stage.forget('detach.');
      stage.read(await detach(stage));
    },
  }),
  'dfu-detach': verb({
    says: 'the same as another tool does it: DFU_DETACH, no reset, and wDetachTimeOut to the millisecond for the device to go; whether the request was `acknowledged`, `refused` (STALL) or `not acknowledged`',
    args: z.undefined(),
    reads: ['detach.what', 'detach.will', 'detach.time_out', 'detach.request'],
    async run(stage) {
      stage.forget('detach.');
      stage.read(
        (await withForeignDfu(stage, 'dfu-detach', RUNTIME, (host) => detachAsOthers(stage, host))) ?? NOTHING,
      );
    },
  }),
};
