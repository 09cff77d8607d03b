import { hex } from '../../error/format-error.ts';
import { HilError, isHilError } from '../../error/hil-error.ts';
import { type Deadline, type DeadlineScope, deadline } from '../../trace/deadline.ts';
import { until } from '../../trace/wait.ts';
import { usbError, usbFailureOf } from '../../transport/usb/usb-failure.ts';
import type { Setup, UsbPort } from '../../transport/usb/usb-port.ts';
import { dfuRequest } from './commands.ts';
import { type DfuState, type DfuStatus, parseStatus, statusText } from './dfu-status.ts';

/** How long one transfer may take: what dfu-util gives it. */
export const TRANSFER_MS = 5000;

/** A poll time-out beyond this is not believed: the longest work of any part, a mass erase of 2 MB, takes 32 s (DS F42x). */
const LONGEST_WORK_MS = 60_000;

/** How often a device is asked anew on its way back to dfuIDLE: error, clear, upload to abort, and the two of a stuck erase. */
const ROUNDS_TO_IDLE = 8;

const BUSY: readonly DfuState[] = ['dfuDNLOAD-SYNC', 'dfuDNBUSY'];

/**
 * The requests of DFU 1.1 to one interface, and the waits between them. It knows no command of DfuSe. In a revoked scope no block is
 * begun, and the reason is thrown.
 */
export interface DfuLink {
  readonly scope: DeadlineScope;
  /** @throws HilError 329 (malformed), 250 to 256 (USB) */
  status(): Promise<DfuStatus>;
  /** Brings the device to dfuIDLE from any state, by what that state asks for. Returns what it said first. @throws HilError 326 */
  toIdle(): Promise<DfuStatus>;
  abort(): Promise<void>;
  /** DNLOAD of one block. The device takes it up at the next GETSTATUS. @throws HilError 325 if it refuses at once */
  download(block: number, bytes: Uint8Array, what: string): Promise<void>;
  /** UPLOAD; fewer bytes are a short answer. @throws HilError 325 */
  upload(block: number, length: number, what: string): Promise<Uint8Array>;
  /**
   * Starts what was downloaded by GETSTATUS, lets the time that the device names pass, and asks until it is no longer busy.
   * @param ms How long it may take; more if the device names more.
   * @throws HilError 325 (it ended in dfuERROR), 326 (busy for too long)
   */
  work(what: string, ms: number): Promise<void>;
}

