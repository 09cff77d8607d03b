import { setTimeout as delay } from 'node:timers/promises';
import type { Bench } from '../board/bench-types.ts';
import { symbolAt } from '../board/sight.ts';
import { contains } from '../chip/chip.ts';
import { hex } from '../error/format-error.ts';
import { HilError } from '../error/hil-error.ts';
import type { Image } from '../image/image.ts';
import type { CoreRegister } from '../probe/tcl-commands.ts';

/** xPSR with the Thumb bit alone: flags as a call may find them, no IT or ICI state of the code that was interrupted. */
const XPSR_THUMB = 0x0100_0000;
const IPSR = 0x1ff;
/** Most halts until the core is met in thread mode. An application that spends more than nine tenths in handlers is not called. */
const LOOKS = 50;
/** So many of them wait for PRIMASK = 0 as well: an application that never enables interrupts is called with them disabled. */
const LOOKS_FOR_PRIMASK = 25;
/** A prime number of ms beside the usual 1 ms tick, so that looks do not fall on the same place of its period. */
const BETWEEN_LOOKS_MS = 7;
const BRANCH_TO_SELF = 0xe7fe;

/** How a call was made, for the report and to recognise that the function came back. */
export interface Call {
  /** Where the application was interrupted for it. */
  readonly from: { readonly pc: number; readonly symbol: string | undefined; readonly primask: number };
  readonly looks: number;
  /** Stack pointer at the function's first instruction. */
  readonly sp: number;
  /** Where the function returns to: an endless loop of the image; undefined if it has none, then to where it was called. */
  readonly returnsTo: number | undefined;
}

const LOOKED_AT = ['pc', 'sp', 'xPSR', 'primask'] as const satisfies readonly CoreRegister[];

/**
 * Lets a running application call a function of no arguments: halts the core by the probe until it is met in thread mode (and with
 * interrupts enabled, if it ever has them), sets PC, LR, SP and xPSR as a `BLX` through a function pointer would leave them, and
 * lets go. The core leaves the halt by the write that ends debugging, so the function runs from its first instruction as in the field.
 * @param address Of the function, without the Thumb bit.
 * @param options.keepProbe For those who watch it: the probe stays acquired, with its breakpoints.
 * @throws HilError 472 (never in thread mode; the address is no code of the application)
 */
export async function callFunction(
  bench: Pick<Bench, 'probe' | 'board' | 'chip' | 'scope'>,
  image: Image,
  address: number,
  { keepProbe = false }: { readonly keepProbe?: boolean } = {},
): Promise<Call> {
  const { probe, board, chip, scope } = bench;
  const inCode = [chip.flash, chip.sram, ...(chip.sram2 === undefined ? [] : [chip.sram2])].some((region) =>
    contains(region, address, 2),
  );
  if (!inCode) {
    throw new HilError(472, `${board}: ${hex(address)} is neither in flash nor in RAM, so no function can be there`, {
      blame: 'test',
      context: { address },
    });
  }
  const returnsTo = endlessLoopIn(image);
  let last: Readonly<Record<(typeof LOOKED_AT)[number], number>> | undefined;
  for (let looks = 1; looks <= LOOKS; looks++) {
    await probe.reacquire();
    await probe.halt();
    last = await probe.readRegisters(LOOKED_AT);
    if ((last.xPSR & IPSR) === 0 && (last.primask === 0 || looks > LOOKS_FOR_PRIMASK)) {
      // 8 bytes at a public interface (AAPCS32 6.2.1.2); code between may have it at 4.
      const sp = (last.sp - (last.sp % 8)) >>> 0;
      const lr = ((returnsTo ?? last.pc) | 1) >>> 0;
      if (keepProbe) {
        const registers = { sp, lr, xPSR: XPSR_THUMB, pc: address } as const;
        for (const [name, value] of Object.entries(registers)) await probe.writeRegister(name as CoreRegister, value);
        await probe.resume();
      } else await probe.releaseAt({ sp, lr, pc: address, xpsr: XPSR_THUMB });
      return {
        from: { pc: last.pc, symbol: symbolAt(image, last.pc), primask: last.primask },
        looks,
        sp,
        returnsTo,
      };
    }
    await probe.resume();
    await delay(BETWEEN_LOOKS_MS, undefined, { signal: scope.signal });
  }
  await probe.release();
  throw new HilError(
    472,
    `${board}: the core was in exception ${(last?.xPSR ?? 0) & IPSR} in the last of ${LOOKS} looks and never in thread mode, so that nothing could be called`,
    { blame: 'firmware', context: { pc: last?.pc } },
  );
}

/** Address of a `B .` in the image: there a function that returns stands visibly, while interrupts go on. */
export function endlessLoopIn(image: Image): number | undefined {
  for (const { address, bytes } of image.segments) {
    for (let at = address % 2; at + 2 <= bytes.length; at += 2) {
      if (((bytes[at] as number) | ((bytes[at + 1] as number) << 8)) === BRANCH_TO_SELF) return address + at;
    }
  }
  return undefined;
}
