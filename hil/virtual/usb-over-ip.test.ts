import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createVirtualBoard } from './board.ts';
import { replay } from './replay.ts';
import { dial, submitOf, type TestClient } from './usb/usbip-test-client.ts';
import { COUNT, echoOptions, STORE } from './usb-echo.ts';
import { type Host, startHost } from './wire/host.ts';

/**
 * A client of USB/IP, the board's own time, the registers of its USB peripheral and the driver in C: the whole way, and again from the log of
 * what came in.
 */

const options = echoOptions('STM32G0B1RE');
let folder: string;
let host: Host | undefined;
let client: TestClient | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hil-usb-over-ip-'));
  host = await startHost(createVirtualBoard(options), options, join(folder, 'input.jsonl'));
});

afterAll(async () => {
  await end();
  rmSync(folder, { recursive: true });
});

/** The log is complete when the board has ended. */
async function end(): Promise<void> {
  client?.socket.destroy();
  await host?.stop();
  host = undefined;
}

/** Asked again until the board has enumerated itself, as a client that waits for a device does. */
async function attach(): Promise<TestClient> {
  const endMs = Date.now() + 20_000;
  for (;;) {
    const one = await dial(host?.ready.usbip?.port ?? 0);
    const block = await one.attach().catch((error: Error) => error);
    if (!(block instanceof Error)) return one;
    one.socket.destroy();
    if (Date.now() > endMs) throw block;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test('GET_DESCRIPTOR through the whole stack of a G0B1, and a write and a read', async () => {
  client = await attach();
  client.send(submitOf({ seqnum: 1, direction: 1, length: 18, setup: '8006000100001200' }));
  const { status, data } = await client.reply(true);
  expect([status, data.length, data.readUInt16LE(8), data.readUInt16LE(10)]).toEqual([0, 18, 0x1209, 0x0002]);

  client.send(submitOf({ seqnum: 2, direction: 0, length: 0, setup: '0009010000000000' }));
  expect(await client.reply(false)).toMatchObject({ seqnum: 2, status: 0 });
  const written = Uint8Array.from({ length: 200 }, (_, i) => i);
  client.send(
    submitOf({ seqnum: 3, direction: 0, length: 200, setup: `21${hex(STORE)}00000000c800`, data: written }),
    submitOf({ seqnum: 4, direction: 1, length: 130, setup: `a1${hex(COUNT)}070000008200` }),
  );
  expect(await client.reply(false)).toMatchObject({ seqnum: 3, status: 0 });
  const counted = await client.reply(true);
  expect([...counted.data]).toEqual(Array.from({ length: 130 }, (_, i) => 7 + i));
});

test('what came in over the cable leads a second board to the same state', async () => {
  await end();
  const { checked } = replay(join(folder, 'input.jsonl'), { rom: options.rom, ...flashOf() }, createVirtualBoard);
  expect(checked).toBe(1);
});

function flashOf(): { readonly flash?: Uint8Array } {
  return options.flash === undefined ? {} : { flash: options.flash };
}

function hex(value: number): string {
  return value.toString(16).padStart(2, '0');
}
