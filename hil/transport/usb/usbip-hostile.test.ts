import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type HilError, isHilError } from '../../error/hil-error.ts';
import { endServers, serve } from './fake-usbip-server.ts';
import type { Setup } from './usb-port.ts';

/** A server or a device behind it that sends what it likes: each call ends in an error with a name, none in success that was none. */

afterEach(endServers);

const STATUS: Setup = { type: 'class', recipient: 'interface', request: 3, value: 0, index: 0 };
const DNLOAD: Setup = { ...STATUS, request: 1 };
/** USB 250 to 256, and 257 to 262 of the ways to it; 321: a descriptor that cannot be read. */
const isNamed = ({ code }: HilError): boolean => (code >= 250 && code <= 262) || code === 321;

interface Change {
  /** Which message of the server. */
  readonly index: number;
  readonly how: 'bytes' | 'cut' | 'more' | 'noise';
  readonly at: number;
  readonly bytes: Uint8Array;
}

const changes: fc.Arbitrary<readonly Change[]> = fc.array(
  fc.record({
    index: fc.nat(24),
    how: fc.constantFrom('bytes' as const, 'cut' as const, 'more' as const, 'noise' as const),
    at: fc.nat(330),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 64 }),
  }),
  { minLength: 1, maxLength: 3 },
);

function changed(message: Uint8Array, { how, at, bytes }: Change): Uint8Array {
  if (how === 'noise') return bytes;
  if (how === 'more') return Buffer.concat([message, bytes]);
  if (how === 'cut') return message.subarray(0, at % (message.length || 1));
  const copy = Uint8Array.from(message);
  const from = at % (copy.length || 1);
  copy.set(bytes.subarray(0, Math.min(4, copy.length - from)), from);
  return copy;
}

test('whatever a server sends, each call succeeds or fails by name, and in its time', async () => {
  await fc.assert(
    fc.asyncProperty(changes, async (all) => {
      const server = await serve({
        urb: (setup) => (setup.startsWith('a103') ? { status: 0, data: Uint8Array.of(0, 1, 0, 0, 2, 0) } : undefined),
        mangle(message, index) {
          const mine = all.filter((change) => change.index === index);
          // What is too short would be waited for; the connection ends there instead, and quickly.
          const last = mine.some(({ how }) => how === 'cut' || how === 'noise');
          return { bytes: mine.reduce(changed, message), last };
        },
      });
      const failures: unknown[] = [];
      const attempt = <T>(work: () => Promise<T>): Promise<T | undefined> =>
        work().catch((error: unknown) => {
          failures.push(error);
          return undefined;
        });
      for (let round = 0; round < 2; round++) {
        const ports = await attempt(server.bus.list);
        const port = ports?.[0];
        if (port === undefined) continue;
        await attempt(port.open);
        await attempt(() => port.claimInterface(0));
        const answer = await attempt(() => port.controlTransferIn(STATUS, 6, 50));
        expect(answer === undefined || answer.length <= 6).toBe(true);
        await attempt(() => port.controlTransferOut(DNLOAD, Uint8Array.of(1, 2, 3), 50));
        await port.close();
      }
      for (const error of failures) expect(isHilError(error) && isNamed(error) ? undefined : error).toBeUndefined();
      await endServers();
    }),
    { numRuns: 30, endOnFailure: true },
  );
}, 120_000);

describe('a device', () => {
  test('that takes less than was sent has not taken it', async () => {
    const { bus } = await serve({ urb: (setup) => (setup.startsWith('2101') ? { status: 0, actual: 2 } : undefined) });
    const port = (await bus.list())[0]!;
    await port.open();
    await port.claimInterface(0);
    await expect(port.controlTransferOut(DNLOAD, Uint8Array.of(1, 2, 3), 1000)).rejects.toMatchObject({
      code: 256,
      context: { usb: 'io', taken: 2, length: 3 },
    });
  });
});
