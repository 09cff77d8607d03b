import { type Chip, contains, overlaps, type Page, pageAt, pageCount } from '../../chip/chip.ts';
import { hex } from '../../error/format-error.ts';
import { HilError, isHilError } from '../../error/hil-error.ts';
import type { Access, Permissions } from '../../guard/access.ts';
import { requirePermission } from '../../guard/decide.ts';
import type { Segment } from '../../image/image.ts';
import type { DeadlineScope } from '../../trace/deadline.ts';
import type { Recorder } from '../../trace/recorder.ts';
import { recordStep } from '../../trace/step.ts';
import { isGone } from '../../transport/usb/usb-failure.ts';
import type { UsbBus, UsbIdentity, UsbPort } from '../../transport/usb/usb-port.ts';
import { compareReadBack } from '../read-back.ts';
import type { Progress, RomSession } from '../rom-session.ts';
import { requireStartable } from '../vector-check.ts';
import { planWrite } from '../write-plan.ts';
import { eraseAll, readUnprotect } from './commands.ts';
import { createDfuLink } from './dfu-link.ts';
import { type DfuQuirks, dfuQuirksOf, NO_DFU_QUIRKS } from './dfu-quirks.ts';
import type { DfuStatus } from './dfu-status.ts';
import { type Alternate, identifyRom } from './identify.ts';
import { seeOff } from './leave.ts';
import { createMemoryAccess } from './memory-access.ts';

/** Most bytes in one transfer: what Linux takes in one control transfer (usbfs), twice the most that a ROM takes (AN3156). */
const MOST_AT_ONCE = 4096;

/** How long work may take beyond what the part's data sheet says; the answer of an F4 sector of 128 KB takes 4 s. */
const workMs = { page: 5000, eraseAll: 35_000, leave: 5000, options: 10_000 } as const;

export interface DfuseOptions {
  readonly chip: Chip;
  /** Named in errors and in the step stream. */
  readonly board: string;
  readonly permissions: Permissions;
  /** Where the device was found: only there can be seen whether it has left. */
  readonly bus: UsbBus;
  /** As the probe reads it, 24 hexadecimal digits, if it is known: then another chip of the same part is told apart. */
  readonly uniqueId?: string;
  /** Revocation and lag of the board. */
  readonly scope?: DeadlineScope;
  readonly recorder?: Recorder;
  readonly onProgress?: (progress: Progress) => void;
}

/** Who answered: the first half of the positive proof that a ROM is running. */
export interface DfuseIdentity {
  readonly device: UsbIdentity;
  /** BCD: generation of the ROM's USB, e.g. 0x0200. */
  readonly bcdDevice: number;
  readonly serial: string | undefined;
  readonly product: string | undefined;
  readonly alternates: readonly Alternate[];
  /** Most bytes in one transfer, of the functional descriptor. */
  readonly wTransferSize: number;
  /** What the first GETSTATUS said: F0 and F4 start in dfuERROR, errFIRMWARE. */
  readonly first: DfuStatus;
  /** Commands that the ROM lists, e.g. 0x00, 0x21, 0x41, 0x92. */
  readonly commands: readonly number[];
  /** The byte at the chip's ROM ID address; undefined if the ROM refuses to read it over DFU. */
  readonly romId: number | undefined;
  /** As AN2606 names it, e.g. `V9.2`; undefined for an ID that is not listed. */
  readonly romVersion: string | undefined;
}

/** `ignore` does what a tool does that knows of no defect: to show what then happens. */
export interface KnownDefects {
  readonly knownDefects?: 'avoid' | 'ignore';
}

/**
 * A conversation with a ROM over USB. Calls are served one after the other. After a failure the next call first brings the device back
 * to dfuIDLE. Once the ROM has left (leave, a change of protection or options, the cable) every call throws HilError 310.
 * Every call can throw HilError 250 to 256 (USB), 325 (refused), 326 (busy for too long), 329 (malformed answer), 501 (revoked).
 */
export interface DfuseSession extends RomSession {
  readonly id: DfuseIdentity;
  /** @throws HilError 307, 312, 328 (the map forbids it), 451, 456 */
  writeMemory(address: number, bytes: Uint8Array, options?: KnownDefects): Promise<void>;
  /** @throws HilError 328, 451, 475 (reported as erased, and not blank) */
  erasePages(pages: readonly number[], options?: KnownDefects): Promise<void>;
  /** GETSTATUS, and nothing else: what state the device is in. */
  status(): Promise<DfuStatus>;
  /** Brings the device to dfuIDLE from whatever state it is in. */
  abort(): Promise<void>;
}

