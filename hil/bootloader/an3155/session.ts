import { type Chip, overlaps, pageCount } from '../../chip/chip.ts';
import { hex } from '../../error/format-error.ts';
import { HilError, isHilError } from '../../error/hil-error.ts';
import type { Access, Permissions } from '../../guard/access.ts';
import { requirePermission } from '../../guard/decide.ts';
import type { Segment } from '../../image/image.ts';
import type { DeadlineScope } from '../../trace/deadline.ts';
import type { Recorder } from '../../trace/recorder.ts';
import { recordStep } from '../../trace/step.ts';
import type { SerialLine } from '../../transport/serial-line.ts';
import { formatText } from '../../transport/serial-line.ts';
import { compareReadBack } from '../read-back.ts';
import type { Progress, RomSession } from '../rom-session.ts';
import { requireStartable } from '../vector-check.ts';
import { intoBlocks, planWrite } from '../write-plan.ts';
import { commands, type GetReply, MAX_BLOCK, MAX_ERASE_PAGES, type VersionReply } from './coder.ts';
import { eraseAllWithQuirks, erasePagesWithQuirks } from './erase.ts';
import { createLink } from './link.ts';
import { resetStub } from './ram-stub.ts';
import { createRomClient } from './rom-client.ts';
import { NO_QUIRKS, quirksOf, type RomQuirks } from './rom-quirks.ts';
import { romTiming } from './rom-timing.ts';
import { resynchronise, type SyncState, synchronise } from './sync.ts';

/** Most pages asked for in one Extended Erase: what stm32flash sends; AN4221 2.13 allows one more on I2C. */
const PAGES_AT_ONCE = 511;

/** How long each byte that brings the ROM back in step waits for its answer, when not even Get was understood. */
const FIRST_GET_PATIENCE_MS = [150, 600];

export interface BootloaderOptions {
  readonly chip: Chip;
  /** Named in errors and in the step stream. */
  readonly board: string;
  readonly permissions: Permissions;
  /** Revocation and lag of the board. */
  readonly scope?: DeadlineScope;
  readonly recorder?: Recorder;
  readonly onProgress?: (progress: Progress) => void;
}

/** Who answered: the first half of the positive proof that a ROM is running. */
export interface RomIdentity {
  readonly sync: SyncState;
  /** e.g. 0x31 */
  readonly protocolVersion: number;
  readonly commands: readonly number[];
  /** Answer to Get ID; equals the chip's DEV_ID. */
  readonly productId: number;
  /** The byte at the chip's ROM ID address; undefined if the ROM refuses to read (readout protection). */
  readonly romId: number | undefined;
  /** As AN2606 names it, e.g. `V11.3`; undefined for an ID that is not listed. */
  readonly romVersion: string | undefined;
}

/**
 * A conversation with a ROM over USART. Calls are served one after the other. After a failure that leaves the ROM inside a command, the
 * next call first brings it back in step. Once the ROM has left (GO, protection change) every call throws HilError 310.
 * Every call can throw HilError 303 (no answer), 304 (NACK), 305 (other bytes), 311 (not back in step), 205 (line lost), 501 (revoked).
 */
export interface BootloaderSession extends RomSession {
  readonly id: RomIdentity;
  getVersion(): Promise<VersionReply>;
  getId(): Promise<number>;
  /**
   * @param options.knownDefects `ignore` sends the list in one command also to a ROM that is known to fail then: to show that it does.
   * @throws HilError 451
   */
  erasePages(pages: readonly number[], options?: { readonly knownDefects?: 'avoid' | 'ignore' }): Promise<void>;
  /** Makes the chip reset itself by a routine in RAM: a clean restart that needs no help by the firmware in flash. */
  goRamStub(): Promise<void>;
  /** Protects exactly these sectors; the chip then resets. @throws HilError 452 */
  writeProtect(sectors: readonly number[]): Promise<void>;
  /** @throws HilError 452 */
  writeUnprotect(): Promise<void>;
  /** Level 1. @throws HilError 454 */
  readoutProtect(): Promise<void>;
  /** A Write Memory whose checksum is wrong: for tests of the ROM, which must refuse it. @throws HilError 304 when it does */
  writeWithBadChecksum(address: number, bytes: Uint8Array): Promise<void>;
}

