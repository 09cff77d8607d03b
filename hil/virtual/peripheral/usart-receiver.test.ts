import { expect, test } from '@jest/globals';
import type { Level } from '../board-types.ts';
import { createEventQueue } from '../event-queue.ts';
import { createRandom } from '../random.ts';
import { createNet } from './net.ts';
import { createReceiver } from './usart-receiver.ts';

const BIT_NS = 8_680;

/** The levels of one 8N1 frame. */
const frame = (byte: number): Level[] => [0, ...Array.from({ length: 8 }, (_, bit) => ((byte >> bit) & 1) as Level), 1];

/** Two bytes back to back, with every event run so much later than it is due. */
function receiveWithEventsLateBy(lateNs: number): readonly number[] {
  let now = 0;
  const queue = createEventQueue(
    () => now,
    () => {},
  );
  const net = createNet('PA3', queue, createRandom(1, 'PA3'));
  net.setState('idle');
  const got: number[] = [];
  const receiver = createReceiver({
    schedule: queue,
    line: { levelAt: net.levelAt, rearm: net.rearm },
    settings: () => ({
      format: { bits: 8, parity: 'none', stopBits: 1 },
      // A divider that errs by 0.8 %, as 4 MHz / 35 does: the middle of its stop bit is late by itself.
      bitNs: BIT_NS * 1.008,
      oversampling: 16,
      oneSample: false,
    }),
    received: ({ data }) => got.push(data),
    baudFound: () => false,
    baudFailed: () => {},
  });
  net.listen({ wants: receiver.wants, edge: receiver.edge });
  receiver.setEnabled(true);
  for (const [i, byte] of [0x69, 0x6e].entries()) {
    net.drive({ startNs: 1_000 + i * 10 * BIT_NS, bitNs: BIT_NS, levels: frame(byte) });
  }
  for (let next = queue.nextNs(); Number.isFinite(next); next = queue.nextNs()) {
    now = next + lateNs;
    queue.runDue(now);
  }
  return got;
}

test.each([0, 1_000, 3_000])(
  'a start bit that falls before the event of the last stop bit has run, %i ns late, is heard',
  (lateNs) => {
    expect(receiveWithEventsLateBy(lateNs)).toEqual([0x69, 0x6e]);
  },
);
