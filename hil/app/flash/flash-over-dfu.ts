import { type DetachableApplication, untilRom } from '../../bootloader/dfuse/dfu-runtime.ts';
import { type DfuseSession, openDfuse } from '../../bootloader/dfuse/session.ts';
import type { Progress } from '../../bootloader/rom-session.ts';
import type { Chip } from '../../chip/chip.ts';
import { hex } from '../../error/format-error.ts';
import { isHilError } from '../../error/hil-error.ts';
import type { Permissions } from '../../guard/access.ts';
import type { Segment } from '../../image/image.ts';
import { type DeadlineScope, deadline } from '../../trace/deadline.ts';
import type { Recorder } from '../../trace/recorder.ts';
import { identityText } from '../../transport/usb/setup-text.ts';
import type { UsbBus, UsbIdentity, UsbPort } from '../../transport/usb/usb-port.ts';
import { untilPlugged } from '../../transport/usb/watch-usb.ts';
import { type BrokenOff, brokenOffText, isSameDevice, progressWords } from './broken-off.ts';
import { type FoundBoard, findBoard } from './find-board.ts';
import { createFlashStages, FlashingOver, type FlashStageResult, type FlashStages, type Say } from './flash-stage.ts';
import type { ForeignTrigger } from './foreign-trigger.ts';
import type { Rescue } from './rescue.ts';

/** From leaving the application until a host lists the ROM: its start, the host's debouncing, reset and enumeration. */
const ENUMERATES_MS = 5_000;
/** From leaving the ROM until a host lists the application: it may start an oscillator and a file system first. */
const BACK_MS = 10_000;
/** From power-on or the probe's start of the ROM until a host lists it: the slowest ROM connects after 0.6 s (AN2606 T229), F4 tries for an HSE. */
const RESCUED_MS = 10_000;

/** In these a ROM stands only after somebody's work that was not ended. */
const MIDWAY: readonly string[] = ['dfuDNLOAD-SYNC', 'dfuDNBUSY', 'dfuDNLOAD-IDLE', 'dfuUPLOAD-IDLE'];

export interface FlashWork {
  readonly board: string;
  readonly chip: Chip;
  readonly permissions: Permissions;
  readonly bus: UsbBus;
  readonly scope: DeadlineScope;
  readonly recorder?: Recorder;
  /** What to write; undefined: only go into the ROM. */
  readonly segments: readonly Segment[] | undefined;
  /** Where the application's vector table is: leave goes there. */
  readonly start: number;
  /** False: the ROM is not left, so that other tools can go on with it. */
  readonly leave: boolean;
  /** How long the board may take to show up on the bus at all, in ms. */
  readonly waitMs: number;
  readonly trigger?: ForeignTrigger;
  /** As the probe reads it; then another chip of the same part is told apart. */
  readonly uniqueId?: string;
  /** What the last run left behind, if it broke off. Counts only if the board is found in the ROM that it had found. */
  readonly earlier?: BrokenOff;
  /** For a board that shows nothing and has an image to be written. */
  readonly rescue?: Rescue;
  /** The application before (or as the run that broke off had seen it), and the ROM. */
  readonly onSeen?: (what: 'before' | 'rom', device: UsbIdentity) => void;
  readonly onStage?: (result: FlashStageResult) => void;
  readonly onProgress?: (progress: Progress) => void;
}

export interface FlashReport {
  readonly board: string;
  readonly chip: string;
  readonly verdict: 'passed' | 'failed';
  readonly stages: readonly FlashStageResult[];
  /** The application's device before and after. */
  readonly before?: UsbIdentity;
  readonly after?: UsbIdentity;
}

/**
 * Takes an image into a board by its USB alone: finds the running application or the ROM, leaves the one for the other, erases, writes,
 * reads back, leaves, and waits for the application. A board that an earlier run left in its ROM, in whatever state, is taken from there;
 * one that it left with nothing that starts is brought there by `rescue`.
 * @throws only when the scope was revoked, after the stage under way has failed; everything else is in the report
 */
