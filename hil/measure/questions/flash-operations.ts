import type { Bench } from '../../board/bench-types.ts';
import { addressFrame, xor } from '../../bootloader/an3155/coder.ts';
import { type Page, pageAt, pageCount } from '../../chip/chip.ts';
import { isHilError } from '../../error/hil-error.ts';
import { hex32, type Question } from '../question.ts';
import { openExchange, type RomExchange } from '../rom-exchange.ts';

const ACK = '79';

/** The last pages of the flash: no application of these suites reaches them. */
function lastPages(bench: Bench, count: number): readonly Page[] {
  const total = pageCount(bench.chip);
  return Array.from({ length: count }, (_, i) => pageAt(bench.chip, total - count + i) as Page);
}

/** Write Memory as it is, without the filling up that the session does. Returns the reply to its last frame. */
async function writeAsIs(rom: RomExchange, address: number, data: readonly number[]): Promise<string> {
  const command = await rom.exchange([0x31, 0xce]);
  if (command !== ACK) return `command ${command}`;
  const place = await rom.exchange([...addressFrame(address)]);
  if (place !== ACK) return `address ${place}`;
  const frame = [data.length - 1, ...data];
  return `data ${await rom.exchange([...frame, xor(frame)])}`;
}

async function readBack(bench: Bench, address: number, length: number): Promise<string> {
  await bench.probe.reacquire();
  const bytes = await bench.probe.readBytes(address, length);
  await bench.probe.release();
  return Buffer.from(bytes).toString('hex');
}

const PATTERN = [0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88] as const;

/** Erases the last page and makes two writes that are not aligned as the part wants it. */
async function oddWrite(bench: Bench, offset: number, length: number) {
  const { rom, entry } = await bench.reachBootloader();
  const [page] = lastPages(bench, 1) as [Page];
  await rom.session.erasePages([page.index]);
  const reply = await writeAsIs(await openExchange(bench), page.base + offset, PATTERN.slice(0, length));
  return {
    answer: { reply, 'flash afterwards': await readBack(bench, page.base, 16) },
    evidence: { entry, page: hex32(page.base), sent: `${length} bytes at +${offset}` },
  };
}

/** What a call of the session came to. */
async function outcome(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'done';
  } catch (error) {
    if (!isHilError(error) || ![303, 304, 305, 307].includes(error.code)) throw error;
    return { 303: 'silence', 304: 'NACK', 305: 'another byte', 307: 'wrong content' }[
      error.code as 303 | 304 | 305 | 307
    ];
  }
}

export const flashOperations: readonly Question[] = [
  {
    id: 'wm-unaligned',
    asks: 'What becomes of a Write Memory of 8 bytes at an address that is 2 off the alignment?',
    cost: 'pages',
    ask: (bench) => oddWrite(bench, 2, 8),
  },
  {
    id: 'wm-odd-length',
    asks: 'What becomes of a Write Memory of 3 bytes at an aligned address?',
    cost: 'pages',
    ask: (bench) => oddWrite(bench, 0, 3),
  },
  {
    id: 'eer-bad-page',
    asks: 'What does the ROM answer to an erase of the first page behind the flash?',
    cost: 'pages',
    async ask(bench) {
      const { rom, entry } = await bench.reachBootloader();
      const extended = rom.session.id.commands.includes(0x44);
      const page = pageCount(bench.chip);
      const exchange = await openExchange(bench);
      const command = await exchange.exchange(extended ? [0x44, 0xbb] : [0x43, 0xbc]);
      const frame = extended ? [0, 0, page >> 8, page & 0xff] : [0, page & 0xff];
      const reply = command === ACK ? await exchange.exchange([...frame, xor(frame)]) : '';
      return { answer: { command, reply }, evidence: { entry, page, extended } };
    },
  },
  {
    id: 'multi-page-erase',
    asks: 'How many of three pages does one erase command erase, and what does it answer?',
    cost: 'pages',
    async ask(bench) {
      const { rom, entry } = await bench.reachBootloader();
      const pages = lastPages(bench, 3);
      const numbers = pages.map(({ index }) => index);
      await rom.session.erasePages(numbers);
      for (const page of pages) await rom.session.writeMemory(page.base, Uint8Array.from(PATTERN));
      const reply = await outcome(rom.session.erasePages(numbers, { knownDefects: 'ignore' }));
      const blank = Buffer.alloc(PATTERN.length, bench.chip.flash.erasedByte).toString('hex');
      const found: string[] = [];
      for (const page of pages) found.push(await readBack(bench, page.base, PATTERN.length));
      return {
        answer: { reply, 'pages erased': found.filter((bytes) => bytes === blank).length },
        evidence: { entry, pages: numbers, found },
      };
    },
  },
  {
    id: 'flash-errors-at-entry',
    // A jump is the question: the reset that the other ways begin with clears the flag.
    entry: 'jump',
    asks: 'Does the ROM write when the application has left an error flag in the status of the FLASH interface?',
    cost: 'pages',
    async ask(bench) {
      const { rom, entry } = await bench.reachBootloader({ 'jump.flash_error': 'set' });
      const [page] = lastPages(bench, 1) as [Page];
      const { FLASH_SR } = rom.proof.core.registers;
      return {
        answer: {
          erase: await outcome(rom.session.erasePages([page.index])),
          write: await outcome(rom.session.writeMemory(page.base, Uint8Array.from(PATTERN))),
        },
        evidence: { entry, 'FLASH_SR before': hex32(FLASH_SR ?? 0) },
      };
    },
  },
  {
    id: 'wp-mapping',
    asks: 'Which option words does Write Protect of sectors 1 and 3 change, and to what?',
    cost: 'write_protection',
    async ask(bench) {
      await bench.probe.reacquire();
      const before = await bench.probe.readOptionWords();
      const { rom, entry } = await bench.reachBootloader();
      await rom.session.writeProtect([1, 3]);
      await bench.probe.reacquire();
      await bench.probe.loadOptionBytes();
      await bench.probe.reacquire();
      const after = await bench.probe.readOptionWords();
      await bench.probe.release();
      const changed = Object.entries(after).filter(([name, value]) => before[name] !== value);
      return {
        answer: Object.fromEntries(changed.map(([name, value]) => [name, hex32(value)])),
        evidence: {
          entry,
          before: Object.fromEntries(Object.entries(before).map(([name, value]) => [name, hex32(value)])),
        },
      };
    },
  },
];
