import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createInPipe } from './in-pipe.ts';
import type { UrbResult } from './urb.ts';

const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i & 0xff);

function asks(pipe: ReturnType<typeof createInPipe>, length: number): { readonly result: UrbResult | undefined } {
  const seen: { result: UrbResult | undefined } = { result: undefined };
  pipe.submit(length, (result) => {
    seen.result = result;
  });
  return seen;
}

describe('an IN endpoint', () => {
  test('waits for bytes, and a short packet ends the transfer', () => {
    const pipe = createInPipe({ maxPacket: 64 });
    const asked = asks(pipe, 512);
    expect(asked.result).toBeUndefined();
    expect(pipe.wanted).toBe(true);
    pipe.push(bytes(70));
    expect(asked.result).toMatchObject({ status: 0, actual: 70 });
    expect(pipe.wanted).toBe(false);
  });

  test('a full packet leaves open whether more comes, unless an empty one says that it is over', () => {
    const open = createInPipe({ maxPacket: 64 });
    const asked = asks(open, 128);
    open.push(bytes(64));
    expect(asked.result).toBeUndefined();
    const closed = createInPipe({ maxPacket: 64, closesFull: true });
    const answered = asks(closed, 128);
    closed.push(bytes(64));
    expect(answered.result).toMatchObject({ status: 0, actual: 64 });
  });

  test('what nobody waits for is kept, in packets, until it is forgotten', () => {
    const pipe = createInPipe({ maxPacket: 64 });
    pipe.push(bytes(88));
    expect(pipe.held).toBe(88);
    expect(asks(pipe, 64).result).toMatchObject({ status: 0, actual: 64 });
    expect(pipe.held).toBe(24);
    pipe.clear();
    expect(asks(pipe, 64).result).toBeUndefined();
  });

  test('a packet larger than the room is babble', () => {
    const pipe = createInPipe({ maxPacket: 64 });
    pipe.push(bytes(12));
    expect(asks(pipe, 2).result).toMatchObject({ status: -75 });
  });

  test('a transfer that was taken back hears nothing, and the last one to go is noticed', () => {
    let left = 0;
    const pipe = createInPipe({ maxPacket: 64, onLeft: () => left++ });
    let heard = 0;
    const one = pipe.submit(64, () => heard++);
    const two = pipe.submit(64, () => heard++);
    expect(one.unlink()).toBe(true);
    expect(left).toBe(0);
    expect(two.unlink()).toBe(true);
    expect(two.unlink()).toBe(false);
    expect(left).toBe(1);
    pipe.push(bytes(3));
    expect(heard).toBe(0);
  });

  test('when the device goes, all who wait hear it', () => {
    const pipe = createInPipe({ maxPacket: 64 });
    const asked = [asks(pipe, 64), asks(pipe, 64)];
    pipe.end(-19);
    expect(asked.map(({ result }) => result?.status)).toEqual([-19, -19]);
  });

  test('for any messages and transfers of whole packets, the bytes come out in order, complete', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 200 })),
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1 }),
        (messages, packets) => {
          const pipe = createInPipe({ maxPacket: 64, closesFull: true });
          const came: number[] = [];
          let i = 0;
          const next = (): void => {
            const length = 64 * (packets[i++ % packets.length] ?? 1);
            pipe.submit(length, ({ status, actual, data }) => {
              expect([status, actual]).toEqual([0, data.length]);
              came.push(...data);
            });
          };
          for (const message of messages) {
            next();
            pipe.push(message);
          }
          while (pipe.held > 0) next();
          expect(came).toEqual(messages.flatMap((message) => [...message]));
        },
      ),
    );
  });
});
