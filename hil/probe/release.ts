import type { Chip } from '../chip/chip.ts';
import { hex } from '../error/format-error.ts';
import { HilError } from '../error/hil-error.ts';
import {
  DEMCR,
  DHCSR,
  DHCSR_RELEASE,
  DWT_CTRL,
  DWT_FUNCTION0,
  dhcsr,
  FP_COMP0,
  FP_CTRL,
  FP_CTRL_DISABLE,
} from './debug-registers.ts';
import type { TclCommands } from './tcl-commands.ts';

/** What the debug registers read after everything was put back: the proof that the core runs as in the field. */
export interface ReleaseEvidence {
  readonly DHCSR: number;
  readonly DEMCR: number;
  readonly FP_CTRL: number;
  readonly DBGMCU_CR: number;
  readonly freezes: readonly number[];
}

const DWT_COMPARATOR_STRIDE = 0x10;

/**
 * Leaves the chip as no debugger had been there: breakpoints and watchpoints off, vector catch off, DBGMCU cleared, the core running
 * with C_DEBUGEN clear. From here on OpenOCD polls no more, so the wires stay quiet until the next call.
 * All of these survive a system reset, which is why a reset is no substitute (Armv6-M, C1.6).
 * @throws HilError 416 if a register does not read as it should.
 */
export async function releaseTarget(board: string, chip: Chip, tcl: TclCommands): Promise<ReleaseEvidence> {
  const mcu = chip.debugMcu;
  const word = async (address: number): Promise<number> => (await tcl.readMemory(address, 32, 1))[0] as number;
  const put = (address: number, value: number): Promise<void> => tcl.writeMemory(address, 32, [value]);

  await tcl.run('rbp all');
  await tcl.run('poll');
  if ((await tcl.state()) === 'halted') await tcl.run('resume');
  await tcl.run('poll off');

  await put(FP_CTRL, FP_CTRL_DISABLE);
  const comparators = comparatorCount(await word(FP_CTRL));
  for (let i = 0; i < comparators; i++) await put(FP_COMP0 + 4 * i, 0);
  // The watchpoint registers exist for a debugger while DEMCR.DWTENA is set only, so they go before DEMCR.
  const watchpoints = (await word(DWT_CTRL)) >>> 28;
  for (let i = 0; i < watchpoints; i++) await put(DWT_FUNCTION0 + DWT_COMPARATOR_STRIDE * i, 0);
  await put(DEMCR, 0);

  const clockWas = mcu.clock === undefined ? 0 : await word(mcu.clock.register);
  if (mcu.clock !== undefined) await put(mcu.clock.register, (clockWas | (1 << mcu.clock.bit)) >>> 0);
  await put(mcu.CR, 0);
  for (const freeze of mcu.freezes) await put(freeze, 0);
  const cleared = { DBGMCU_CR: await word(mcu.CR), freezes: await Promise.all(mcu.freezes.map(word)) };
  if (mcu.clock !== undefined) await put(mcu.clock.register, clockWas);

  await put(DHCSR, DHCSR_RELEASE);
  const evidence: ReleaseEvidence = {
    DHCSR: await word(DHCSR),
    DEMCR: await word(DEMCR),
    FP_CTRL: await word(FP_CTRL),
    ...cleared,
  };
  const left = remains(evidence);
  if (left !== undefined) {
    throw new HilError(416, `${board}: the chip was not left as in the field: ${left}`, {
      blame: 'rig',
      context: { ...evidence },
    });
  }
  return evidence;
}

/** Comparators for instructions and literals: NUM_CODE in bits 14:12 and 7:4, NUM_LIT in bits 11:8 (DDI 0403, C1.11.3). */
export function comparatorCount(fpCtrl: number): number {
  return ((fpCtrl >>> 4) & 0xf) + ((fpCtrl >>> 8) & 0x70) + ((fpCtrl >>> 8) & 0xf);
}

/** The first thing that still differs from the field; undefined if nothing does. */
export function remains(evidence: ReleaseEvidence): string | undefined {
  if ((evidence.DHCSR & dhcsr.C_DEBUGEN) !== 0) return `C_DEBUGEN is set (DHCSR ${hex(evidence.DHCSR)})`;
  if ((evidence.DHCSR & dhcsr.S_HALT) !== 0) return `the core is halted (DHCSR ${hex(evidence.DHCSR)})`;
  if (evidence.DEMCR !== 0) return `DEMCR reads ${hex(evidence.DEMCR)}`;
  if ((evidence.FP_CTRL & 1) !== 0) return `the breakpoint unit is on (FP_CTRL ${hex(evidence.FP_CTRL)})`;
  if (evidence.DBGMCU_CR !== 0) return `DBGMCU_CR reads ${hex(evidence.DBGMCU_CR)}`;
  const freeze = evidence.freezes.find((value) => value !== 0);
  if (freeze !== undefined) return `a DBGMCU freeze register reads ${hex(freeze)}`;
  return undefined;
}
