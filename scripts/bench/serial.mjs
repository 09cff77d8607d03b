// Erase, write and verify 16 KiB through the ROM at 115200 baud: our AN3155 session against stm32flash, each on a fresh blank board.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { consoleUart, withBoard } from './boards.mjs';
import { figure, plain } from './figures.mjs';
import { product } from './product.mjs';

const SIZE = 16 * 1024;
const FLASH = 0x0800_0000;
const BAUD = 115_200;
const BITS_PER_BYTE = 11; // 8E1
const BLOCK = 256;
/** Write Memory and Read Memory of 256 bytes (AN3155): command 2, address 5, data or length, ACKs 3. */
const WRITE_BYTES = 2 + 5 + 1 + BLOCK + 1 + 3;
const READ_BYTES = 2 + 5 + 2 + BLOCK + 3;
const wireSeconds = ((SIZE / BLOCK) * (WRITE_BYTES + READ_BYTES) * BITS_PER_BYTE) / BAUD;
const run = promisify(execFile);

async function ours(ready, image) {
  const { openSerialLine } = await product('transport/open-serial-line');
  const { openBootloader } = await product('bootloader/an3155/session');
  const { deadline } = await product('trace/deadline');
  const { chipNamed } = await product('chip/lookup');
  const permissions = { erase: 'mass', write_protection: false, option_bytes: false, rdp1: false };
  const format = { baudRate: BAUD, dataBits: 8, parity: 'even', stopBits: 1 };
  const started = performance.now();
  const line = await openSerialLine(consoleUart(ready).line, format, deadline('opening the line', 3000));
  const session = await openBootloader(line, { chip: chipNamed('STM32G070RB'), board: ready.board, permissions });
  await session.eraseAndWrite([{ address: FLASH, bytes: image }]);
  session.close();
  await line.close();
  return performance.now() - started;
}

async function stm32flash(ready, file) {
  const started = performance.now();
  const args = [
    '-m',
    '8n1',
    '-b',
    String(BAUD),
    '-w',
    file,
    '-v',
    '-S',
    `0x0${FLASH.toString(16)}`,
    consoleUart(ready).pty,
  ];
  await run('stm32flash', args);
  return performance.now() - started;
}

export async function measureSerial({ runs }) {
  const folder = mkdtempSync(join(tmpdir(), 'hil-bench-'));
  const rate = (ms) => SIZE / 1024 / (ms / 1000);
  const mine = [];
  const theirs = [];
  try {
    for (let i = 0; i < runs; i++) {
      const image = randomBytes(SIZE);
      const file = join(folder, 'image.bin');
      writeFileSync(file, image);
      theirs.push(rate(await withBoard({ blank: true }, (ready) => stm32flash(ready, file))));
      mine.push(rate(await withBoard({ blank: true }, (ready) => ours(ready, image))));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return [
    figure({
      what: 'ROM: erase + write + verify 16 KiB',
      unit: 'KiB/s',
      show: plain(2),
      better: 'higher',
      values: mine,
      other: { name: 'stm32flash', values: theirs },
      goal: 1,
      limit: { name: 'wire', value: SIZE / 1024 / wireSeconds },
    }),
  ];
}