export async function flashOverDfu(asked: FlashWork): Promise<FlashReport> {
  const { board, chip, scope } = asked;
  let progress: Progress | undefined;
  const work: FlashWork = {
    ...asked,
    onProgress: (now) => {
      progress = now;
      asked.onProgress?.(now);
    },
  };
  const stages = createFlashStages(scope.signal, work.onStage ?? (() => {}));
  let before: UsbIdentity | undefined;
  let after: UsbIdentity | undefined;
  let rom: UsbPort | undefined;
  let holdsPins = work.rescue !== undefined;
  const letGo = async (): Promise<void> => {
    if (holdsPins) await work.rescue?.letGo();
    holdsPins = false;
  };
  try {
    const found = await stages.run('found', (say) => find(work, say));
    if (found.what === 'application') before = found.device;
    if (found.what === 'rom') {
      rom = found.device;
      before = beforeBreakingOff(work, rom);
      const why = 'no application runs: an earlier run that broke off, or BOOT0, left the board in its ROM';
      stages.skip('detached', 'not asked for', why);
    } else {
      await leaveApplication(work, stages, found.application);
    }
    const session = await openRom(work, stages, rom, (port) => {
      rom = port;
      work.onSeen?.('rom', port);
    });
    await letGo();
    // What is still there while the ROM answers was never the application: its being there later would prove nothing.
    if (before !== undefined && (await isListed(work.bus, before))) before = undefined;
    if (before !== undefined) work.onSeen?.('before', before);
    await writeImage(work, stages, session, () => progress);
    if (work.segments === undefined || !work.leave) {
      const why = work.segments === undefined ? '--trigger-only' : '--no-leave';
      for (const id of ['left', 'back'] as const) stages.skip(id, 'not asked for', why);
      session.close();
    } else {
      await leaveRom(work, stages, session);
      await rom?.close();
      rom = undefined;
      after = await awaitComeback(work, stages, before);
    }
  } catch (error) {
    if (!(error instanceof FlashingOver)) throw error;
  } finally {
    await letGo();
    await rom?.close();
  }
  const results = stages.results();
  return {
    board,
    chip: chip.name,
    verdict: results.some(({ verdict }) => verdict === 'failed') ? 'failed' : 'passed',
    stages: results,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  };
}

async function isListed(bus: UsbBus, device: UsbIdentity): Promise<boolean> {
  return (await bus.list()).some(({ id }) => id === device.id);
}

/** Finds the board; where it shows nothing because nothing is left that could, it is brought into its ROM first. */
async function find(work: FlashWork, say: Say): Promise<FoundBoard> {
  let found: FoundBoard;
  try {
    found = await findBoard(work);
  } catch (error) {
    const by = isHilError(error) && error.code === 261 ? await rescued(work, say) : undefined;
    if (by === undefined) throw error;
    say(`into its ROM by ${by}`);
    found = await findBoard({ ...work, waitMs: RESCUED_MS });
  }
  say(foundText(found));
  if (found.what === 'rom' && work.earlier !== undefined && isOfEarlier(work.earlier, found.device)) {
    say(`the last run ${brokenOffText(work.earlier)}; everything is erased and written anew`);
  }
  return found;
}

/** By what the board was brought into its ROM; undefined where nobody can, or where an application may be there after all. */
async function rescued({ rescue, segments, trigger, earlier }: FlashWork, say: Say): Promise<string | undefined> {
  if (rescue === undefined || segments === undefined || trigger !== undefined) return undefined;
  const why =
    (await rescue.whyNoApplication()) ??
    (earlier?.stage === 'written' ? `the last run ${brokenOffText(earlier)}` : undefined);
  if (why === undefined) return undefined;
  say(`nothing of it on USB, and no application that could be: ${why}`);
  return rescue.intoRom();
}

function isOfEarlier(earlier: BrokenOff, rom: UsbIdentity): boolean {
  return earlier.rom !== undefined && isSameDevice(earlier.rom, rom);
}

/** The application that a run had seen on this very board before it broke off: what the next one waits for in the end. */
function beforeBreakingOff({ earlier }: FlashWork, rom: UsbIdentity): UsbIdentity | undefined {
  return earlier !== undefined && isOfEarlier(earlier, rom) ? earlier.before : undefined;
}

