import type { Chip } from '../chip/chip.ts';
import { HilError } from '../error/hil-error.ts';
import type { KnownState, Permissions } from '../guard/access.ts';
import { requirePermission, weighsOptionWords } from '../guard/decide.ts';
import type { OptionWords } from '../guard/with-restored.ts';
import type { Image } from '../image/image.ts';
import { type DeadlineScope, deadline } from '../trace/deadline.ts';
import type { Recorder } from '../trace/recorder.ts';
import { recordStep } from '../trace/step.ts';
import { until } from '../trace/wait.ts';
import { connectByLadder } from './connect.ts';
import { DEMCR, DHCSR, DHCSR_RELEASE, dhcsr, FP_CTRL, FP_CTRL_ENABLE, TRCENA, VC_FAULTS } from './debug-registers.ts';
import type { EmptyFlagEvidence } from './empty-flag.ts';
import { clearEmptyFlag } from './empty-flag.ts';
import { eraseAll, erasePages, type FlashEvidence, type FlashTarget, programImage, readBytes } from './flash-access.ts';
import { createFlashControl, type FlashControl } from './flash-control.ts';
import { type Identity, readIdentity } from './identity.ts';
import { type Inspection, inspectCore } from './inspect.ts';
import type { Attach, ProbeAddress, ProbeTransport } from './openocd-args.ts';
import type { OpenOcdFacts } from './openocd-log.ts';
import type { OpenOcd } from './openocd-process.ts';
import { availableTargetScript, type TargetScript } from './openocd-scripts.ts';
import { loadOptionBytes, readOptionWords, writeOptionWords } from './option-bytes.ts';
import { type ReleaseEvidence, releaseTarget, type StartRegisters } from './release.ts';
import { type CoreRegister, createTclCommands, plainHex, type TclCommands, type Width } from './tcl-commands.ts';

export interface ProbeOptions {
  readonly chip: Chip;
  /** Named in errors and in the step stream. */
  readonly board: string;
  readonly permissions: Permissions;
  readonly address: ProbeAddress;
  /** Default `hla`. */
  readonly transport?: ProbeTransport;
  /** Ways to connect, in this order; default hot, then under reset. */
  readonly ladder?: readonly Attach[];
  readonly gdbPort?: number;
  readonly workAreaBytes?: number;
  /** The OpenOCD program; default `openocd` on the PATH. */
  readonly openocd?: string;
  /** Default: what the OpenOCD has for the family, or the package's own script. */
  readonly target?: TargetScript;
  readonly scope?: DeadlineScope;
  readonly recorder?: Recorder;
}

/**
 * The ST-Link of a board. OpenOCD does the work; its Tcl is not to be had from outside.
 * Every call can throw HilError 222 and 226 (OpenOCD is gone: `reacquire` starts another), 223 (it failed), 225 (no answer in time),
 * 415 (released: `reacquire` first), 501 (revoked).
 */
