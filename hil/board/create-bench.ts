import { chipNamed } from '../chip/lookup.ts';
import { HilError, isHilError } from '../error/hil-error.ts';
import { type Image, symbolNamed } from '../image/image.ts';
import { loadImage } from '../image/load.ts';
import { deadline } from '../trace/deadline.ts';
import { recordNote } from '../trace/recorder.ts';
import { recordStep } from '../trace/step.ts';
import type {
  Application,
  Bench,
  BoardScope,
  BoardWires,
  BootloaderHandle,
  BootRecord,
  CoreSight,
  JumpOutcome,
  Port,
  SessionOn,
} from './bench-types.ts';
import { parseFields } from './boot-line.ts';
import { type Console, openConsole } from './console.ts';
import { openControls } from './control-channel.ts';
import { mailboxWords, type Settings } from './handover-settings.ts';
import { type LaneProbe, openLaneProbe } from './lane-probe.ts';
import { type BoardLines, openLines } from './lines.ts';
import { programIfDifferent } from './program.ts';
import { reachBootloader } from './reach-bootloader.ts';
import { createUsartPort, type PortSurroundings, type RomPort } from './rom-port.ts';
import { lookAt } from './sight.ts';
import { createUsbPort } from './usb-rom-port.ts';

/** Start of the application with all its waits (late oscillators, three ticks, 40 ms of banner) plus three questions. */
const START_MS = 2_500;
/** How long a board that should not start is listened to: longer than any start that was seen to succeed takes. */
const SILENCE_MS = 350;

/** Something answered, and the core was no longer in system memory a moment later. */
const NOT_IN_ROM = 428;

/** A bench and the means to end it; the suite gets the bench, its environment keeps the rest. */
export interface OwnedBench<P extends Port = 'usart'> extends Bench<P> {
  readonly laneProbe: LaneProbe;
  /** Ends the line, and the probe unless it is kept for the next bench. Idempotent; never throws. */
  close(options?: { readonly keepProbe?: boolean }): Promise<void>;
}

/**
 * Opens probe and serial line of one board; the ROM is then spoken to on its USART. When `scope.signal` aborts, every wait rejects and
 * every call throws; `close` then ends the transports.
 * @param kept The probe of an earlier bench on this board.
 * @throws HilError 101, 102 (another chip), 201 to 214 (serial line), 231 to 239 (probe)
 */
export async function createBench(wires: BoardWires, scope: BoardScope, kept?: LaneProbe): Promise<OwnedBench> {
  return createBenchOn(wires, scope, kept, createUsartPort);
}

/** `createBench` for a board whose ROM is spoken to over USB. */
export async function createUsbBench(
  wires: BoardWires,
  scope: BoardScope,
  kept?: LaneProbe,
): Promise<OwnedBench<'usb'>> {
  return createBenchOn(wires, scope, kept, createUsbPort);
}

