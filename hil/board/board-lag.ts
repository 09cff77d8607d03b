import { deadline, type LagSource } from '../trace/deadline.ts';
import type { BoardWires } from './bench-types.ts';
import { askControl } from './control-channel.ts';

/** Longer than a virtual board's thread can be kept from running on a machine that is of any use. */
const ANSWER_MS = 10_000;

export interface BoardLag {
  /** Growth since the first question, in ms, as last told: with what the board may still make up for. */
  readonly lag: LagSource;
  /** The part of it that the board has given up to make up for. */
  readonly lagForGood: LagSource;
  /** Asks the board; callers at the same time share one question. Never rejects: a board that does not answer has told nothing new. */
  readonly askLag: () => Promise<void>;
}

/** How far a board falls behind the wall from now on. A real one does not. */
export async function followLag(wires: Pick<BoardWires, 'board' | 'control'>): Promise<BoardLag> {
  if (wires.control === undefined) return { lag: () => 0, lagForGood: () => 0, askLag: async () => {} };
  let atStart: number | undefined;
  let lagMs = 0;
  let forGoodMs = 0;
  let asking: Promise<void> | undefined;
  const ask = async (): Promise<void> => {
    const limit = deadline('how far the board is behind', ANSWER_MS, { board: wires.board });
    const status = await askControl(wires, { op: 'status' }, limit).catch(() => undefined);
    if (status === undefined) return;
    const total = Number(status.lagTotalNs ?? 0) / 1e6;
    atStart ??= total;
    forGoodMs = total - atStart;
    lagMs = forGoodMs + Number(status.lagNs ?? 0) / 1e6;
  };
  const askLag = (): Promise<void> => {
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    return asking;
  };
  await askLag();
  return { lag: () => lagMs, lagForGood: () => forGoodMs, askLag };
}