export interface Probe {
  /** What OpenOCD logged about probe and target. */
  facts(): OpenOcdFacts;
  /** OpenOCD's log, its last 64 KiB: for reports and reproduction bundles. */
  log(): string;
  readonly pid: number;
  readonly gdbPort: number | undefined;
  /** The way by which the connection came about. */
  readonly attach: Attach;
  halt(): Promise<void>;
  resume(): Promise<void>;
  /** One instruction. The core must be halted. */
  step(): Promise<void>;
  isHalted(): Promise<boolean>;
  /** Waits until the core halts by itself: breakpoint, vector catch. @throws HilError 411 */
  waitUntilHalted(ms: number): Promise<void>;
  readRegister(name: CoreRegister): Promise<number>;
  readRegisters<T extends CoreRegister>(names: readonly T[]): Promise<Readonly<Record<T, number>>>;
  writeRegister(name: CoreRegister, value: number): Promise<void>;
  setBreakpoint(address: number): Promise<void>;
  clearBreakpoint(address: number): Promise<void>;
  /**
   * Halts the core at the first instruction of a fault's handler, its frame still on the stack (DEMCR.VC_*: Armv6-M C1.6.5, which has
   * HardFault alone; Armv7-M C1.6.5). A fault within microseconds after `resume` can be missed. `release` ends it.
   */
  catchFaults(on: boolean): Promise<void>;
  /** Elements of 8, 16 or 32 bits; the core may run. */
  readMemory(address: number, width: Width, count: number): Promise<readonly number[]>;
  /** The words at these addresses, in this order: cheaper than one by one. The core may run. */
  readWords(addresses: readonly number[]): Promise<readonly number[]>;
  readBytes(address: number, length: number): Promise<Uint8Array>;
  /** RAM and registers. @throws HilError 451 to 456 (guard) */
  writeMemory(address: number, width: Width, values: readonly number[]): Promise<void>;
  /** Reset, the core halted before its first instruction. */
  resetHalt(): Promise<void>;
  resetRun(): Promise<void>;
  /** Erases the pages an image touches, programs it and reads it back; the core stays halted. @throws HilError 307, 412, 414, 451, 627 */
  flashProgram(image: Image): Promise<FlashEvidence>;
  /** @throws HilError 412, 451, 627 */
  flashErasePages(pages: readonly number[]): Promise<void>;
  /** @throws HilError 412, 451 */
  flashMassErase(): Promise<void>;
  /** Clears FLASH_ACR.EMPTY if the flash is not empty; `flashProgram` does it by itself. */
  clearEmptyFlag(): Promise<EmptyFlagEvidence>;
  /** The option words as the FLASH registers show them. */
  readOptionWords(): Promise<OptionWords>;
  /** Programs option words; they take effect when they are loaded: `loadOptionBytes` or a power cycle. @throws HilError 452 to 455 */
  writeOptionWords(words: OptionWords): Promise<void>;
  /** Loads the option bytes, by OBL_LAUNCH where there is one, which resets the chip; the core then runs. */
  loadOptionBytes(): Promise<void>;
  identity(): Promise<Identity>;
  /** Core registers and where it stands; a running core is halted for some milliseconds and goes on. */
  inspect(): Promise<Inspection>;
  /** Leaves the chip as in the field, with proof. Until `reacquire` every call throws 415. @throws HilError 416 */
  release(): Promise<ReleaseEvidence>;
  /**
   * Like `release`, for a halted core that goes on at these registers: it leaves the halt by the write that ends debugging, so that
   * not one instruction there runs under a debugger. @throws HilError 411 (not halted), 416
   */
  releaseAt(registers: StartRegisters): Promise<ReleaseEvidence>;
  /** Takes the probe back after `release`, or after OpenOCD or the board's power went away. Hot: the core goes on as it is. */
  reacquire(): Promise<void>;
  /** Ends OpenOCD. */
  close(): Promise<void>;
}

/** A reset through NRST with its delays and the examination after it. */
const RESET_MS = 10_000;

/** OpenOCD writes DEMCR at each halt and resume, without the catches that it does not know of. */
const REARM = `; write_memory ${plainHex(DEMCR)} 32 {${plainHex(TRCENA | VC_FAULTS)}}`;

