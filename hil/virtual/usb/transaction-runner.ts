import type { EventHandle, Schedule } from '../schedule.ts';
import { effectNs, FRAME_NS, frameAt, slotNs, transactionNs } from './bus-time.ts';
import type { DataPacket, UsbDevicePort } from './device-port.ts';
import type { Transaction, Transfer } from './transfer.ts';
import { type UrbResult, urbStatus } from './urb.ts';

/** A transfer in the queue of its endpoint. */
export interface Queued {
  readonly pending: boolean;
}

/** Which endpoint a transfer is for. */
export interface Pipe {
  readonly endpoint: number;
  /** `control` serves both directions. */
  readonly direction: 'in' | 'out' | 'control';
  /** Frames between two looks at an interrupt endpoint; 0: whenever there is room. */
  readonly interval: number;
}

/** The bus below one port: frames, and transactions in them, in the order in which endpoints have something to do. */
export interface TransactionRunner {
  /** Address in the tokens. */
  address: number;
  /** Frames begin now. */
  start(): void;
  /** No more frames; every transfer in the queues ends with `status`. */
  stop(status: number): void;
  submit(pipe: Pipe, transfer: Transfer, done: (result: UrbResult) => void): Queued;
  /** Take a transfer back: its `done` is not called. */
  cancel(queued: Queued): void;
}

interface Job extends Queued {
  pending: boolean;
  readonly transfer: Transfer;
  readonly done: (result: UrbResult) => void;
}

interface Lane {
  readonly pipe: Pipe;
  readonly jobs: Job[];
  /** Not tried again before, in ns. */
  notBeforeNs: number;
  servedNs: number;
  errors: number;
  errorFrame: number;
}

/** A third transaction in a row without an answer ends the transfer (USB 2.0 10.2.6). */
const ERRORS = 3;
/**
 * Frames until a refused endpoint is tried again though nobody said that it became ready. Endpoint 0 each frame, as a host does at least;
 * others less often: an idle serial function has a read pending for hours.
 */
const RETRY_FRAMES = { control: 1, other: 8 } as const;
const MAX_PACKET = 64;

