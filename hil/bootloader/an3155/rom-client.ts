import { hex } from '../../error/format-error.ts';
import { HilError } from '../../error/hil-error.ts';
import {
  addressFrame,
  type Command,
  checksumParameterFrame,
  commands,
  commandText,
  eraseAllFrame,
  eraseFrame,
  extendedEraseFrame,
  type GetReply,
  parseChecksumReply,
  parseGetReply,
  parseIdReply,
  parseVersionReply,
  readCountFrame,
  replyLength,
  specialEraseFrame,
  type VersionReply,
  writeFrame,
  writeProtectFrame,
} from './coder.ts';
import { type An3155Link, answerMs } from './link.ts';
import type { RomTiming } from './rom-timing.ts';

/** Each command of AN3155 as one exchange: no retries, no permissions, no read-back. */
export interface RomClient {
  get(): Promise<GetReply>;
  version(): Promise<VersionReply>;
  productId(): Promise<number>;
  /** @param count 1 to 256 */
  readBlock(address: number, count: number): Promise<Uint8Array>;
  /** @param bytes 1 to 256 */
  writeBlock(address: number, bytes: Uint8Array): Promise<void>;
  /** Sends a Write Memory with a wrong checksum, which a ROM must answer with NACK. */
  writeBlockWithBadChecksum(address: number, bytes: Uint8Array): Promise<void>;
  erasePages(pages: readonly number[]): Promise<void>;
  eraseAll(): Promise<void>;
  go(address: number): Promise<void>;
  writeProtect(sectors: readonly number[]): Promise<void>;
  /** Write Unprotect, Readout Protect, Readout Unprotect: two ACKs, then the chip resets itself. */
  changeProtection(command: 'WPUN' | 'RDP' | 'RDU'): Promise<void>;
  /** CRC of `words` words; only ROMs with protocol V3.3. */
  checksum(address: number, words: number, polynomial: number, initial: number): Promise<number>;
}

/** @param has Codes of the commands that this ROM has, once Get has told; undefined before. */
export function createRomClient(
  link: An3155Link,
  has: () => readonly number[] | undefined,
  timing: RomTiming,
): RomClient {
  const command = async (wanted: Command): Promise<void> => {
    const known = has();
    if (known !== undefined && !known.includes(wanted.code)) {
      throw new HilError(309, `${boardOf(link)}this ROM has no command ${commandText(wanted)}`, {
        blame: 'test',
        context: { command: wanted.code, has: known },
      });
    }
    await link.command(wanted);
  };
  const atAddress = async (wanted: Command, address: number): Promise<void> => {
    const frame = addressFrame(address);
    await command(wanted);
    await link.acknowledged(frame, `the address ${hex(address)} of ${commandText(wanted)}`, answerMs.command);
  };
  const counted = async (wanted: Command): Promise<Uint8Array> => {
    await command(wanted);
    const what = `reply to ${commandText(wanted)}`;
    const count = await link.reply(1, what);
    const rest = await link.reply(replyLength(count[0] as number), what);
    return Uint8Array.of(...count, ...rest);
  };
  const write = async (address: number, frame: Uint8Array): Promise<void> => {
    await atAddress(commands.WM, address);
    const count = frame.length - 2;
    await link.acknowledged(frame, `${count} bytes written at ${hex(address)}`, timing.write(count));
  };

  return {
    get: async () => parseGetReply(await counted(commands.GET)),
    productId: async () => parseIdReply(await counted(commands.GID)),
    async version() {
      await command(commands.GV);
      return parseVersionReply(await link.reply(4, `reply to ${commandText(commands.GV)}`));
    },
    async readBlock(address, count) {
      const frame = readCountFrame(count);
      await atAddress(commands.RM, address);
      await link.acknowledged(frame, `the length ${count} of ${commandText(commands.RM)}`, answerMs.command);
      return link.reply(count, `${count} bytes from ${hex(address)}`);
    },
    writeBlock: (address, bytes) => write(address, writeFrame(bytes)),
    writeBlockWithBadChecksum(address, bytes) {
      const frame = writeFrame(bytes);
      frame[frame.length - 1] = (frame.at(-1) as number) ^ 0x01;
      return write(address, frame);
    },
    async erasePages(pages) {
      const extended = has()?.includes(commands.ER.code) !== true;
      const wanted = extended ? commands.EER : commands.ER;
      const frame = extended ? extendedEraseFrame(pages) : eraseFrame(pages);
      await command(wanted);
      await link.acknowledged(frame, `${commandText(wanted)} of ${pagesText(pages)}`, timing.erase(pages));
    },
    async eraseAll() {
      const extended = has()?.includes(commands.ER.code) !== true;
      const wanted = extended ? commands.EER : commands.ER;
      await command(wanted);
      const frame = extended ? specialEraseFrame('mass') : eraseAllFrame();
      await link.acknowledged(frame, `${commandText(wanted)} of the whole flash`, timing.eraseAll);
    },
    go: (address) => atAddress(commands.GO, address),
    async writeProtect(sectors) {
      const frame = writeProtectFrame(sectors);
      await command(commands.WP);
      await link.acknowledged(frame, `the sectors of ${commandText(commands.WP)}`, answerMs.protection);
    },
    async changeProtection(name) {
      await command(commands[name]);
      await link.acknowledge(`completed ${commandText(commands[name])}`, answerMs.protection);
    },
    async checksum(address, words, polynomial, initial) {
      await atAddress(commands.CRC, address);
      for (const [value, what] of [
        [words, 'size'],
        [polynomial, 'polynomial'],
        [initial, 'initial value'],
      ] as const) {
        await link.acknowledged(
          checksumParameterFrame(value),
          `the ${what} of ${commandText(commands.CRC)}`,
          answerMs.command,
        );
      }
      return parseChecksumReply(await link.reply(5, `reply to ${commandText(commands.CRC)}`));
    },
  };
}

function pagesText(pages: readonly number[]): string {
  if (pages.length === 1) return `page ${pages[0]}`;
  return pages.length <= 8 ? `pages ${pages.join(', ')}` : `${pages.length} pages from ${pages[0]} on`;
}

function boardOf(link: An3155Link): string {
  return link.scope.board === undefined ? '' : `${link.scope.board}: `;
}