/**
 * Synchronises with the ROM on an open line and asks who it is.
 * @throws HilError 301, 302 (no ROM, with a diagnosis), 102 (another chip), 303 to 306
 */
export async function openBootloader(line: SerialLine, options: BootloaderOptions): Promise<BootloaderSession> {
  const { chip, board } = options;
  const link = createLink(line, { ...options.scope, board });
  let known: readonly number[] | undefined;
  const rom = createRomClient(link, () => known, romTiming(chip));
  let ended: string | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  const permit = (access: Access): void =>
    requirePermission({ name: board, chip, permissions: options.permissions }, access);
  const progress = options.onProgress ?? (() => {});

  /** One call after the other, each recorded, none on a session that is over. */
  const call = <T>(action: string, args: unknown, work: () => Promise<T>): Promise<T> => {
    const run = async (): Promise<T> => {
      if (ended !== undefined) {
        throw new HilError(310, `${board}: ${action} on a bootloader session that is over: ${ended}`, {
          blame: 'test',
        });
      }
      if (link.outOfStep) await resynchronise(link);
      return work();
    };
    const recorded = async (): Promise<T> =>
      options.recorder === undefined
        ? run()
        : recordStep(options.recorder, { board, action: `bootloader ${action}`, args }, run);
    const mine = turn.then(recorded);
    turn = mine.catch(() => {});
    return mine;
  };

  const read = async (address: number, length: number, report?: (done: number) => void): Promise<Uint8Array> => {
    const all = new Uint8Array(length);
    for (let done = 0; done < length; done += MAX_BLOCK) {
      const count = Math.min(MAX_BLOCK, length - done);
      all.set(await rom.readBlock(address + done, count), done);
      report?.(done + count);
    }
    return all;
  };

  const readBack = async (expected: readonly Segment[]): Promise<void> => {
    const total = sizeOf(expected);
    let before = 0;
    for (const { address, bytes } of expected) {
      const found = await read(address, bytes.length, (done) =>
        progress({ phase: 'read-back', done: before + done, total }),
      );
      compareReadBack(board, address, bytes, found, chip.flash.erasedByte);
      before += bytes.length;
    }
  };

  const writeBlocks = async (blocks: readonly Segment[]): Promise<void> => {
    const total = sizeOf(blocks);
    let done = 0;
    for (const { address, bytes } of blocks) {
      await rom.writeBlock(address, bytes);
      done += bytes.length;
      progress({ phase: 'write', done, total });
    }
  };

  const write = async (address: number, bytes: Uint8Array): Promise<void> => {
    const inFlash = overlaps(chip.flash, address, bytes.length);
    const unit = inFlash ? Math.max(chip.rom.writeAlignment, chip.flash.programUnit) : chip.rom.writeAlignment;
    const from = Math.floor(address / unit) * unit;
    const to = Math.ceil((address + bytes.length) / unit) * unit;
    const whole = new Uint8Array(to - from);
    if (from < address) whole.set(await read(from, unit), 0);
    if (to > address + bytes.length) whole.set(await read(to - unit, unit), to - unit - from);
    whole.set(bytes, address - from);
    if (inFlash) await chooseWords();
    await writeBlocks(intoBlocks({ address: from, bytes: whole }, maxBlock()));
    await readBack([{ address: from, bytes: whole }]);
  };

  const quirks = () => quirksOf(session.id.productId, session.id.romId);
  const maxBlock = (): number => quirks()?.maxWriteBytes ?? MAX_BLOCK;

  let wordsChosen = chip.rom.voltageRange === undefined;
  /** The ROM of F4 programs and erases by bytes, four times as slow, until it is told that the supply allows words. */
  const chooseWords = async (): Promise<void> => {
    const range = chip.rom.voltageRange;
    if (wordsChosen || range === undefined) return;
    wordsChosen = true;
    const bytes = Uint8Array.of(range.words, 0xff, 0xff, 0xff);
    permit({ kind: 'write', via: 'usart', address: range.address, bytes });
    await rom.writeBlock(range.address, bytes).catch((error: unknown) => {
      // A ROM that does not take it goes on by bytes.
      if (!isHilError(error) || error.code !== 304) throw error;
    });
  };

  const erase = async (pages: readonly number[], avoided: RomQuirks | undefined = quirks()): Promise<void> => {
    await chooseWords();
    await erasePagesWithQuirks(link, pages, {
      quirks: avoided,
      limit: Math.min(known?.includes(commands.EER.code) === true ? PAGES_AT_ONCE : MAX_ERASE_PAGES, pageCount(chip)),
      erase: rom.erasePages,
      report: (done, total) => progress({ phase: 'erase', done, total }),
    });
  };

  const start = async (address: number, unchecked: boolean): Promise<void> => {
    if (!unchecked) requireStartable(chip, board, await read(address, 8), address, `GO to ${hex(address)}`);
    await rom.go(address);
    ended = `the ROM started the application at ${hex(address)}`;
  };

  const leaving = async (why: string, work: () => Promise<void>): Promise<void> => {
    await work();
    ended = why;
  };

  /** A NACK to the first command: the ROM still holds half of one, because its answers came later than they were waited for. */
  const firstGet = async (): Promise<GetReply> => {
    for (const patienceMs of FIRST_GET_PATIENCE_MS) {
      try {
        return await rom.get();
      } catch (error) {
        if (!isHilError(error) || error.code !== 304) throw error;
        await resynchronise(link, patienceMs);
      }
    }
    return rom.get();
  };

  const meet = async (): Promise<RomIdentity> => {
    const sync = await synchronise(link, chip.rom.startupWithoutLseMs ?? chip.rom.startupMs);
    const { version, commands: has } = await firstGet();
    const productId = await rom.productId();
    if (productId !== chip.identity.devId) {
      throw new HilError(
        102,
        `${board}: Get ID answered ${hex(productId)}, the ${chip.name} has ${hex(chip.identity.devId)}`,
        { blame: 'rig', context: { productId, devId: chip.identity.devId, chip: chip.name } },
      );
    }
    known = has;
    const romId = await rom.readBlock(chip.rom.idAddress, 1).then(
      (bytes) => bytes[0],
      (error: unknown) => {
        if (isHilError(error) && error.code === 304) return undefined;
        throw error;
      },
    );
    const romVersion = chip.rom.versions.find((version) => version.id === romId)?.version;
    return { sync, protocolVersion: version, commands: has, productId, romId, romVersion };
  };

  const session: BootloaderSession = {
    id: await meet().catch((error: unknown) => {
      link.dispose();
      throw explainFirstContact(error, line);
    }),
    getVersion: () => call('getVersion', {}, rom.version),
    getId: () => call('getId', {}, rom.productId),
    readMemory: (address, length) => call('readMemory', { address: hex(address), length }, () => read(address, length)),
    writeMemory: (address, bytes) =>
      call('writeMemory', { address: hex(address), length: bytes.length }, async () => {
        if (overlaps(chip.optionBytes, address, bytes.length)) {
          throw new HilError(
            312,
            `${board}: option bytes at ${hex(address)} are written by writeOptionBytes, as a whole`,
            {
              blame: 'test',
            },
          );
        }
        permit({ kind: 'write', via: 'usart', address, bytes });
        if (bytes.length > 0) await write(address, bytes);
      }),
    erasePages: (pages, { knownDefects = 'avoid' } = {}) =>
      call('erasePages', { pages, knownDefects }, async () => {
        permit({ kind: 'erase-pages', via: 'usart', pages });
        await erase(pages, knownDefects === 'ignore' ? NO_QUIRKS : quirks());
      }),
    massErase: () =>
      call('massErase', {}, async () => {
        permit({ kind: 'erase-all', via: 'usart' });
        // The FLASH interface of L0 knows no mass erase, and the ROM refuses it (AN2606 r70 4.4).
        if (chip.rom.massErase === false) return erase(Array.from({ length: pageCount(chip) }, (_, i) => i));
        await chooseWords();
        await eraseAllWithQuirks(link, quirks(), () => rom.eraseAll());
      }),
    eraseAndWrite: (segments) =>
      call('eraseAndWrite', { bytes: sizeOf(segments) }, async () => {
        const plan = planWrite(chip, segments, maxBlock());
        permit({ kind: 'erase-pages', via: 'usart', pages: plan.pages });
        permit({ kind: 'image', via: 'usart', segments: plan.expected });
        await erase(plan.pages);
        await writeBlocks(plan.blocks);
        await readBack(plan.expected);
      }),
    verify: (segments) => call('verify', { bytes: sizeOf(segments) }, () => readBack(segments)),
    go: (address, { unchecked = false } = {}) =>
      call('go', { address: hex(address), unchecked }, () => start(address, unchecked)),
    goRamStub: () =>
      call('goRamStub', {}, async () => {
        const { address, bytes } = resetStub(chip);
        permit({ kind: 'write', via: 'usart', address, bytes });
        await write(address, bytes);
        await start(address, false);
      }),
    writeProtect: (sectors) =>
      call('writeProtect', { sectors }, () => {
        permit({ kind: 'write-protection', via: 'usart', set: true });
        return leaving('Write Protect resets the chip', () => rom.writeProtect(sectors));
      }),
    writeUnprotect: () =>
      call('writeUnprotect', {}, () => {
        permit({ kind: 'write-protection', via: 'usart', set: false });
        return leaving('Write Unprotect resets the chip', () => rom.changeProtection('WPUN'));
      }),
    readoutProtect: () =>
      call('readoutProtect', {}, () => {
        permit({ kind: 'readout-protection', via: 'usart', set: true });
        return leaving('Readout Protect resets the chip', () => rom.changeProtection('RDP'));
      }),
    readoutUnprotect: () =>
      call('readoutUnprotect', {}, () => {
        permit({ kind: 'readout-protection', via: 'usart', set: false });
        return leaving('Readout Unprotect erases and resets the chip', () => rom.changeProtection('RDU'));
      }),
    writeOptionBytes: (bytes) =>
      call('writeOptionBytes', { bytes }, () => {
        permit({ kind: 'write', via: 'usart', address: chip.optionBytes.base, bytes });
        return leaving('the chip loads the new option bytes and resets', () =>
          rom.writeBlock(chip.optionBytes.base, bytes),
        );
      }),
    writeWithBadChecksum: (address, bytes) =>
      call('writeWithBadChecksum', { address: hex(address), length: bytes.length }, () => {
        permit({ kind: 'write', via: 'usart', address, bytes });
        return rom.writeBlockWithBadChecksum(address, bytes);
      }),
    get ended() {
      return ended;
    },
    close() {
      ended ??= 'it was closed';
      link.dispose();
    },
  };
  return session;
}

/** A ROM that took 0x7F and then stumbles at its first command has, most often, been spoken to without parity: 0x7F looks the same in both. */
function explainFirstContact(error: unknown, line: SerialLine): unknown {
  if (!isHilError(error) || ![303, 304, 305].includes(error.code) || line.format.parity === 'even') return error;
  return new HilError(
    302,
    `${error.message.replace(/ {2}\[HIL-\d+\]$/, '')}; 0x7F was answered before, and the line is ${formatText(line.format)}: the ROM wants even parity (8E1)`,
    { blame: 'rig', context: { ...error.context, cause: 'parity' }, cause: error },
  );
}

function sizeOf(segments: readonly Segment[]): number {
  return segments.reduce((sum, { bytes }) => sum + bytes.length, 0);
}
