import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { followLag } from './board-lag.ts';

const MS = 1e6;
let server: Server | undefined;
afterEach(() => {
  server?.close();
});

/** A control endpoint that tells one status after the other, and the last one again and again. */
async function boardThatTells(...told: readonly { readonly lagTotalNs: number; readonly lagNs: number }[]) {
  let asked = 0;
  server = createServer((socket) => {
    socket.once('data', () => {
      socket.end(`${JSON.stringify({ ok: true, ...told[Math.min(asked++, told.length - 1)] })}\n`);
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return followLag({ board: 'one', control: { host: '127.0.0.1', port } });
}

test('what a board lost before the first question is not counted, what it may make up for is', async () => {
  const { lag, lagForGood } = await boardThatTells({ lagTotalNs: 5_000 * MS, lagNs: 12 * MS });
  expect([lag(), lagForGood()]).toEqual([12, 0]);
});

test('what a board has made up for is forgotten, what it has lost for good is not', async () => {
  const { lag, lagForGood, askLag } = await boardThatTells(
    { lagTotalNs: 0, lagNs: 0 },
    { lagTotalNs: 100 * MS, lagNs: 800 * MS },
    { lagTotalNs: 100 * MS, lagNs: 0 },
  );
  await askLag();
  expect([lag(), lagForGood()]).toEqual([900, 100]);
  await askLag();
  expect([lag(), lagForGood()]).toEqual([100, 100]);
});

test('a board that does not answer has told nothing new', async () => {
  const { lag, askLag } = await boardThatTells({ lagTotalNs: 0, lagNs: 3 * MS });
  server?.close();
  server = undefined;
  await askLag();
  expect(lag()).toBe(3);
});

test('a real board does not lag', async () => {
  const { lag, lagForGood, askLag } = await followLag({ board: 'lab' });
  await askLag();
  expect([lag(), lagForGood()]).toEqual([0, 0]);
});