async function createBenchOn<P extends Port>(
  wires: BoardWires,
  scope: BoardScope,
  kept: LaneProbe | undefined,
  openPort: (around: PortSurroundings) => RomPort<P>,
): Promise<OwnedBench<P>> {
  const chip = chipNamed(wires.chip);
  const { board, permissions } = wires;
  const { recorder } = scope;
  const controls = openControls(wires, scope);
  kept?.attach(scope);
  const laneProbe = kept ?? (await openLaneProbe(wires, scope));
  const { probe } = laneProbe;
  // A kept probe was released at the end of the last test, and its OpenOCD may have died since.
  if (kept !== undefined) await probe.reacquire();
  let lines: BoardLines;
  try {
    const { devId } = await probe.identity();
    if (devId !== chip.identity.devId) {
      throw new HilError(
        102,
        `${board}: DBGMCU_IDCODE names DEV_ID 0x${devId.toString(16)}, the rig file ${chip.name} (0x${chip.identity.devId.toString(16)})`,
        { blame: 'rig', context: { devId, chip: chip.name } },
      );
    }
    lines = await openLines(wires, scope);
  } catch (error) {
    await probe.close();
    throw error;
  }
  const romPort = openPort({
    wires,
    chip,
    scope,
    lines,
    controls,
    async uniqueId() {
      await probe.reacquire();
      const { uniqueId } = await probe.identity();
      await probe.release();
      return uniqueId;
    },
  });
  const images = new Map<string, Image>();
  let flashed: Image | undefined;
  let console: Console | undefined;
  /** Counts changes of who answers; a handle made before the last one is stale. */
  let epoch = 0;

  const image = (name: string): Image => {
    const path = wires.images[name];
    if (path === undefined) {
      throw new HilError(
        429,
        `${board}: there is no image '${name}'; there are ${Object.keys(wires.images).join(', ')}`,
        { blame: 'test' },
      );
    }
    const known = images.get(name) ?? loadImage(path, chip.flash.base);
    images.set(name, known);
    return known;
  };

  const step = <T>(action: string, args: unknown, work: () => Promise<T>): Promise<T> =>
    recordStep(recorder, { board, action, args }, async () => {
      scope.signal.throwIfAborted();
      return work();
    });

  const changeIdentity = (why: string): void => {
    epoch += 1;
    console?.close();
    console = undefined;
    recordNote(recorder, board, 'identity changed', { why });
  };

  /** Throws unless the handle was made after the last change of identity. */
  const freshness = (what: string): (() => void) => {
    const mine = epoch;
    return () => {
      scope.signal.throwIfAborted();
      if (mine !== epoch)
        throw new HilError(
          110,
          `${board}: StaleHandle: this ${what} ended when the board changed its identity (jump, GO or reset); use the handle that the change returned`,
          { blame: 'test' },
        );
    };
  };

  const speakConsole = async (): Promise<Console> => {
    if (console !== undefined) return console;
    console = openConsole(await lines.console(), scope);
    return console;
  };

  const look = (): Promise<CoreSight> =>
    step('look', {}, async () => {
      await probe.reacquire();
      const sight = await lookAt(probe, chip, flashed);
      await probe.release();
      return sight;
    });

  const awaitApplication = (ms = START_MS): Promise<Application<P>> =>
    step('awaitApplication', { ms }, async () => {
      const speaking = await speakConsole();
      return application(await speaking.awaitStart(deadline('start of the application', ms, scope)));
    });

  /** Nothing answered is an outcome here, anything else an error. */
  const unlessSilent = async <T>(codes: readonly number[], work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (!isHilError(error) || !codes.includes(error.code)) throw error;
      recordNote(recorder, board, 'no answer', { code: error.code, message: error.message });
      return undefined;
    }
  };

  /** A start, or nothing. What talks, but has not said yet that it started (its banner fell into another frame), gets the time of a start. */
  const startOrSilence = (): Promise<Application<P> | undefined> =>
    unlessSilent([422], () =>
      awaitApplication(SILENCE_MS).catch((error: unknown) => {
        if (isHilError(error) && error.context.talks === true) return awaitApplication();
        throw error;
      }),
    );

  const meetBootloader = (): Promise<BootloaderHandle<P>> =>
    step('meetBootloader', { port: romPort.port }, async () => {
      changeIdentity('looking for the ROM');
      const session = await romPort.meet();
      const { answer, romId, words } = romPort.answerOf(session);
      const core = await look();
      if (core.where !== 'system memory') {
        throw new HilError(
          NOT_IN_ROM,
          `${board}: something answers as a ROM (${words}), but the PC is at 0x${core.pc.toString(16)} in ${core.where}, not in system memory`,
          {
            blame: 'unknown',
            context: { ...answer, pc: core.pc, where: core.where },
          },
        );
      }
      return bootloader(session, { ...answer, romId, core });
    });

  /** Who answers now: the ROM, the application, or nobody; and where the core stands. */
  const whoAnswers = async (): Promise<JumpOutcome<P>> => {
    let brokenOff: unknown;
    const brokenOffCodes = [...romPort.brokenOff, NOT_IN_ROM];
    const rom = await unlessSilent([...romPort.silent, ...brokenOffCodes], () =>
      meetBootloader().catch((error: unknown) => {
        if (isHilError(error) && brokenOffCodes.includes(error.code)) brokenOff = error;
        throw error;
      }),
    );
    if (rom !== undefined) return { what: 'rom', rom, core: rom.proof.core };
    const app = await startOrSilence();
    // Not a reset in the middle of the conversation, as a watchdog makes it: then the application runs now.
    if (app === undefined && brokenOff !== undefined) throw brokenOff;
    const core = await look();
    return app === undefined ? { what: 'silent', core } : { what: 'application', application: app, core };
  };

  const bootloader = (session: SessionOn<P>, proof: BootloaderHandle<P>['proof']): BootloaderHandle<P> => {
    const fresh = freshness('bootloader');
    const leave = async (start: () => Promise<void>, why: string): Promise<void> => {
      fresh();
      await start();
      session.close();
      changeIdentity(why);
    };
    return {
      session,
      proof,
      go: (address) =>
        step('go', { address }, async () => {
          await leave(() => session.go(address), 'GO');
          const app = await unlessSilent([422], () => awaitApplication());
          if (app !== undefined) return app;
          const sight = await look();
          throw new HilError(
            423,
            `${board}: no start of the application within ${START_MS} ms after GO to 0x${address.toString(16)}; the PC is at 0x${sight.pc.toString(16)} in ${sight.where}${sight.symbol === undefined ? '' : ` (${sight.symbol})`}, exception ${sight.ipsr}, VTOR 0x${sight.vtor.toString(16)}`,
            {
              blame: 'firmware',
              context: { address, ...sight },
            },
          );
        }),
      goAndLook: (address, { checked = false } = {}) =>
        step('goAndLook', { address, checked }, async () => {
          await leave(() => session.go(address, { unchecked: !checked }), 'GO');
          const app = await startOrSilence();
          const sight = await look();
          return app === undefined
            ? { what: 'silent', core: sight }
            : { what: 'application', application: app, core: sight };
        }),
      sendGo: (address) =>
        step('sendGo', { address }, () => leave(() => session.go(address, { unchecked: true }), 'GO')),
      goRamStub: () =>
        step('goRamStub', {}, async () => {
          if (!('goRamStub' in session)) {
            throw new HilError(312, `${board}: a routine in RAM is written and started over USART only`, {
              blame: 'test',
            });
          }
          await leave(() => session.goRamStub(), 'GO to the RAM stub');
          return awaitApplication();
        }),
    };
  };

  const application = (boot: BootRecord): Application<P> => {
    const fresh = freshness('application');
    const command = async (text: string): Promise<string> => {
      fresh();
      return (await speakConsole()).command(text);
    };
    const set = async (settings: Settings): Promise<void> => {
      for (const [name, value] of Object.entries(settings)) await command(`set ${name} ${value}`);
    };
    const leave = async (settings: Settings): Promise<void> => {
      await set(settings);
      await command('jump');
      changeIdentity('the application jumps');
    };
    return {
      chip,
      boot,
      ping: async () => {
        const answer = await command('ping');
        if (answer !== 'pong')
          throw new HilError(421, `${board}: the application answered '${answer}' to 'ping'`, { blame: 'firmware' });
      },
      get: async (name) => String((await command(`get ${name}`)).split('=').at(1)),
      set,
      defaults: async () => void (await command('defaults')),
      state: async () => parseFields(await command('state')),
      fault: async () => {
        const fields = parseFields(await command('fault'));
        return fields.count === undefined ? undefined : fields;
      },
      reset: () =>
        step('reset', {}, async () => {
          await command('reset');
          changeIdentity('software reset');
          return awaitApplication();
        }),
      sendReset: () =>
        step('sendReset', {}, async () => {
          await command('reset');
          changeIdentity('software reset');
        }),
      enterBootloader: (settings = {}) =>
        step('enterBootloader', { settings }, async () => {
          await leave(settings);
          return meetBootloader();
        }),
      jump: (settings = {}) =>
        step('jump', { settings }, async () => {
          await leave(settings);
          return whoAnswers();
        }),
      sendJump: (settings = {}) => step('sendJump', { settings }, () => leave(settings)),
    };
  };

  const bench: OwnedBench<P> = {
    board,
    port: romPort.port,
    usb: romPort.usb,
    kind: wires.kind,
    chip,
    permissions,
    scope,
    probe,
    controls,
    workable: wires.control !== undefined,
    romUsart: chip.rom.usarts.find(({ name }) => name === wires.romUsart),
    async romId() {
      await probe.reacquire();
      const { romId } = await probe.identity();
      return romId;
    },
    flash: (name, settings = {}) =>
      step('flash', { image: name, settings }, async () => {
        const wanted = image(name);
        await probe.reacquire();
        changeIdentity('flashing');
        await programIfDifferent(probe, wanted);
        flashed = wanted;
        const mailbox = wanted.symbols.get('handover_request');
        if (mailbox !== undefined) {
          const [magic, ...rest] = mailboxWords(settings);
          await probe.writeMemory(mailbox.address + 4, 32, rest);
          await probe.writeMemory(mailbox.address, 32, [magic as number]);
        }
        const speaking = await speakConsole();
        speaking.clear();
        await probe.release();
        return application(await speaking.awaitStart(deadline(`start of ${name}`, START_MS, scope)));
      }),
    startImage: (wanted, beforeStart = () => {}) =>
      step('startImage', { image: wanted.name }, async () => {
        await probe.reacquire();
        changeIdentity('flashing');
        const how = await programIfDifferent(probe, wanted);
        flashed = wanted;
        // A virtual board hands out what it has sent when it is asked for anything.
        await scope.askLag();
        beforeStart();
        await probe.release();
        return how;
      }),
    applicationLine: (format) => {
      changeIdentity('the line belongs to an application of the user');
      return lines.console(format);
    },
    romLine: (format) => {
      changeIdentity('somebody speaks to the ROM in his own way');
      return lines.rom(format);
    },
    meetBootloader,
    reachBootloader: (settings, name) =>
      step('reachBootloader', { settings, image: name }, () => reachBootloader(bench, settings, name)),
    whoAnswers: () => step('whoAnswers', {}, whoAnswers),
    look,
    awaitApplication,
    measured: (what, data) => recordNote(recorder, board, `measured ${what}`, data),
    image,
    symbol: (name, from = 'handover') => symbolNamed(image(from), name).address,
    laneProbe,
    async close({ keepProbe = false } = {}) {
      console?.close();
      await romPort.close();
      await lines.close();
      if (!keepProbe) await probe.close().catch(() => {});
    },
  };
  return bench;
}
