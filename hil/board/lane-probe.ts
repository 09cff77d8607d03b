import { chipNamed } from '../chip/lookup.ts';
import { openProbe, type Probe } from '../probe/probe.ts';
import type { Recorder } from '../trace/recorder.ts';
import type { BoardScope, BoardWires } from './bench-types.ts';

/** The probe of a board, kept from one test to the next: to start OpenOCD for each would cost more than most tests do. */
export interface LaneProbe {
  readonly probe: Probe;
  /** From now on its steps belong to this scope, and its deadlines stretch by that scope's lag. */
  attach(scope: BoardScope): void;
}

/**
 * Starts OpenOCD on a board's probe. What one test may not do any more is decided by whoever hands the probe on: closing it makes
 * every call under way reject.
 * @throws HilError 231 to 239
 */
export async function openLaneProbe(wires: BoardWires, first: BoardScope): Promise<LaneProbe> {
  let current = first;
  const recorder: Recorder = {
    nextId: () => current.recorder.nextId(),
    stamp: () => current.recorder.stamp(),
    emit: (event) => current.recorder.emit(event),
    addSink: (sink) => current.recorder.addSink(sink),
  };
  const probe = await openProbe({
    chip: chipNamed(wires.chip),
    board: wires.board,
    permissions: wires.permissions,
    address: wires.probe,
    scope: {
      board: wires.board,
      lag: () => current.lag(),
      lagForGood: () => current.lagForGood(),
      askLag: () => current.askLag(),
    },
    recorder,
  });
  return {
    probe,
    attach(scope) {
      current = scope;
    },
  };
}
