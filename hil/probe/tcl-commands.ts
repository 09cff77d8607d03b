import { hex } from '../error/format-error.ts';
import { HilError } from '../error/hil-error.ts';
import { type Deadline, type DeadlineScope, deadline } from '../trace/deadline.ts';
import type { TclConnection } from '../transport/tcl-connection.ts';

/** Core registers under OpenOCD's names; the special ones are Armv6-M's and Armv7-M's, the last two Armv7-M's alone. */
export const coreRegisters = [
  'r0',
  'r1',
  'r2',
  'r3',
  'r4',
  'r5',
  'r6',
  'r7',
  'r8',
  'r9',
  'r10',
  'r11',
  'r12',
  'sp',
  'lr',
  'pc',
  'xPSR',
  'msp',
  'psp',
  'primask',
  'control',
  'basepri',
  'faultmask',
] as const;
export type CoreRegister = (typeof coreRegisters)[number];

export type Width = 8 | 16 | 32;

/** Most elements in one command: OpenOCD answers in text, and a line stays short of its limits. */
const CHUNK = 4096;

/** Long enough for one exchange while the target is slow to answer; OpenOCD retries a waiting DAP for up to a second. */
const COMMAND_MS = 5000;

/** The few OpenOCD commands the probe needs, each with its answer parsed. */
export interface TclCommands {
  /** Runs a command whose answer does not matter. What it printed is returned for a person to read. */
  run(script: string, ms?: number): Promise<string>;
  readMemory(address: number, width: Width, count: number): Promise<readonly number[]>;
  /** The words at these addresses, in this order: one exchange with OpenOCD, which polls the target once for each. */
  readWords(addresses: readonly number[]): Promise<readonly number[]>;
  writeMemory(address: number, width: Width, values: readonly number[]): Promise<void>;
  /** Words to addresses of their own, in this order, in one exchange. */
  writeWords(writes: readonly (readonly [address: number, value: number])[]): Promise<void>;
  /**
   * Sets or clears one bit of a word, read and written in one exchange: whatever else the running program changes there in that short
   * time is lost. Returns the word as it was.
   */
  changeBit(address: number, bit: number, set: boolean): Promise<number>;
  readRegisters<T extends CoreRegister>(names: readonly T[]): Promise<Readonly<Record<T, number>>>;
  writeRegister(name: CoreRegister, value: number): Promise<void>;
  /**
   * Says that the core was started past OpenOCD. On the ST-Link's own commands (`hla`) OpenOCD then still takes the registers of the
   * last halt for the core's, at the next halt too; so they are fetched anew before the first one is read or written.
   */
  startedElsewhere(): void;
  /** `running`, `halted`, `reset`, `unknown`, ... as OpenOCD sees it now. */
  state(): Promise<string>;
}

export function createTclCommands(
  tcl: TclConnection,
  board: string,
  target: string,
  scope: DeadlineScope,
): TclCommands {
  const limit = (name: string, ms = COMMAND_MS): Deadline => deadline(name, ms, { ...scope, board });
  const malformed = (command: string, answer: string): HilError =>
    new HilError(224, `${board}: OpenOCD answered '${command}' with '${answer.trim().slice(0, 120)}'`, {
      blame: 'rig',
      context: { command, answer: answer.slice(0, 400) },
    });
  let outdated = false;
  const renewRegisters = async (): Promise<void> => {
    if (!outdated) return;
    // The last two are there on Armv7-M only.
    const script = `foreach __hil_name {${coreRegisters.join(' ')}} { catch { get_reg -force $__hil_name } }`;
    await tcl.evaluate(script, limit('core registers anew'));
    outdated = false;
  };
  return {
    run: (script, ms) => tcl.print(script, limit(script, ms)),
    async readMemory(address, width, count) {
      const step = width / 8;
      const all: number[] = [];
      while (all.length < count) {
        const some = Math.min(CHUNK, count - all.length);
        const command = `read_memory ${plainHex(address + all.length * step)} ${width} ${some}`;
        const answer = await tcl.evaluate(command, limit(command));
        const values = answer.trim().split(/\s+/).map(Number);
        if (values.length !== some || values.some((value) => !Number.isInteger(value)))
          throw malformed(command, answer);
        all.push(...values);
      }
      return all;
    },
    async readWords(addresses) {
      if (addresses.length === 0) return [];
      const command = `concat ${runsOf(addresses)
        .map(([first, count]) => `[read_memory ${plainHex(first)} 32 ${count}]`)
        .join(' ')}`;
      const answer = await tcl.evaluate(command, limit(`read of ${addresses.length} words`));
      const values = answer.trim().split(/\s+/).map(Number);
      if (values.length !== addresses.length || values.some((value) => !Number.isInteger(value)))
        throw malformed(command, answer);
      return values;
    },
    async writeMemory(address, width, values) {
      const step = width / 8;
      for (let done = 0; done < values.length; done += CHUNK) {
        const some = values
          .slice(done, done + CHUNK)
          .map(plainHex)
          .join(' ');
        const command = `write_memory ${plainHex(address + done * step)} ${width} {${some}}`;
        await tcl.evaluate(command, limit(`write of memory at ${hex(address)}`));
      }
    },
    async writeWords(writes) {
      if (writes.length === 0) return;
      const script = writes.map(([address, value]) => `write_memory ${plainHex(address)} 32 ${plainHex(value)}`);
      await tcl.evaluate(script.join('; '), limit(`write of ${writes.length} words`));
    },
    async changeBit(address, bit, set) {
      const at = plainHex(address);
      const changed = set ? `$__hil_was | ${plainHex(1 << bit)}` : `$__hil_was & ${plainHex(~(1 << bit))}`;
      const script = `set __hil_was [read_memory ${at} 32 1]; write_memory ${at} 32 [expr {${changed}}]; set __hil_was`;
      const was = Number(await tcl.evaluate(script, limit(`bit ${bit} of ${hex(address)}`)));
      if (!Number.isInteger(was)) throw malformed(script, String(was));
      return was;
    },
    startedElsewhere() {
      outdated = true;
    },
    async readRegisters(names) {
      await renewRegisters();
      // Without -force: a register just written is in OpenOCD only until the core goes on, and would be lost.
      const command = `get_reg {${names.join(' ')}}`;
      const answer = await tcl.evaluate(command, limit(command));
      const words = answer.trim().split(/\s+/);
      const values: Partial<Record<CoreRegister, number>> = {};
      for (let i = 0; i + 1 < words.length; i += 2) values[words[i] as CoreRegister] = Number(words[i + 1]);
      for (const name of names) if (!Number.isInteger(values[name])) throw malformed(command, answer);
      return values as Record<(typeof names)[number], number>;
    },
    async writeRegister(name, value) {
      await renewRegisters();
      const command = `set_reg {${name} ${plainHex(value)}}`;
      await tcl.evaluate(command, limit(command));
    },
    async state() {
      return (await tcl.evaluate(`poll; ${target} curstate`, limit('state of the core'))).trim();
    },
  };
}

/** Words that follow each other are read as one: first address and count. */
function runsOf(addresses: readonly number[]): readonly (readonly [first: number, count: number])[] {
  const runs: [number, number][] = [];
  for (const address of addresses) {
    const last = runs.at(-1);
    if (last !== undefined && address === last[0] + 4 * last[1]) last[1] += 1;
    else runs.push([address, 1]);
  }
  return runs;
}

export function plainHex(value: number): string {
  return `0x${(value >>> 0).toString(16)}`;
}
