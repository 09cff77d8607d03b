import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Bench, judge, romPath, startBench } from './judges.ts';

/** pyserial (Debian's python3-serial) speaks RFC 2217 to the framed line, and AN3155 through it to the stand-in ROM. */
let bench: Bench;

beforeAll(async () => {
  bench = await startBench({ name: 'pyserial', blank: true });
});
afterAll(() => bench.stop());

const SCRIPT = fileURLToPath(new URL('./pyserial-judge.py', import.meta.url));
const ACK = '79';
const NACK = '1f';
const GET_ID_OF_G070 = '7901046079';

test('pyserial opens the line, talks to the bootloader, changes every setting, and is the only client', async () => {
  // Debian's own interpreter: that is where its package is.
  const { code, text } = await judge('/usr/bin/python3', [SCRIPT, bench.ready.uart[0]!.line]);
  expect(text).toMatch(/^\{/);
  expect(code).toBe(0);
  expect(JSON.parse(text)).toEqual({
    modem: { cts: true, dsr: true, cd: true },
    ack: ACK,
    id: GET_ID_OF_G070,
    read_ack: ACK,
    address_ack: ACK,
    count_ack: ACK,
    memory: readFileSync(romPath(0xb4)).subarray(0, 256).toString('hex'),
    second: 'refused',
    after_break: NACK,
    after_nonsense: NACK,
    id_again: GET_ID_OF_G070,
  });
}, 60_000);