/**
 * Opens a device, makes sure that it is the ROM of this chip, claims its DFU interface and brings it to dfuIDLE. The port stays the
 * caller's: `close` gives back the interface alone.
 * @throws HilError 320 to 324, 102 (who it is), 250 to 256 (USB), 326 (it cannot be brought to dfuIDLE)
 */
export async function openDfuse(port: UsbPort, options: DfuseOptions): Promise<DfuseSession> {
  const { chip, board, bus } = options;
  const scope: DeadlineScope = { ...options.scope, board };
  await port.open();
  const rom = await identifyRom(port, chip, { board, uniqueId: options.uniqueId });
  const interfaceNumber = rom.dfu.number;
  await port.claimInterface(interfaceNumber);
  const link = createDfuLink(port, interfaceNumber, scope);
  const transferSize = Math.min(rom.functional.wTransferSize, MOST_AT_ONCE);
  const memory = createMemoryAccess({
    port,
    link,
    interfaceNumber,
    alternates: rom.alternates,
    transferSize,
    board,
  });
  let ended: string | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  const permit = (access: Access): void =>
    requirePermission({ name: board, chip, permissions: options.permissions }, access);
  const progress = options.onProgress ?? (() => {});
  const isErased = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === chip.flash.erasedByte);

  /** One call after the other, each recorded, none on a session that is over. */
  const call = <T>(action: string, args: unknown, work: () => Promise<T>): Promise<T> => {
    const run = async (): Promise<T> => {
      scope.signal?.throwIfAborted();
      if (ended !== undefined) {
        throw new HilError(310, `${board}: ${action} on a bootloader session that is over: ${ended}`, {
          blame: 'test',
        });
      }
      try {
        return await work();
      } catch (error) {
        memory.forget();
        if (isGone(error)) ended = `the device left the bus during ${action}`;
        throw error;
      }
    };
    const recorded = async (): Promise<T> =>
      options.recorder === undefined
        ? run()
        : recordStep(options.recorder, { board, action: `bootloader ${action}`, args }, run);
    const mine = turn.then(recorded);
    turn = mine.catch(() => {});
    return mine;
  };

  const readBack = async (expected: readonly Segment[]): Promise<void> => {
    const total = sizeOf(expected);
    let before = 0;
    for (const { address, bytes } of expected) {
      const found = await memory.read(address, bytes.length, (done) =>
        progress({ phase: 'read-back', done: before + done, total }),
      );
      compareReadBack(board, address, bytes, found, chip.flash.erasedByte);
      before += bytes.length;
    }
  };

  let wordsChosen = chip.rom.voltageRange === undefined;
  /** The ROM of F4 programs and erases by bytes, four times as slow, until it is told that the supply allows words (AN2606 T4). */
  const chooseWords = async (): Promise<void> => {
    const range = chip.rom.voltageRange;
    if (wordsChosen || range === undefined) return;
    wordsChosen = true;
    const bytes = Uint8Array.of(range.words, 0xff, 0xff, 0xff);
    permit({ kind: 'write', via: 'usb', address: range.address, bytes });
    await memory.write({ address: range.address, bytes }).catch((error: unknown) => {
      // A ROM that does not take it goes on by bytes.
      if (!isHilError(error) || error.code !== 325) throw error;
      memory.forget();
    });
  };

  const write = async (address: number, bytes: Uint8Array, quirks: DfuQuirks): Promise<void> => {
    const inFlash = overlaps(chip.flash, address, bytes.length);
    const least = inFlash ? Math.max(chip.rom.writeAlignment, chip.flash.programUnit) : chip.rom.writeAlignment;
    const unit = quirks.wholeBlocks === undefined ? least : Math.max(least, quirks.wholeBlocks.of);
    const from = Math.floor(address / unit) * unit;
    const to = Math.ceil((address + bytes.length) / unit) * unit;
    const whole = new Uint8Array(to - from);
    if (from < address) whole.set(await memory.read(from, unit), 0);
    if (to > address + bytes.length) whole.set(await memory.read(to - unit, unit), to - unit - from);
    whole.set(bytes, address - from);
    await writeWhole(from, whole, inFlash);
  };

  const writeWhole = async (address: number, bytes: Uint8Array, inFlash: boolean): Promise<void> => {
    if (inFlash) await chooseWords();
    const report = (done: number): void => progress({ phase: 'write', done, total: bytes.length });
    await memory.write({ address, bytes }, { report });
    await readBack([{ address, bytes }]);
  };

  const erase = async (pages: readonly number[], quirks: DfuQuirks): Promise<void> => {
    const all = pages.map((page) => pageNamed(chip, board, page));
    await chooseWords();
    for (const [i, { index, base, size }] of all.entries()) {
      await memory.erase(base, eraseMs(chip, index));
      if (quirks.doubtfulEraseFrom !== undefined && base >= quirks.doubtfulEraseFrom) {
        if (!isErased(await memory.read(base, size))) throw notBlank(board, index, base);
      }
      progress({ phase: 'erase', done: i + 1, total: all.length });
    }
  };

  /** What ends in a reset or a start: sent, then seen off. */
  const leaving = async (why: string, what: string, ms: number, works: boolean, request: () => Promise<void>) => {
    try {
      await request();
    } catch (error) {
      // Gone before it could say that it took the request.
      if (!isGone(error)) throw error;
      ended = why;
      return;
    }
    await seeOff({ port, bus, link, scope, what, ms, works });
    ended = why;
  };

  const start = async (address: number, unchecked: boolean): Promise<void> => {
    if (!unchecked) requireStartable(chip, board, await memory.read(address, 8), address, `leave for ${hex(address)}`);
    await memory.point(address);
    const why = `the ROM started the application at ${hex(address)}`;
    await leaving(why, `leave for ${hex(address)}`, workMs.leave, false, memory.sendLeave);
  };

  const meet = async (): Promise<DfuseIdentity> => {
    const first = await link.toIdle();
    const commands = await memory.commands();
    const romId = await readByte(chip.rom.idAddress);
    const { vendorId, productId, path } = port;
    return {
      device: { id: port.id, vendorId, productId, bcdDevice: rom.bcdDevice, serialNumber: rom.serial, path },
      bcdDevice: rom.bcdDevice,
      serial: rom.serial,
      product: rom.product,
      alternates: rom.alternates,
      wTransferSize: rom.functional.wTransferSize,
      first,
      commands,
      romId,
      romVersion: chip.rom.versions.find((version) => version.id === romId)?.version,
    };
  };

  /** Undefined if the ROM refuses: readout protection, or system memory that it does not show over DFU. */
  const readByte = async (address: number): Promise<number | undefined> => {
    try {
      return (await memory.read(address, 1))[0];
    } catch (error) {
      memory.forget();
      if (isHilError(error) && (error.code === 325 || error.code === 329)) return undefined;
      throw error;
    }
  };

  const id = await meet().catch(async (error: unknown) => {
    await port.releaseInterface(interfaceNumber).catch(() => {});
    throw error;
  });
  const quirks = dfuQuirksOf(chip.identity.devId, id.romId) ?? NO_DFU_QUIRKS;
  const heeded = ({ knownDefects = 'avoid' }: KnownDefects): DfuQuirks =>
    knownDefects === 'ignore' ? NO_DFU_QUIRKS : quirks;

  return {
    id,
    status: () => call('status', {}, link.status),
    abort: () =>
      call('abort', {}, async () => {
        memory.forget();
        await link.toIdle();
      }),
    readMemory: (address, length) =>
      call('readMemory', { address: hex(address), length }, () => memory.read(address, length)),
    writeMemory: (address, bytes, defects = {}) =>
      call('writeMemory', { address: hex(address), length: bytes.length, ...defects }, async () => {
        if (overlaps(chip.optionBytes, address, bytes.length)) {
          throw new HilError(
            312,
            `${board}: option bytes at ${hex(address)} are written by writeOptionBytes, as a whole`,
            { blame: 'test' },
          );
        }
        permit({ kind: 'write', via: 'usb', address, bytes });
        if (bytes.length === 0) return;
        if (defects.knownDefects === 'ignore') await writeWhole(address, bytes, contains(chip.flash, address));
        else await write(address, bytes, quirks);
      }),
    erasePages: (pages, defects = {}) =>
      call('erasePages', { pages, ...defects }, async () => {
        permit({ kind: 'erase-pages', via: 'usb', pages });
        await erase(pages, heeded(defects));
      }),
    massErase: () =>
      call('massErase', {}, async () => {
        permit({ kind: 'erase-all', via: 'usb' });
        // The FLASH interface of L0 knows no mass erase, and its ROM has none (AN2606 r70 4.4).
        if (chip.rom.massErase === false) {
          return erase(
            Array.from({ length: pageCount(chip) }, (_, i) => i),
            quirks,
          );
        }
        await chooseWords();
        await memory.command(eraseAll(), 'to erase the whole flash', massEraseMs(chip));
        memory.forget();
      }),
    eraseAndWrite: (segments) =>
      call('eraseAndWrite', { bytes: sizeOf(segments) }, async () => {
        const plan = planWrite(chip, segments, transferSize);
        permit({ kind: 'erase-pages', via: 'usb', pages: plan.pages });
        permit({ kind: 'image', via: 'usb', segments: plan.expected });
        await erase(plan.pages, quirks);
        const total = sizeOf(plan.expected);
        let before = 0;
        for (const segment of firstBlockLast(plan.expected, transferSize)) {
          const report = (done: number): void => progress({ phase: 'write', done: before + done, total });
          await memory.write(segment, { skip: isErased, report });
          before += segment.bytes.length;
        }
        await readBack(plan.expected);
      }),
    verify: (segments) => call('verify', { bytes: sizeOf(segments) }, () => readBack(segments)),
    go: (address, { unchecked = false } = {}) =>
      call('go', { address: hex(address), unchecked }, () => start(address, unchecked)),
    readoutUnprotect: () =>
      call('readoutUnprotect', {}, async () => {
        permit({ kind: 'readout-protection', via: 'usb', set: false });
        await leaving(
          'Read Unprotect erases and resets the chip',
          'remove the readout protection',
          massEraseMs(chip),
          true,
          () => memory.send(readUnprotect(), 'to remove the readout protection'),
        );
      }),
    writeOptionBytes: (bytes) =>
      call('writeOptionBytes', { bytes }, async () => {
        const address = chip.optionBytes.base;
        permit({ kind: 'write', via: 'usb', address, bytes });
        await leaving(
          'the chip loads the new option bytes and resets',
          'load the new option bytes',
          workMs.options,
          true,
          () => memory.sendBlock(address, bytes),
        );
      }),
    get ended() {
      return ended;
    },
    close() {
      ended ??= 'it was closed';
      void port.releaseInterface(interfaceNumber).catch(() => {});
    },
  };
}

