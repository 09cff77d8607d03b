import { isHilError } from '../../error/hil-error.ts';
import { until } from '../../trace/wait.ts';
import type { An3155Link } from './link.ts';
import type { RomQuirks } from './rom-quirks.ts';
import { resynchronise } from './sync.ts';

export interface EraseRequest {
  readonly quirks: RomQuirks | undefined;
  /** Most pages in one command. */
  readonly limit: number;
  erase(pages: readonly number[]): Promise<void>;
  report(done: number, total: number): void;
}

/** Erases pages in as few commands as the ROM can be trusted with. */
export async function erasePagesWithQuirks(
  link: An3155Link,
  wanted: readonly number[],
  request: EraseRequest,
): Promise<void> {
  const pages = [...new Set(wanted)].sort((a, b) => a - b);
  const single = request.quirks?.singlePageErase;
  const isSingle = (page: number): boolean => single !== undefined && page >= (single.from ?? 0);
  for (let done = 0; done < pages.length; ) {
    const alone = isSingle(pages[done] as number);
    const some = alone
      ? pages.slice(done, done + 1)
      : pages.slice(done, done + request.limit).filter((page) => !isSingle(page));
    await (alone ? inStep(link, () => request.erase(some)) : request.erase(some));
    if (alone && single !== undefined && single.settleMs > 0) await settle(link, single.settleMs);
    done += some.length;
    request.report(done, pages.length);
  }
}

/** Erases everything. A ROM that acknowledges a page before it is gone does so with the whole flash, too. */
export async function eraseAllWithQuirks(
  link: An3155Link,
  quirks: RomQuirks | undefined,
  eraseAll: () => Promise<void>,
): Promise<void> {
  await eraseAll();
  const settleMs = quirks?.singlePageErase?.settleMs ?? 0;
  if (settleMs > 0) await settle(link, settleMs);
}

/** How long a byte that brings the ROM back in step is waited for, when the first try has shown that the answers come late. */
const PATIENCE_MS = 150;

/**
 * After the effect of an earlier erase a NACK may come from a ROM that still held half a command, because its answer to the last byte
 * was late. Brought back in step it is asked once more; what it refuses then it refuses.
 */
async function inStep(link: An3155Link, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isHilError(error) || error.code !== 304) throw error;
    await resynchronise(link, PATIENCE_MS);
    await work();
  }
}

/**
 * Nothing announces the end of this defect's after-effect: AN2606 prescribes the time. A board that is slower than that (a virtual
 * one on a busy machine) is still deaf then, so the ROM is asked for a sign before the next command.
 */
async function settle(link: An3155Link, ms: number): Promise<void> {
  const limit = link.budget('after-effect of an erase', ms * 10, 0);
  await until(limit, 'end of the prescribed time', () => limit.elapsedMs() - limit.lagMs() >= ms);
  await resynchronise(link);
}
