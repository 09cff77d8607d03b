import type { Chip } from '../chip/chip.ts';
import { hex } from '../error/format-error.ts';
import { HilError } from '../error/hil-error.ts';
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
import { deadline } from '../trace/deadline.ts';
import { until } from '../trace/wait.ts';
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
  const put = (address: number, value: number): Promise<void> => tcl.writeMemory(address, 32, [value]);

  await tcl.run('rbp all');
  await tcl.run('poll');
  const halted = (await tcl.state()) === 'halted';
  if (start !== undefined && !halted) {
    throw new HilError(411, `${board}: the core runs; it can be started at other registers only while it is halted`, {
      blame: 'test',
    });
  }
  if (halted && start === undefined) await tcl.run('resume');
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

  // Past OpenOCD's cache of registers: it would write that back at its own resume only, under C_DEBUGEN.
  for (const [name, value] of Object.entries(start ?? {})) {
    await put(DCRDR, value);
    await put(DCRSR, (DCRSR_WRITE | coreRegisterSelector[name as keyof StartRegisters]) >>> 0);
    await until(
      deadline('transfer of a core register', REGISTER_MS, { board }),
      `S_REGRDY after the write of ${name}`,
      async () => ((await word(DHCSR)) & dhcsr.S_REGRDY) !== 0,
    );
  }
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
