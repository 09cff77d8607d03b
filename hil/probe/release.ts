import type { Chip } from '../chip/chip.ts';
import { hex } from '../error/format-error.ts';
import { HilError } from '../error/hil-error.ts';
import { deadline } from '../trace/deadline.ts';
import { until } from '../trace/wait.ts';
import {
  coreRegisterSelector,
  DCRDR,
  DCRSR,
  DCRSR_WRITE,
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

/** A transfer takes a few cycles of the core's clock; this is room for a busy probe. */
const REGISTER_MS = 1_000;

/** Core registers with which a halted core goes on. */
export type StartRegisters = Readonly<Partial<Record<keyof typeof coreRegisterSelector, number>>>;

/**
 * Leaves the chip as no debugger had been there: breakpoints and watchpoints off, vector catch off, DBGMCU cleared, the core running
 * with C_DEBUGEN clear. From here on OpenOCD polls no more, so the wires stay quiet until the next call.
 * All of these survive a system reset, which is why a reset is no substitute (Armv6-M, C1.6).
 * @param start Registers of a halted core: it leaves the halt by the very write that ends debugging, so that its first instruction
 *   there runs as in the field already.
 * @throws HilError 411 if the core was to be started and is not halted; 416 if a register does not read as it should.
 */
export async function releaseTarget(
  board: string,
  chip: Chip,
  tcl: TclCommands,
  start?: StartRegisters,
): Promise<ReleaseEvidence> {
  const mcu = chip.debugMcu;
  const word = async (address: number): Promise<number> => (await tcl.readMemory(address, 32, 1))[0] as number;

  await tcl.run('rbp all');
  const halted = (await tcl.state()) === 'halted';
  if (start !== undefined && !halted) {
    throw new HilError(411, `${board}: the core runs; it can be started at other registers only while it is halted`, {
      blame: 'test',
    });
  }

  const [fpCtrl, dwtCtrl] = await tcl.readWords([FP_CTRL, DWT_CTRL]);
  const zeroes = (first: number, count: number, stride: number) =>
    Array.from({ length: count }, (_, i) => [first + stride * i, 0] as const);
  await tcl.writeWords([
    [FP_CTRL, FP_CTRL_DISABLE],
    ...zeroes(FP_COMP0, comparatorCount(fpCtrl as number), 4),
    // The watchpoint registers exist for a debugger while DEMCR.DWTENA is set only, so they go before DEMCR.
    ...zeroes(DWT_FUNCTION0, (dwtCtrl as number) >>> 28, DWT_COMPARATOR_STRIDE),
  ]);
  const cleared = await clearDbgmcu(mcu, tcl);
  // Not earlier: a program that runs changes the register that holds the clock of DBGMCU, too.
  if (halted && start === undefined) await tcl.run('resume');
  await tcl.run('poll off');

  // Past OpenOCD's cache of registers: it would write that back at its own resume only, under C_DEBUGEN.
  for (const [name, value] of Object.entries(start ?? {})) {
    await tcl.writeWords([
      [DCRDR, value],
      [DCRSR, (DCRSR_WRITE | coreRegisterSelector[name as keyof StartRegisters]) >>> 0],
    ]);
    await until(
      deadline('transfer of a core register', REGISTER_MS, { board }),
      `S_REGRDY after the write of ${name}`,
      async () => ((await word(DHCSR)) & dhcsr.S_REGRDY) !== 0,
    );
  }
  if (start !== undefined) tcl.startedElsewhere();
  // OpenOCD's resume sets DEMCR.DWTENA once more.
  await tcl.writeWords([
    [DEMCR, 0],
    [DHCSR, DHCSR_RELEASE],
  ]);
  const [dhcsrNow, demcrNow, fpCtrlNow] = await tcl.readWords([DHCSR, DEMCR, FP_CTRL]);
  const evidence: ReleaseEvidence = {
    DHCSR: dhcsrNow as number,
    DEMCR: demcrNow as number,
    FP_CTRL: fpCtrlNow as number,
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

/** Its registers answer while DBGMCU has its clock only; the clock is left as it was found. */
async function clearDbgmcu(
  { CR, freezes, clock }: Chip['debugMcu'],
  tcl: TclCommands,
): Promise<Pick<ReleaseEvidence, 'DBGMCU_CR' | 'freezes'>> {
  const clockWas = clock === undefined ? 0 : await tcl.changeBit(clock.register, clock.bit, true);
  await tcl.writeWords([CR, ...freezes].map((register) => [register, 0] as const));
  const [DBGMCU_CR, ...frozen] = await tcl.readWords([CR, ...freezes]);
  if (clock !== undefined && ((clockWas >>> clock.bit) & 1) === 0)
    await tcl.changeBit(clock.register, clock.bit, false);
  return { DBGMCU_CR: DBGMCU_CR as number, freezes: frozen };
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