function foundText(found: FoundBoard): string {
  if (found.what === 'rom') return `${identityText(found.device)}: the ROM runs already`;
  if (found.device === undefined) return 'nothing of it yet; the trigger has to bring it there';
  return `${identityText(found.device)}${found.application === undefined ? '' : ': the application offers DFU_DETACH'}`;
}

async function leaveApplication(
  { trigger, scope }: FlashWork,
  stages: FlashStages,
  application: DetachableApplication | undefined,
): Promise<void> {
  await stages.run('detached', async (say) => {
    if (application !== undefined) {
      await application.detach(scope);
      say(application.willDetach ? 'by DFU_DETACH; it detached by itself' : 'by DFU_DETACH and a bus reset');
    } else {
      await trigger?.pull();
      say(`by ${trigger?.words ?? 'nothing: it has to jump by itself'}`);
    }
  });
}

async function openRom(
  work: FlashWork,
  stages: FlashStages,
  known: UsbPort | undefined,
  took: (port: UsbPort) => void,
): Promise<DfuseSession> {
  const { board, chip, permissions, bus, scope, recorder, uniqueId, onProgress } = work;
  return stages.run('entered', async (say) => {
    const port = known ?? (await untilRom({ bus, scope, ms: ENUMERATES_MS }));
    took(port);
    const session = await openDfuse(port, {
      chip,
      board,
      permissions,
      bus,
      scope,
      ...(uniqueId === undefined ? {} : { uniqueId }),
      ...(recorder === undefined ? {} : { recorder }),
      ...(onProgress === undefined ? {} : { onProgress }),
    });
    const { serial, bcdDevice, romId, romVersion, first, wTransferSize } = session.id;
    say(
      `the ROM of the ${chip.name}: memory map and bcdDevice ${hex(bcdDevice)} fit, serial number ${serial ?? 'none'}`,
    );
    say(
      `ROM ID ${romId === undefined ? 'not readable over USB' : `${hex(romId)}${romVersion === undefined ? '' : ` (${romVersion})`}`}`,
    );
    const midway = MIDWAY.includes(first.state) ? ': a transfer that broke off' : '';
    say(`wTransferSize ${wTransferSize}; it was in ${first.state}, ${first.statusName}${midway}`);
    return session;
  });
}

async function writeImage(
  { segments }: FlashWork,
  stages: FlashStages,
  session: DfuseSession,
  progress: () => Progress | undefined,
): Promise<void> {
  if (segments === undefined) {
    stages.skip('written', 'not asked for', '--trigger-only');
    return;
  }
  const bytes = segments.reduce((sum, segment) => sum + segment.bytes.length, 0);
  await stages.run('written', async (say) => {
    const startedAt = performance.now();
    await session.eraseAndWrite(segments).catch((error: unknown) => {
      const now = progress();
      if (now !== undefined) say(`${progressWords(now)} when it broke off`);
      throw error;
    });
    const seconds = (performance.now() - startedAt) / 1000;
    say(`${bytes} bytes, all read back and equal, ${(bytes / 1024 / seconds).toFixed(1)} KiB/s over all`);
  });
}

async function leaveRom({ start }: FlashWork, stages: FlashStages, session: DfuseSession): Promise<void> {
  await stages.run('left', async (say) => {
    await session.go(start);
    say(`for the vector table at ${hex(start)}; the ROM's device is gone from the bus`);
  });
}

/** What came back is the application if it is what left: ids and serial number. */
async function awaitComeback(
  { bus, scope }: FlashWork,
  stages: FlashStages,
  before: UsbIdentity | undefined,
): Promise<UsbIdentity | undefined> {
  if (before === undefined) {
    stages.skip('back', 'not confirmed', 'no application was seen before, so nobody knows by what it shows');
    return undefined;
  }
  return stages.run('back', async (say) => {
    const device = await untilPlugged(
      bus,
      deadline('the application on USB', BACK_MS, scope),
      identityText(before),
      ({ vendorId, productId, serialNumber }) =>
        vendorId === before.vendorId && productId === before.productId && serialNumber === before.serialNumber,
    );
    say(`${identityText(device)}, as before`);
    return device;
  });
}