/** @throws HilError 231 to 239, 604 */
export async function openProbe(options: ProbeOptions): Promise<Probe> {
  const { chip, board, permissions, recorder } = options;
  const scope: DeadlineScope = { ...options.scope, board };
  const script = options.target ?? (await availableTargetScript(chip, options.openocd));
  const spec = {
    chip,
    script: script.script,
    address: options.address,
    transport: options.transport ?? 'hla',
    ...(options.gdbPort === undefined ? {} : { gdbPort: options.gdbPort }),
    ...(options.workAreaBytes === undefined ? {} : { workAreaBytes: options.workAreaBytes }),
  };
  const connect = () =>
    connectByLadder(
      spec,
      {
        board,
        scope,
        ...(options.openocd === undefined ? {} : { command: options.openocd }),
        ...(recorder === undefined ? {} : { recorder }),
      },
      options.ladder,
    );
  let openocd: OpenOcd;
  let attach: Attach;
  let tcl: TclCommands;
  const take = (connected: { readonly openocd: OpenOcd; readonly attach: Attach }): void => {
    ({ openocd, attach } = connected);
    tcl = createTclCommands(openocd.tcl, board, script.target, scope);
  };
  take(await connect());
  let released = false;
  let catching = false;

  const guarded = (access: Parameters<typeof requirePermission>[1], known: KnownState = {}): void =>
    requirePermission({ name: board, chip, permissions }, access, known);

  const available = (action: string): TclCommands => {
    scope.signal?.throwIfAborted();
    if (released) {
      throw new HilError(415, `${board}: ${action} while the probe is released`, {
        blame: 'test',
        context: { action },
      });
    }
    return tcl;
  };
  /** Reading calls. */
  const ask = async <T>(action: string, work: (tcl: TclCommands) => Promise<T>): Promise<T> => work(available(action));
  /** Calls that change something: each is a step in the stream. */
  const act = <T>(action: string, args: unknown, work: (tcl: TclCommands) => Promise<T>): Promise<T> => {
    const run = async (): Promise<T> => work(available(action));
    return recorder === undefined ? run() : recordStep(recorder, { board, action: `probe ${action}`, args }, run);
  };

  const optionWords = (commands: TclCommands): Promise<OptionWords> => readOptionWords(chip, commands);
  const flashTarget = (commands: TclCommands): FlashTarget => ({
    board,
    chip,
    tcl: commands,
    driver: script.flashDriver,
    scope,
  });
  const control = (commands: TclCommands): FlashControl => createFlashControl(board, chip, commands, scope);

  return {
    facts: () => openocd.facts(),
    log: () => openocd.log(),
    get pid() {
      return openocd.pid;
    },
    get gdbPort() {
      return openocd.gdbPort;
    },
    get attach() {
      return attach;
    },
    halt: () => act('halt', {}, async (t) => void (await t.run('halt'))),
    resume: () => act('resume', {}, async (t) => void (await t.run(`resume${catching ? REARM : ''}`))),
    step: () => act('step', {}, async (t) => void (await t.run('step'))),
    isHalted: () => ask('isHalted', isHalted),
    waitUntilHalted: (ms) =>
      ask('waitUntilHalted', async (t) => {
        await until(
          deadline('halt of the core', ms, scope),
          'halt of the core',
          async (note) => {
            if (await isHalted(t)) return true;
            note(await t.state());
            return false;
          },
          { code: 411 },
        );
      }),
    readRegister: (name) => ask('readRegister', async (t) => (await t.readRegisters([name]))[name]),
    readRegisters: (names) => ask('readRegisters', (t) => t.readRegisters(names)),
    writeRegister: (name, value) => act('writeRegister', { name, value }, (t) => t.writeRegister(name, value)),
    setBreakpoint: (address) =>
      act('setBreakpoint', { address }, async (t) => {
        await enableHaltingDebug(t);
        await t.run(`bp ${plainHex(address)} 2 hw`);
        // OpenOCD switches the unit on once, and does not know that `release` switched it off.
        await t.writeMemory(FP_CTRL, 32, [FP_CTRL_ENABLE]);
      }),
    clearBreakpoint: (address) =>
      act('clearBreakpoint', { address }, async (t) => void (await t.run(`rbp ${plainHex(address)}`))),
    catchFaults: (on) =>
      act('catchFaults', { on }, async (t) => {
        catching = on;
        if (on) await enableHaltingDebug(t);
        await t.writeMemory(DEMCR, 32, [TRCENA | (on ? VC_FAULTS : 0)]);
      }),
    readMemory: (address, width, count) => ask('readMemory', (t) => t.readMemory(address, width, count)),
    readWords: (addresses) => ask('readWords', (t) => t.readWords(addresses)),
    readBytes: (address, length) => ask('readBytes', (t) => readBytes(t, address, length)),
    writeMemory: (address, width, values) =>
      act('writeMemory', { address, width, values }, async (t) => {
        const bytes = littleEndian(width, values);
        const known = weighsOptionWords(chip, address, bytes.length) ? { optionWords: await optionWords(t) } : {};
        guarded({ kind: 'write', via: 'swd', address, bytes }, known);
        await t.writeMemory(address, width, values);
      }),
    resetHalt: () => act('resetHalt', {}, async (t) => void (await t.run('reset halt', RESET_MS))),
    resetRun: () =>
      act('resetRun', {}, async (t) => {
        await t.run('reset run', RESET_MS);
        // C_HALT survives a reset: a core that stood on the loader's BKPT stops again at its first instruction (dapdirect).
        if (await isHalted(t)) await t.run('resume');
      }),
    flashProgram: (image) =>
      act('flashProgram', { image: image.name }, async (t) => {
        guarded({ kind: 'image', via: 'swd', segments: image.segments });
        return programImage(flashTarget(t), image);
      }),
    flashErasePages: (pages) =>
      act('flashErasePages', { pages }, async (t) => {
        guarded({ kind: 'erase-pages', via: 'swd', pages });
        await erasePages(flashTarget(t), pages);
      }),
    flashMassErase: () =>
      act('flashMassErase', {}, async (t) => {
        guarded({ kind: 'erase-all', via: 'swd' });
        await eraseAll(flashTarget(t));
      }),
    clearEmptyFlag: () => act('clearEmptyFlag', {}, (t) => clearEmptyFlag(board, chip, t)),
    readOptionWords: () => ask('readOptionWords', optionWords),
    writeOptionWords: (words) =>
      act('writeOptionWords', words, async (t) => {
        const known = { optionWords: await optionWords(t) };
        const changes = Object.entries(words).map(([name, value]) => ({ word: optionWord(chip, name), value }));
        for (const { word, value } of changes) {
          guarded({ kind: 'write', via: 'swd', address: word.register, bytes: littleEndian(32, [value]) }, known);
        }
        await t.run('halt');
        await writeOptionWords(control(t), t, changes);
      }),
    loadOptionBytes: () =>
      act('loadOptionBytes', {}, async (t) => {
        await loadOptionBytes(control(t), t, RESET_MS);
        // OpenOCD leaves the core halted behind the reset that the load causes.
        if (await isHalted(t)) await t.run('resume');
      }),
    identity: () => ask('identity', (t) => readIdentity(chip, t)),
    inspect: () => ask('inspect', (t) => inspectCore(t, chip)),
    release: () =>
      act('release', {}, async (t) => {
        catching = false;
        const evidence = await releaseTarget(board, chip, t);
        released = true;
        return evidence;
      }),
    releaseAt: (registers) =>
      act('releaseAt', registers, async (t) => {
        const evidence = await releaseTarget(board, chip, t, registers);
        released = true;
        return evidence;
      }),
    async reacquire() {
      scope.signal?.throwIfAborted();
      released = false;
      const works = await tcl
        .run('poll on')
        .then(
          async () => {
            await tcl.run('poll');
            await tcl.readMemory(0xe000_ed00, 32, 1);
            return true;
          },
          () => false,
        )
        .catch(() => false);
      if (works) return;
      await openocd.stop();
      take(await connect());
    },
    async close() {
      released = true;
      await openocd.stop();
    },
  };
}

