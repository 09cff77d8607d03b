import { HilError } from '../error/hil-error.ts';

/** The environment variable in which `hil run --patience` reaches the processes of its boards. */
export const PATIENCE = 'HIL_PATIENCE';

const MOST = 20;

/**
 * How many times as long as usual a test may take, 1 to 20: for a machine that is slow (a small computer in a lab, an emulated one). What a
 * board may take to answer does not change.
 * @throws HilError 612 if it is no such number
 */
export function readPatience(text: string | undefined): number {
  if (text === undefined) return 1;
  const factor = Number(text);
  if (text.trim() !== '' && factor >= 1 && factor <= MOST) return factor;
  throw new HilError(612, `patience is a factor from 1 to ${MOST}, not '${text}'`, {
    blame: 'test',
    context: { patience: text },
  });
}
