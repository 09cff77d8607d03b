import { didYouMean } from '../../error/yaml-problems.ts';
import { applicationSteps } from './application-steps.ts';
import { bootSteps } from './boot-steps.ts';
import { caughtSteps } from './caught-steps.ts';
import { contactSteps } from './contact-steps.ts';
import { detachSteps } from './detach-steps.ts';
import { dfuSteps } from './dfu-steps.ts';
import { goSteps } from './go-steps.ts';
import { handSteps } from './hand-steps.ts';
import { inspectionSteps } from './inspection-steps.ts';
import { listenSteps } from './listen-steps.ts';
import { probeSteps } from './probe-steps.ts';
import { reentrySteps } from './reentry-steps.ts';
import { romSteps } from './rom-steps.ts';
import type { Verb } from './stage.ts';
import { usbBusSteps } from './usb-bus-steps.ts';
import { usbDeviceSteps } from './usb-device-steps.ts';

/** Every verb that a step may have. A family of its own is one file and one line here. */
export const steps: Readonly<Record<string, Verb>> = {
  ...applicationSteps,
  ...romSteps,
  ...goSteps,
  ...handSteps,
  ...probeSteps,
  ...listenSteps,
  ...inspectionSteps,
  ...reentrySteps,
  ...bootSteps,
  ...contactSteps,
  ...caughtSteps,
  ...usbBusSteps,
  ...usbDeviceSteps,
  ...detachSteps,
  ...dfuSteps,
};

/** Readings that steps leave without naming them: who answers, core, start, last fault, failure. */
const COMMON = [
  ...['answers', 'rom.answers', 'rom.id', 'rom.detail', 'reset.flags', 'app.starts', 'app.fresh'],
  ...['fault.pc', 'fault.xpsr', 'fault.thumb', 'fault.cfsr', 'fault.hfsr', 'error.code', 'error.says', 'error.step'],
  ...['where', 'pc', 'lr', 'ipsr', 'vtor', 'primask', 'xpsr', 'msp', 'psp', 'control', 'symbol'].map(
    (name) => `core.${name}`,
  ),
  ...['boot.*', 'register.*', 'op.*'],
];

/** Names of readings; groups as `op.*`. */
export const readingNames: readonly string[] = [
  ...new Set([...COMMON, ...Object.values(steps).flatMap((verb) => verb.reads ?? [])]),
];

/** Why a name is no reading's; undefined if it is one. A number at its end (`rom.answers.1`) names what the nth step read. */
export function readingProblem(name: string): string | undefined {
  const plain = name.replace(/\.\d+$/, '');
  if (readingNames.includes(plain)) return undefined;
  const groups = readingNames.filter((known) => known.endsWith('.*')).map((known) => known.slice(0, -1));
  if (groups.some((group) => plain.startsWith(group) && plain.length > group.length)) return undefined;
  return `no step reads "${name}"${didYouMean(plain, readingNames)}`;
}
