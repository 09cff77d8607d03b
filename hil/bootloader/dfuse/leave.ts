import { HilError } from '../../error/hil-error.ts';
import { type DeadlineScope, deadline } from '../../trace/deadline.ts';
import { until } from '../../trace/wait.ts';
import { isGone, usbFailureOf } from '../../transport/usb/usb-failure.ts';
import type { UsbBus, UsbPort } from '../../transport/usb/usb-port.ts';
import type { DfuLink } from './dfu-link.ts';
import { type DfuState, type DfuStatus, statusText } from './dfu-status.ts';

/** How often the bus is looked at for a device that should go. */
const LOOK_MS = 20;

const LEAVING: readonly DfuState[] = ['dfuMANIFEST-SYNC', 'dfuMANIFEST', 'dfuMANIFEST-WAIT-RESET'];
const WORKING: readonly DfuState[] = ['dfuDNLOAD-SYNC', 'dfuDNBUSY'];

export interface Leaving {
  readonly port: UsbPort;
  readonly bus: UsbBus;
  readonly link: DfuLink;
  readonly scope: DeadlineScope;
  /** To be read after `the ROM did not`: `leave for 0x0800_0000`. */
  readonly what: string;
  /** How long the device may take to go from the bus. */
  readonly ms: number;
  /** True for work that ends in a reset; false for leave, which begins no work. */
  readonly works: boolean;
}

/**
 * Sees a device off: GETSTATUS, which sets off what was asked for, then the look whether it is gone. It may go at any point from
 * there on, also before it has answered. Whether it is gone, the bus alone decides.
 * @throws HilError 327 if it refuses, says that it does something else, or stays
 */
export async function seeOff({ port, bus, link, scope, what, ms, works }: Leaving): Promise<void> {
  const board = scope.board === undefined ? '' : `${scope.board}: `;
  let said: DfuStatus | undefined;
  try {
    said = await link.status();
  } catch (error) {
    const failure = usbFailureOf(error);
    // A device that goes away in mid-transfer looks like anything but a refusal.
    if (failure === undefined || failure === 'stall') throw didNot(`it refused GETSTATUS after the request`, error);
  }
  const goes = said === undefined || LEAVING.includes(said.state) || (works && WORKING.includes(said.state));
  if (!goes && said !== undefined) throw didNot(`it answered ${statusText(said)}`);

  await until(
    deadline(`${port.id} to go`, Math.max(ms, Math.min(said?.pollMs ?? 0, 60_000) + ms), scope),
    'device',
    async () => {
      if (!(await bus.list()).some(({ id }) => id === port.id)) return true;
      // Some work is done between two questions, and how it ended is told by the second.
      if (said !== undefined && WORKING.includes(said.state)) said = await link.status().catch(() => said);
      if (said?.state === 'dfuERROR') throw didNot(`it answered ${statusText(said)}`);
      return false;
    },
    { pollMs: LOOK_MS },
  ).catch(async (error: unknown) => {
    if (!(error instanceof HilError) || error.code !== 290) throw error;
    const now = await link.status().then(statusText, (why: unknown) => (isGone(why) ? undefined : 'does not answer'));
    if (now === undefined) return;
    throw didNot(
      `it is still on the bus ${Math.round(ms)} ms later, ${now === 'does not answer' ? now : `in ${now}`}`,
      error,
    );
  });

  function didNot(why: string, cause?: unknown): HilError {
    return new HilError(327, `${board}the ROM did not ${what}: ${why}`, {
      context: { device: port.id, state: said?.state, status: said?.statusName },
      cause,
    });
  }
}
