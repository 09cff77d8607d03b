import { HilError } from '../error/hil-error.ts';
import type { VirtualBoard, VirtualBoardOptions } from './board-types.ts';
import { readInputLog, sha256 } from './wire/input-log.ts';
import { createOutside } from './wire/outside.ts';
import type { LoggedInput } from './wire/outside-input.ts';

export interface ReplayResult {
  /** Virtual time reached, in ns. */
  readonly nowNs: number;
  readonly stateHash: string;
  /** Check points of the log that were compared; all agreed. */
  readonly checked: number;
}

/**
 * Run a board through a log of inputs, without wires and without the wall.
 *
 * @throws HilError 443 at the first place where time or state differ from the log.
 */
export function replayEntries(board: VirtualBoard, entries: readonly LoggedInput[]): ReplayResult {
  const outside = createOutside(board, () => {});
  let checked = 0;
  entries.forEach(({ targetNs, nowNs, input }, index) => {
    outside.runUntil(targetNs);
    if (outside.now() !== nowNs) {
      throw diverged(board.name, index, `it stands at ${outside.now()} ns, the log at ${nowNs} ns`);
    }
    if (input.in !== 'check') {
      outside.apply(input);
      return;
    }
    const hash = board.stateHash();
    if (hash !== input.hash) throw diverged(board.name, index, `its state is ${hash}, in the log ${input.hash}`);
    checked++;
  });
  return { nowNs: outside.now(), stateHash: board.stateHash(), checked };
}

/** Everything of a board but its name, model, ROM ID and seed, which the log knows. */
export type ReplayImages = Pick<VirtualBoardOptions, 'rom' | 'flash'>;

/**
 * Replay a log file on a board made by `create` from the log's header and the images it was recorded with.
 *
 * @throws HilError 644 for a file that is no log or was recorded with other images; 443 as `replayEntries`.
 */
export function replay(
  path: string,
  images: ReplayImages,
  create: (options: VirtualBoardOptions) => VirtualBoard,
): ReplayResult {
  const { header, entries } = readInputLog(path);
  sameImage(path, 'ROM', header.romSha256, images.rom);
  sameImage(path, 'flash', header.flashSha256, images.flash);
  const { board, model, romId, seed } = header;
  return replayEntries(
    create({ name: board, model, ...(romId === undefined ? {} : { romId }), seed, ...images }),
    entries,
  );
}

function sameImage(path: string, what: string, recorded: string | null, bytes: Uint8Array | undefined): void {
  const given = bytes === undefined ? null : sha256(bytes);
  if (given === recorded) return;
  throw new HilError(644, `${path} was recorded with another ${what} image`, {
    blame: 'test',
    context: { path, recorded, given },
  });
}

function diverged(board: string, index: number, how: string): HilError {
  return new HilError(443, `replay of ${board} differs from its log at entry ${index + 1}: ${how}`, {
    blame: 'rig',
    context: { entry: index + 1 },
  });
}
