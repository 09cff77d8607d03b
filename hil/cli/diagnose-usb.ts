import * as z from 'zod';
import type { CaseVariant, Readings } from '../case/case.ts';
import type { UsbSight } from '../diagnose/evidence.ts';

const downloadArgs = z.object({ block: z.number().optional() });

/** What the steps of a variant saw on the part's USB; nothing where none looked there. */
export function usbIn(readings: Readings, { steps }: Pick<CaseVariant, 'steps'>): { readonly usb?: UsbSight } {
  const who = textAt(readings, 'device.who');
  const against = readings['device.against'];
  const detach = detachIn(readings);
  const leave = textAt(readings, 'leave.what');
  const status = textAt(readings, 'leave.status');
  const download = textAt(readings, 'download.what');
  const { data } = downloadArgs.safeParse(steps.findLast(({ verb }) => verb === 'dfu-download')?.args);
  const transferSize = numberAt(readings, 'download.transfer_size');
  const block = data?.block ?? transferSize;
  const usb: UsbSight = {
    ...(who === undefined ? {} : { who }),
    ...(typeof against === 'object' ? { against } : {}),
    ...(detach === undefined ? {} : { detach }),
    ...(leave === undefined ? {} : { leave: { what: leave, ...(status === undefined ? {} : { status }) } }),
    ...(download === undefined
      ? {}
      : {
          download: {
            what: download,
            ...(block === undefined ? {} : { block }),
            ...(transferSize === undefined ? {} : { transferSize }),
          },
        }),
  };
  return Object.keys(usb).length === 0 ? {} : { usb };
}

function detachIn(readings: Readings): UsbSight['detach'] {
  const what = textAt(readings, 'detach.what');
  const will = readings['detach.will'];
  const timeOutMs = numberAt(readings, 'detach.time_out');
  const request = textAt(readings, 'detach.request');
  if (what === undefined || typeof will !== 'boolean' || timeOutMs === undefined) return undefined;
  return { what, will, timeOutMs, ...(request === undefined ? {} : { request }) };
}

function textAt(readings: Readings, name: string): string | undefined {
  const value = readings[name];
  return typeof value === 'string' ? value : undefined;
}

function numberAt(readings: Readings, name: string): number | undefined {
  const value = readings[name];
  return typeof value === 'number' ? value : undefined;
}