function pageNamed(chip: Chip, board: string, index: number): Page {
  const page = pageAt(chip, index);
  if (page !== undefined) return page;
  throw new HilError(
    312,
    `${board}: the ${chip.name} has no page ${index}; its pages are 0 to ${pageCount(chip) - 1}`,
    {
      blame: 'test',
      context: { page: index },
    },
  );
}

function notBlank(board: string, page: number, base: number): HilError {
  return new HilError(475, `${board}: the ROM reports page ${page} at ${hex(base)} as erased, and it is not blank`, {
    context: { address: base, page, quirk: 'doubtfulEraseFrom' },
  });
}

/** Twice what the data sheet allows the page; at least what any page takes. */
function eraseMs(chip: Chip, index: number): number {
  let first = 0;
  for (const run of chip.flash.pages) {
    if (index < first + run.count) return Math.max(workMs.page, 2 * run.eraseMs);
    first += run.count;
  }
  return workMs.page;
}

function massEraseMs(chip: Chip): number {
  return Math.max(workMs.eraseAll, 2 * (chip.flash.massEraseMs ?? 0));
}

/**
 * The block with the vector table goes in last, and its page was erased first: what a download that breaks off leaves behind is a flash
 * from which nothing starts, and not half a program that does. A part with an empty check then comes up in its ROM by itself.
 */
function firstBlockLast([first, ...others]: readonly Segment[], blockSize: number): readonly Segment[] {
  if (first === undefined) return others;
  const { address, bytes } = first;
  const rest = { address: address + blockSize, bytes: bytes.subarray(blockSize) };
  return [...(rest.bytes.length === 0 ? [] : [rest]), ...others, { address, bytes: bytes.subarray(0, blockSize) }];
}

function sizeOf(segments: readonly Segment[]): number {
  return segments.reduce((sum, { bytes }) => sum + bytes.length, 0);
}
