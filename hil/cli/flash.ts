import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { keepFlashRecord, readBrokenOff } from '../app/flash/broken-off.ts';
import { type FlashReport, type FlashWork, flashOverDfu } from '../app/flash/flash-over-dfu.ts';
import { flashClosingText, flashStageText, progressText } from '../app/flash/flash-text.ts';
import type { ForeignTrigger } from '../app/flash/foreign-trigger.ts';
import { bytesOfText } from '../app/line-text.ts';
import type { BoardWires } from '../board/bench-types.ts';
import { followLag } from '../board/board-lag.ts';
import { CONSOLE_FORMAT } from '../board/console.ts';
import { openControls } from '../board/control-channel.ts';
import { type Chip, contains } from '../chip/chip.ts';
import { chipNamed } from '../chip/lookup.ts';
import { type ExitCode, exitCode } from '../error/exit-codes.ts';
import { HilError } from '../error/hil-error.ts';
import type { Permissions } from '../guard/access.ts';
import type { Image } from '../image/image.ts';
import { loadImage } from '../image/load.ts';
import { holdFirstContact } from '../rig/first-contact.ts';
import { loadRig } from '../rig/load-rig.ts';
import { startRig } from '../rig/supervisor.ts';
import { type DeadlineScope, deadline } from '../trace/deadline.ts';
import { createRecorder, jsonlSink } from '../trace/recorder.ts';
import { openSerialLine } from '../transport/open-serial-line.ts';
import { openUsbBus } from '../transport/usb/open-usb-bus.ts';
import { DEFAULT_REPORTS, DEFAULT_RIG } from './defaults.ts';
import { createRescue } from './flash-rescue.ts';

interface FlashOptions {
  readonly board?: string;
  readonly rig: string;
  readonly chip?: string;
  readonly usb?: string;
  readonly via: string;
  readonly at?: string;
  readonly trigger?: string;
  readonly leave: boolean;
  readonly triggerOnly?: boolean;
  readonly wait: string;
  readonly reports: string;
  readonly yesFirstContact?: boolean;
}

/** Who asks for a flashing agrees to the loss of the pages that the image covers, and to nothing more. */
const FOR_ONE_IMAGE: Permissions = { erase: 'pages', write_protection: false, option_bytes: false, rdp1: false };
const SEND_MS = 3_000;

/** `hil flash`: an image into a board by the ROM's USB, from the running application and back to it. */
export function addFlash(program: Command): void {
  program
    .command('flash')
    .description('write an image through the ROM over USB (DFU): out of the running application, and back into it')
    .argument('[image]', 'ELF, HEX or BIN; not with --trigger-only')
    .option('--board <name>', 'board of the rig file')
    .option('--rig <file>', 'rig file', DEFAULT_RIG)
    .option('--chip <part>', 'without a rig: the part, e.g. STM32G0B1RE')
    .option(
      '--usb <endpoint>',
      'with --chip: usb (any), usb:PATH, usb:SERIAL, or usbip://127.0.0.1:PORT/1-1 (default: usb)',
    )
    .option('--via <port>', 'the way into the ROM: dfu', 'dfu')
    .option('--at <address>', 'where a BIN file goes (default: the base of flash)')
    .option(
      '--trigger <what>',
      "what takes the application into the ROM instead of DFU_DETACH: 'uart:TEXT' (--board), or none",
    )
    .option('--no-leave', 'stay in the ROM when the image is written')
    .option('--trigger-only', 'only go into the ROM')
    .option('--wait <seconds>', 'how long the board may take to show up on USB', '3')
    .option('--reports <folder>', 'where the step stream and the report go', DEFAULT_REPORTS)
    .option('--yes-first-contact', 'the flash of a board met for the first time may be overwritten (it is saved first)')
    .action(async (image: string | undefined, options: FlashOptions) => {
      process.exitCode = await flash(image, options);
    });
}

/** Where the board is and what may be done to it. */
interface Target {
  readonly name: string;
  readonly chip: Chip;
  readonly usb: string;
  readonly permissions: Permissions;
  readonly wires?: BoardWires;
  end(): Promise<void>;
}