/**
 * Breakpoints and catches halt a core whose C_DEBUGEN is set (Armv6-M and Armv7-M C1.6.2), and `release` clears it. OpenOCD sets it at a
 * halt alone. Not written while it is set: C_HALT is in the same register, and a halted core would go on.
 */
async function enableHaltingDebug(tcl: TclCommands): Promise<void> {
  const [now] = await tcl.readMemory(DHCSR, 32, 1);
  if (((now as number) & dhcsr.C_DEBUGEN) !== 0) return;
  await tcl.writeMemory(DHCSR, 32, [(DHCSR_RELEASE | dhcsr.C_DEBUGEN) >>> 0]);
}

async function isHalted(tcl: TclCommands): Promise<boolean> {
  return (await tcl.state()) === 'halted';
}

function optionWord(chip: Chip, name: string): Chip['optionBytes']['words'][number] {
  const word = chip.optionBytes.words.find((candidate) => candidate.name === name);
  if (word !== undefined) return word;
  const known = chip.optionBytes.words.map((candidate) => candidate.name);
  throw new HilError(604, `the ${chip.name} has no option word '${name}'; it has ${known.join(', ')}`, {
    blame: 'test',
    context: { name, known },
  });
}

function littleEndian(width: Width, values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array((values.length * width) / 8);
  for (const [i, value] of values.entries()) {
    for (let byte = 0; byte < width / 8; byte++) bytes[(i * width) / 8 + byte] = (value >>> (8 * byte)) & 0xff;
  }
  return bytes;
}