export function createDfuLink(port: UsbPort, interfaceNumber: number, scope: DeadlineScope): DfuLink {
  const board = scope.board === undefined ? '' : `${scope.board}: `;
  const setup = (request: number, value = 0): Setup => ({
    type: 'class',
    recipient: 'interface',
    request,
    value,
    index: interfaceNumber,
  });
  /** A board behind the clock works off its arrears first. */
  const transferMs = (): number => TRANSFER_MS + arrearsMs(scope);

  const ask = async (timeoutMs = transferMs()): Promise<DfuStatus> =>
    parseStatus(await port.controlTransferIn(setup(dfuRequest.GETSTATUS), 6, timeoutMs));

  /** GETSTATUS of a device that may leave it unanswered while it works: undefined then, if the deadline has not passed. */
  const askWorking = async (limit: Deadline): Promise<DfuStatus | undefined> => {
    try {
      return await ask(Math.max(1, Math.min(transferMs(), Math.ceil(limit.remainingMs()) - 1)));
    } catch (error) {
      if (usbFailureOf(error) === 'timeout') return undefined;
      throw error;
    }
  };

  const refused = (what: string, status: DfuStatus, cause?: unknown, more: Record<string, unknown> = {}): HilError =>
    new HilError(325, `${board}the ROM refused ${what}: ${statusText(status)}`, {
      context: { what, state: status.state, status: status.statusName, ...more },
      cause,
    });

  /** What failed on the wire, with what it was for: the transfer knows neither address nor block. */
  const brokeOff = (error: unknown, what: string, more: Record<string, unknown>): unknown => {
    const failure = usbFailureOf(error);
    if (failure === undefined || !isHilError(error)) return error;
    const transfer = error.message.replace(/ {2}\[HIL-\d+\]$/, '');
    return usbError(failure, `${board}broke off when asked ${what}: ${transfer}`, {
      blame: error.blame,
      context: { ...error.context, what, ...more },
      cause: error,
    });
  };

  /** A STALL says no more than no; the status after it says why. */
  const why = async (error: unknown, what: string, more: Record<string, unknown> = {}): Promise<unknown> => {
    if (usbFailureOf(error) !== 'stall') return brokeOff(error, what, more);
    const status = await ask().catch(() => undefined);
    return status === undefined ? error : refused(`${what} (STALL)`, status, error, more);
  };

  /** Asks until the device is not busy. `first` is what it said last, if anything. */
  const settled = async (what: string, ms: number, first?: DfuStatus): Promise<DfuStatus> => {
    let last = first ?? (await askWorking(deadline(what, ms, scope)));
    // Nothing to wait for: the device may be done by the time it is asked again.
    if (last?.pollMs === 0 && BUSY.includes(last.state)) last = await askWorking(deadline(what, ms, scope));
    if (last !== undefined && !BUSY.includes(last.state)) return last;
    let heard = true;
    const budget = Math.max(ms, Math.min(last?.pollMs ?? 0, LONGEST_WORK_MS) + TRANSFER_MS);
    return until(
      deadline(what, budget, scope),
      `end of ${what}`,
      async (note) => {
        if (!heard) last = (await askWorking(deadline(what, ms, scope))) ?? last;
        heard = false;
        note(last === undefined ? 'no answer to GETSTATUS' : statusText(last));
        return last !== undefined && !BUSY.includes(last.state) ? last : undefined;
      },
      {
        code: 326,
        context: { what },
        get pollMs() {
          return Math.max(1, Math.min(last?.pollMs ?? 1, LONGEST_WORK_MS));
        },
      },
    );
  };

  const link: DfuLink = {
    scope,
    status: () => ask(),
    abort: () => port.controlTransferOut(setup(dfuRequest.ABORT), new Uint8Array(0), transferMs()),
    async toIdle() {
      let first: DfuStatus | undefined;
      let status: DfuStatus | undefined;
      for (let round = 0; round < ROUNDS_TO_IDLE; round++) {
        status = await ask();
        first ??= status;
        if (status.state === 'dfuIDLE') return first;
        await oneStepToIdle(status);
      }
      throw stuck(status);
    },
    async download(block, bytes, what) {
      scope.signal?.throwIfAborted();
      try {
        await port.controlTransferOut(setup(dfuRequest.DNLOAD, block), bytes, transferMs());
      } catch (error) {
        throw await why(error, what, { block, bytes: bytes.length });
      }
    },
    async upload(block, length, what) {
      scope.signal?.throwIfAborted();
      try {
        return await port.controlTransferIn(setup(dfuRequest.UPLOAD, block), length, transferMs());
      } catch (error) {
        throw await why(error, what, { block, length });
      }
    },
    async work(what, ms) {
      const status = await settled(what, ms).catch((error: unknown) => {
        throw brokeOff(error, what, {});
      });
      if (status.state !== 'dfuDNLOAD-IDLE') throw refused(what, status);
    },
  };

  /**
   * What DFU 1.1 (appendix A) has for each state. CLRSTATUS goes out in dfuERROR alone, since a ROM may stall it elsewhere (C5); but
   * for a device that stays busy beyond its time (H743 after an erase of more than 1 MB), which it brings into dfuERROR.
   */
  async function oneStepToIdle(status: DfuStatus): Promise<void> {
    switch (status.state) {
      case 'dfuERROR':
        return clear();
      case 'dfuUPLOAD-IDLE':
      case 'dfuDNLOAD-IDLE':
        return link.abort().catch(unlessStall);
      case 'dfuDNLOAD-SYNC':
      case 'dfuDNBUSY':
        await settled('the work that it was at', TRANSFER_MS, status).catch(async (error: unknown) => {
          if (!(error instanceof HilError) || error.code !== 326) throw error;
          await clear();
        });
        return;
      default:
        throw stuck(status);
    }
  }

  /** A refusal leads to dfuERROR, which the next look at the status finds. */
  function unlessStall(error: unknown): void {
    if (usbFailureOf(error) !== 'stall') throw error;
  }

  function clear(): Promise<void> {
    return port.controlTransferOut(setup(dfuRequest.CLRSTATUS), new Uint8Array(0), transferMs()).catch(unlessStall);
  }

  function stuck(status: DfuStatus | undefined): HilError {
    return new HilError(
      326,
      `${board}the device cannot be brought to dfuIDLE; it stays in ${status === undefined ? 'silence' : statusText(status)}`,
      { context: { state: status?.state, interface: hex(interfaceNumber) } },
    );
  }

  return link;
}

/** By how much a board is behind the clock and may still make up for. */
function arrearsMs({ lag, lagForGood }: DeadlineScope): number {
  if (lag === undefined) return 0;
  return Math.max(0, Math.ceil(lag() - (lagForGood ?? lag)()));
}