async function flash(file: string | undefined, options: FlashOptions): Promise<ExitCode> {
  const waitMs = checkOptions(file, options);
  const chip = chipNamed(options.chip ?? chipOfBoard(options));
  const image = file === undefined ? undefined : loadImage(file, addressOf(options.at) ?? chip.flash.base);
  const start = image === undefined ? chip.flash.base : startOf(chip, image);
  const folder = join(resolve(options.reports), 'flash');
  mkdirSync(folder, { recursive: true });
  const stopped = new AbortController();
  const onSignal = (name: NodeJS.Signals): void =>
    stopped.abort(new HilError(506, `\`hil flash\` was ended by ${name}`, { blame: 'test' }));
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, onSignal);
  const target = await reachTarget(options, chip, folder);
  const bus = openUsbBus(target.usb);
  try {
    const scope: DeadlineScope = {
      board: target.name,
      signal: stopped.signal,
      ...(target.wires === undefined ? {} : await followLag(target.wires)),
    };
    const trigger = triggerOf(options.trigger, target, scope);
    const line = progressLine();
    const file = join(folder, `${target.name}.json`);
    const earlier = readBrokenOff(file);
    const record = keepFlashRecord(file, {
      board: target.name,
      chip: chip.name,
      ...(earlier === undefined ? {} : { earlier }),
    });
    const work: FlashWork = {
      board: target.name,
      chip,
      permissions: target.permissions,
      bus,
      scope,
      recorder: createRecorder(jsonlSink(join(folder, `${target.name}.jsonl`))),
      segments: image?.segments,
      start,
      leave: options.leave,
      waitMs,
      ...(trigger === undefined ? {} : { trigger }),
      ...(earlier === undefined ? {} : { earlier }),
      ...(target.wires === undefined ? {} : { rescue: createRescue(target.wires, scope, start) }),
      onSeen: (what, device) => record({ [what]: device }),
      onStage: (stage) => {
        line.clear();
        process.stdout.write(`${flashStageText(stage)}\n`);
        record({}, stage);
      },
      onProgress: (progress) => {
        line.show(progressText(progress));
        record({ progress });
      },
    };
    const report = await flashOverDfu(work).catch((error: unknown) => {
      process.stdout.write(`\n${flashClosingText(record({ verdict: 'failed' }))}\n`);
      throw error;
    });
    const { verdict, after } = report;
    record({ verdict, stages: report.stages, ...(after === undefined ? {} : { after }) });
    process.stdout.write(`\n${flashClosingText(report)}\n`);
    return exitCodeFor(report);
  } finally {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, onSignal);
    await bus.close();
    await target.end();
  }
}

function exitCodeFor({ verdict, stages }: FlashReport): ExitCode {
  if (verdict === 'passed') return exitCode.passed;
  const blame = stages.find((stage) => stage.verdict === 'failed')?.error?.blame;
  return blame === 'rig' ? exitCode.rigFault : exitCode.testFailed;
}

/** @returns the time to wait, in ms. @throws HilError 670 */
function checkOptions(file: string | undefined, options: FlashOptions): number {
  const wrong = (why: string): never => {
    throw new HilError(670, `hil flash: ${why}`, { blame: 'test' });
  };
  if (options.via !== 'dfu') wrong(`--via '${options.via}': there is dfu alone; over a USART \`hil run --app\` writes`);
  if (file === undefined && options.triggerOnly !== true) wrong('which image? (or --trigger-only)');
  if (file !== undefined && options.triggerOnly === true) wrong('--trigger-only writes no image');
  if (options.chip !== undefined && options.board !== undefined) wrong('give either --board or --chip');
  if (options.usb !== undefined && options.chip === undefined)
    wrong('--usb goes with --chip; a rig file names its own');
  const seconds = Number(options.wait);
  if (options.wait.trim() === '' || !(seconds > 0) || !Number.isFinite(seconds))
    wrong(`--wait '${options.wait}' is no number of seconds`);
  return seconds * 1000;
}

