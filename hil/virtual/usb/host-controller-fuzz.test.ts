import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createEventQueue } from '../event-queue.ts';
import { parseConfiguration, parseDevice, parseMaxPacket0, parseTotalLength } from './descriptors.ts';
import { CONFIGURATION_DESCRIPTOR, createFakeDevice, DEVICE_DESCRIPTOR, type FakeDevice } from './fake-device.ts';
import { createHostController } from './host-controller.ts';
import { type Urb, urbStatus } from './urb.ts';

/** A device that answers whatever it likes, and when: the host's end stays usable, and a good device behind it is found. */

const MS = 1_000_000;
/** Four rounds of enumeration with three questions of 5 s each, of which a device leaves one unanswered (enumeration.ts). */
const GIVEN_UP_MS = 4 * (3 * 5_000 + 1_000) + 4 * 3 * 5_000;
const KNOWN_STATUS: readonly number[] = Object.values(urbStatus);

interface Whims {
  /** What is done to each answer of a request, in turn: bytes over it, its length, or STALL. */
  readonly answers: readonly (
    | { readonly at: number; readonly byte: number; readonly length: number }
    | 'stall'
    | 'right'
  )[];
  readonly handshakes: readonly (ReturnType<FakeDevice['disturb']> | 'right')[];
  readonly packets: readonly Uint8Array[];
  readonly urbs: readonly Omit<Urb, 'id'>[];
}

const handshake = fc.constantFrom(
  'right' as const,
  'nak' as const,
  'stall' as const,
  'silent' as const,
  'lost' as const,
);
const whims: fc.Arbitrary<Whims> = fc.record({
  answers: fc.array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constant('right' as const) },
      fc.constant('stall' as const),
      fc.record({ at: fc.nat(31), byte: fc.nat(255), length: fc.nat(70) }),
    ),
    { minLength: 1, maxLength: 9 },
  ),
  handshakes: fc.array(fc.oneof({ weight: 12, arbitrary: fc.constant('right' as const) }, handshake), {
    minLength: 1,
    maxLength: 40,
  }),
  packets: fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 6 }),
  urbs: fc.array(
    fc.oneof(
      fc.record({
        endpoint: fc.constant(0),
        direction: fc.constantFrom('in' as const, 'out' as const),
        setup: fc.uint8Array({ minLength: 8, maxLength: 8 }),
        data: fc.uint8Array({ maxLength: 200 }),
        length: fc.nat(200),
      }),
      fc.record({
        endpoint: fc.nat(15),
        direction: fc.constantFrom('in' as const, 'out' as const),
        data: fc.uint8Array({ maxLength: 200 }),
        length: fc.nat(200),
        interval: fc.constantFrom(0, 1, 255),
      }),
    ),
    { maxLength: 12 },
  ),
});

function bent(right: Uint8Array, how: Whims['answers'][number]): Uint8Array | 'stall' {
  if (how === 'right' || how === 'stall') return how === 'stall' ? 'stall' : right;
  const bytes = new Uint8Array(how.length);
  bytes.set(right.subarray(0, how.length));
  if (how.at < bytes.length) bytes[how.at] = how.byte;
  return bytes;
}

test('each transfer ends once or can be taken back, enumeration ends in its time, and a good device is found afterwards', () => {
  fc.assert(
    fc.property(whims, ({ answers, handshakes, packets, urbs }) => {
      let nowNs = 0;
      const queue = createEventQueue(
        () => nowNs,
        () => {},
      );
      const pass = (ms: number, until = (): boolean => false): void => {
        const untilNs = nowNs + ms * MS;
        while (queue.nextNs() <= untilNs && !until()) {
          nowNs = Math.max(nowNs, queue.nextNs());
          queue.runDue(nowNs);
        }
        if (!until()) nowNs = untilNs;
      };
      const device = createFakeDevice(queue);
      const [handle, disturb] = [device.handle, device.disturb];
      let answered = 0;
      let shaken = 0;
      device.handle = (setup, data) => {
        const right = handle(setup, data);
        const how = answers[answered++ % answers.length] ?? 'right';
        return typeof right === 'string' ? (how === 'stall' ? 'stall' : right) : bent(right, how);
      };
      device.disturb = () => {
        const how = handshakes[shaken++ % handshakes.length];
        return how === 'right' ? undefined : how;
      };
      device.toHost.push(...packets);
      const notes: string[] = [];
      const ends = new Map<number, number[]>();
      const host = createHostController(device, queue, (event) => notes.push(event));
      host.onComplete((id, { status }) => ends.set(id, [...(ends.get(id) ?? []), status]));

      device.pull(true);
      const settled = (): boolean => host.device !== undefined || notes.includes('usb enumeration failed');
      pass(GIVEN_UP_MS, settled);
      expect(settled()).toBe(true);

      for (const [id, urb] of urbs.entries()) host.submit({ ...urb, id });
      pass(300);
      for (const id of urbs.keys()) if (host.isPending(id)) expect(host.unlink(id)).toBe(true);
      pass(300);
      for (const id of urbs.keys()) expect(host.unlink(id)).toBe(false);
      for (const statuses of ends.values()) {
        expect(statuses).toHaveLength(1);
        expect(KNOWN_STATUS).toContain(statuses[0]);
      }

      device.handle = handle;
      device.disturb = disturb;
      host.plug(false);
      pass(5);
      host.plug(true);
      pass(400);
      expect(host.device?.device.productId).toBe(0xdf11);
      const id = urbs.length;
      host.submit({ id, endpoint: 0, direction: 'in', setup: Uint8Array.of(0x80, 6, 0, 1, 0, 0, 18, 0), length: 18 });
      pass(20);
      expect(ends.get(id)).toEqual([urbStatus.ok]);
    }),
    { numRuns: 60 },
  );
});

test('descriptors of whatever bytes are read, or refused in words', () => {
  const near = (right: Uint8Array): fc.Arbitrary<Uint8Array> =>
    fc
      .record({ at: fc.nat(31), byte: fc.nat(255), length: fc.integer({ min: 0, max: right.length + 2 }) })
      .map((how) => bent(right, how) as Uint8Array);
  const noise = fc.oneof(near(DEVICE_DESCRIPTOR), near(CONFIGURATION_DESCRIPTOR), fc.uint8Array({ maxLength: 80 }));
  fc.assert(
    fc.property(noise, (bytes) => {
      for (const parse of [parseDevice, parseConfiguration, parseTotalLength, parseMaxPacket0]) {
        const read: unknown = parse(bytes);
        if (typeof read === 'string') expect(read).toMatch(/^(its|the) /);
        else expect(bytes.length).toBeGreaterThanOrEqual(8);
      }
    }),
    { numRuns: 500 },
  );
});