export function createTransactionRunner(port: UsbDevicePort, schedule: Schedule): TransactionRunner {
  const lanes = new Map<string, Lane>();
  let address = 0;
  let firstNs: number | undefined;
  let freeNs = 0;
  let readyCount = 0;
  let slot: { readonly job: Job; readonly startNs: number; readonly event: EventHandle } | undefined;

  port.onReady(() => {
    readyCount++;
    const now = schedule.now();
    let waited = false;
    for (const lane of lanes.values()) {
      if (lane.jobs.length === 0 || lane.notBeforeNs <= now || lane.pipe.interval > 0) continue;
      lane.notBeforeNs = now;
      waited = true;
    }
    if (waited) plan();
  });

  function earliest(lane: Lane): number {
    return Math.max(lane.notBeforeNs, freeNs, schedule.now());
  }

  /** The lane whose turn comes first; of two with the same time, the one that was served longer ago. */
  function nextLane(): Lane | undefined {
    let best: Lane | undefined;
    for (const lane of lanes.values()) {
      if (lane.jobs.length === 0) continue;
      const sooner = best === undefined ? -1 : earliest(lane) - earliest(best) || lane.servedNs - best.servedNs;
      if (sooner < 0) best = lane;
    }
    return best;
  }

  /** Put the next transaction into its place, unless one is on the wire. Nothing is scheduled while nothing is queued. */
  function plan(): void {
    if (slot !== undefined) {
      if (slot.startNs <= schedule.now()) return;
      schedule.cancel(slot.event);
      slot = undefined;
    }
    const lane = firstNs === undefined ? undefined : nextLane();
    const job = lane?.jobs[0];
    if (firstNs === undefined || lane === undefined || job === undefined) return;
    const transaction = job.transfer.next();
    // A host leaves room for the longest answer (USB 2.0 8.3.3: no transaction may run past the end of its frame).
    const bytes = transaction.kind === 'in' ? MAX_PACKET : transaction.bytes.length;
    const startNs = slotNs(firstNs, earliest(lane), transactionNs(bytes));
    const event = schedule.at(startNs + effectNs(transaction), () => {
      slot = undefined;
      carryOut(lane, job, transaction, startNs);
      plan();
    });
    slot = { job, startNs, event };
  }

  function carryOut(lane: Lane, job: Job, transaction: Transaction, startNs: number): void {
    const { endpoint } = lane.pipe;
    const readyBefore = readyCount;
    lane.servedNs = startNs;
    let answer: DataPacket | 'ack' | 'nak' | 'stall' | undefined;
    if (transaction.kind === 'setup') answer = port.setup(address, endpoint, transaction.bytes);
    else if (transaction.kind === 'out') answer = port.out(address, endpoint, transaction);
    else answer = port.in(address, endpoint);
    // An answer's data and the handshake follow; what they cause is taken as done now, some microseconds early.
    const isData = typeof answer === 'object';
    freeNs = startNs + transactionNs(isData ? (answer as DataPacket).bytes.length : outBytes(transaction));
    if (!job.pending) return;
    if (answer === undefined) {
      silent(lane, job);
      return;
    }
    lane.errors = 0;
    lane.notBeforeNs = 0;
    if (answer === 'nak') {
      if (readyCount === readyBefore || lane.pipe.interval > 0) lane.notBeforeNs = retryNs(lane.pipe);
      return;
    }
    if (answer === 'stall') {
      end(lane, job, job.transfer.broken(urbStatus.stall));
      return;
    }
    if (answer === 'ack') {
      settle(lane, job, job.transfer.acknowledged());
      return;
    }
    const result = job.transfer.received(answer);
    // A packet that is too long gets no handshake; every other does, also one that was here before.
    if (result?.status !== urbStatus.babble) port.acknowledge(address, endpoint);
    settle(lane, job, result);
  }

  function retryNs(pipe: Pipe): number {
    const frames = pipe.interval > 0 ? pipe.interval : RETRY_FRAMES[pipe.direction === 'control' ? 'control' : 'other'];
    const first = firstNs ?? 0;
    return first + (frameAt(first, schedule.now()) + frames) * FRAME_NS;
  }

  /** No handshake. It counts once a frame, so that a device that is not ready yet has some milliseconds. */
  function silent(lane: Lane, job: Job): void {
    const frame = frameAt(firstNs ?? 0, schedule.now());
    if (lane.errors === 0 || frame !== lane.errorFrame) lane.errors++;
    lane.errorFrame = frame;
    lane.notBeforeNs = (firstNs ?? 0) + (frame + 1) * FRAME_NS;
    if (lane.errors >= ERRORS) end(lane, job, job.transfer.broken(urbStatus.protocol));
  }

  function settle(lane: Lane, job: Job, result: UrbResult | undefined): void {
    if (result !== undefined && job.pending) end(lane, job, result);
  }

  function end(lane: Lane, job: Job, result: UrbResult): void {
    drop(lane, job);
    job.done(result);
  }

  function drop(lane: Lane, job: Job): void {
    job.pending = false;
    lane.jobs.splice(lane.jobs.indexOf(job), 1);
    lane.errors = 0;
    lane.notBeforeNs = 0;
  }

  return {
    get address() {
      return address;
    },
    set address(value: number) {
      address = value;
    },
    start() {
      firstNs = schedule.now();
      freeNs = firstNs;
      port.setFrames(true, 0);
      plan();
    },
    stop(status) {
      if (firstNs !== undefined) port.setFrames(false);
      firstNs = undefined;
      if (slot !== undefined) schedule.cancel(slot.event);
      slot = undefined;
      const left = [...lanes.values()].flatMap((lane) => lane.jobs);
      lanes.clear();
      for (const job of left) job.pending = false;
      for (const job of left) job.done(job.transfer.broken(status));
    },
    submit(pipe, transfer, done) {
      const name = `${pipe.endpoint} ${pipe.direction}`;
      const known = lanes.get(name);
      const lane: Lane =
        known?.pipe.interval === pipe.interval
          ? known
          : { pipe, jobs: known?.jobs ?? [], notBeforeNs: 0, servedNs: 0, errors: 0, errorFrame: 0 };
      lanes.set(name, lane);
      const job: Job = { pending: true, transfer, done };
      lane.jobs.push(job);
      plan();
      return job;
    },
    cancel(queued) {
      for (const lane of lanes.values()) {
        const job = lane.jobs.find((each) => each === queued);
        if (job === undefined) continue;
        drop(lane, job);
        // Also what is on the wire for it ends there.
        if (slot?.job === job) {
          schedule.cancel(slot.event);
          slot = undefined;
        }
        plan();
      }
    },
  };
}

function outBytes(transaction: Transaction): number | undefined {
  return transaction.kind === 'in' ? undefined : transaction.bytes.length;
}