/** @throws HilError 612 when it is not clear which board is meant */
function chipOfBoard({ rig: file, board }: FlashOptions): string {
  const rig = loadRig(file);
  const [only] = rig.boards;
  const entry = board === undefined && rig.boards.length === 1 ? only : rig.boards.find(({ name }) => name === board);
  if (entry !== undefined) return entry.chip;
  const known = rig.boards.map(({ name, chip }) => `${name} (${chip})`).join(', ');
  throw new HilError(
    612,
    `say with --board which board of ${rig.file} is meant, or with --chip a part; there are ${known}`,
    {
      blame: 'test',
    },
  );
}

async function reachTarget(options: FlashOptions, chip: Chip, folder: string): Promise<Target> {
  if (options.chip !== undefined) {
    return { name: chip.name, chip, usb: options.usb ?? 'usb', permissions: FOR_ONE_IMAGE, end: async () => {} };
  }
  const rig = loadRig(options.rig);
  const board = options.board ?? (rig.boards[0]?.name as string);
  const running = await startRig(rig, {
    boards: [board],
    reports: folder,
    beforeRealBoard: (wires, entry) =>
      holdFirstContact(wires, entry, { reports: resolve(options.reports), agreed: options.yesFirstContact === true }),
  });
  const wires = running.session.boards[0] as BoardWires;
  if (wires.usb === undefined) {
    await running.stop();
    throw new HilError(431, `${board}: no USB cable of the rig reaches the ${chip.name}`, { blame: 'rig' });
  }
  if (wires.control !== undefined) {
    const scope = {
      board,
      signal: new AbortController().signal,
      ...(await followLag(wires)),
      recorder: createRecorder(() => {}),
    };
    await openControls(wires, scope).usb(true);
  }
  return { name: board, chip, usb: wires.usb, permissions: wires.permissions, wires, end: running.stop };
}

/** @throws HilError 670 */
function triggerOf(text: string | undefined, { wires }: Target, scope: DeadlineScope): ForeignTrigger | undefined {
  if (text === undefined) return undefined;
  if (text === 'none') return { words: 'nothing: it has to jump by itself', pull: async () => {} };
  if (!text.startsWith('uart:')) {
    throw new HilError(670, `--trigger '${text}' is neither 'uart:TEXT' nor none`, { blame: 'test' });
  }
  if (wires === undefined) {
    throw new HilError(670, '--trigger uart:TEXT needs a board of a rig file, which names its console', {
      blame: 'test',
    });
  }
  const bytes = bytesOfText(text.slice('uart:'.length), '--trigger');
  return {
    words: `'${text.slice('uart:'.length)}' on the console`,
    async pull() {
      const limit = deadline('sending the trigger', SEND_MS, scope);
      const line = await openSerialLine(wires.console, CONSOLE_FORMAT, limit);
      try {
        await line.sink.write(bytes, limit);
        await line.sink.drain(limit);
      } finally {
        await line.close();
      }
    },
  };
}

/** The vector table is where the image begins in flash. @throws HilError 627 */
function startOf(chip: Chip, image: Image): number {
  const first = image.segments.find(({ address }) => contains(chip.flash, address));
  if (first !== undefined) return first.address;
  throw new HilError(627, `${image.name}: nothing of it lies in the flash of the ${chip.name}`, { blame: 'test' });
}

function addressOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const address = Number(text.replaceAll('_', ''));
  if (text.trim() !== '' && Number.isInteger(address) && address >= 0) return address;
  throw new HilError(670, `--at '${text}' is no address`, { blame: 'test', context: { text } });
}

/** Progress on one line of a terminal; a pipe gets a line for each phase that is over. */
function progressLine(): { show(text: string): void; clear(): void } {
  const { stdout } = process;
  if (stdout.isTTY !== true) {
    return { show: (text) => text.includes(' 100 %') && stdout.write(`      ${text}\n`), clear: () => {} };
  }
  return { show: (text) => stdout.write(`\r      ${text}\x1b[K`), clear: () => stdout.write('\r\x1b[K') };
}
