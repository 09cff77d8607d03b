import { describe, expect, test } from '@jest/globals';
import { urbStatus } from './usb/urb.ts';
import { COUNT, type EchoBoard, echoBoard, FETCH, LEAVE, STORE } from './usb-echo.ts';

/** The drivers in C on the virtual parts, by transfers that a host makes: nothing between but registers and packets. */

const PARTS = ['STM32F042K6', 'STM32L073RZ', 'STM32G0B1RE', 'STM32C071RB', 'STM32F411RE', 'STM32F411CE', 'STM32L476RG'];
/** What the peripherals say of firmware that treats their memory in a way they do not take. */
const COMPLAINTS = ['USB packet memory: access of the wrong width', 'Rx FIFO read out of step', 'Tx FIFO overflow'];
/** Around the packet of 64 bytes, and the longest that the test device takes. */
const LENGTHS = [0, 1, 2, 3, 7, 8, 9, 63, 64, 65, 127, 128, 129, 191, 192, 255, 256, 300];
const counting = (from: number, length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => from + i);

const programs = PARTS.flatMap((part) => [
  [part.toLowerCase(), part] as const,
  [`${part.toLowerCase()}-polled`, part] as const,
]);

describe.each(programs)('%s', (program, part) => {
  let echo: EchoBoard;

  test('is enumerated under an address of its own', () => {
    echo = echoBoard(part, program);
    echo.enumerate();
    expect(echo.host.device!.device).toMatchObject({ vendorId: 0x1209, productId: 0x0002 });
    expect(echo.host.device!.address).toBeGreaterThan(1);
  });

  test('control reads of 0 to 300 bytes bring what the device counted', () => {
    for (const length of LENGTHS) {
      const { status, data } = echo.read(COUNT, length, length);
      expect([length, status, ...data]).toEqual([length, 0, ...counting(length, length)]);
    }
  });

  test('control writes of 0 to 300 bytes arrive whole', () => {
    for (const length of LENGTHS) {
      expect(echo.write(STORE, 0, counting(length & 0x7f, length)).status).toBe(0);
      const { status, data } = echo.read(FETCH, 0, 300);
      expect([length, status, ...data]).toEqual([length, 0, ...counting(length & 0x7f, length)]);
    }
  });

  test('an unknown request is a STALL, and the next one works', () => {
    expect(echo.read(0x7f, 0, 4).status).toBe(urbStatus.stall);
    expect(echo.write(0x7f, 0, counting(0, 70)).status).toBe(urbStatus.stall);
    expect(echo.write(STORE, 0, Uint8Array.of(0xff, 1)).status).toBe(urbStatus.stall);
    expect(echo.read(COUNT, 5, 3).data).toEqual(Uint8Array.of(5, 6, 7));
  });

  test('leaves the bus and comes back', () => {
    expect(echo.write(LEAVE, 100, new Uint8Array(0)).status).toBe(0);
    echo.until(() => !echo.host.attached, 50);
    expect(echo.host.device).toBeUndefined();
    echo.enumerate();
    expect(echo.read(COUNT, 9, 1).data).toEqual(Uint8Array.of(9));
  });

  test('is enumerated anew after a reset of the bus and after the cable was out', () => {
    echo.host.reset();
    echo.runMs(150);
    echo.configure();
    expect(echo.read(COUNT, 1, 2).data).toEqual(Uint8Array.of(1, 2));
    echo.host.plug(false);
    echo.runMs(20);
    expect(echo.host.device).toBeUndefined();
    echo.host.plug(true);
    echo.enumerate();
    expect(echo.read(COUNT, 1, 2).data).toEqual(Uint8Array.of(1, 2));
  });

  test('makes no access that packet memory or FIFO does not take', () => {
    expect(echo.notes.filter((note) => COMPLAINTS.includes(note))).toEqual([]);
  });
});

test.each(['STM32F042K6', 'STM32F411RE'])(
  '%s: data for a request that answers, and an answer from one that takes data, have no place: STALL',
  (part) => {
    const echo = echoBoard(part);
    echo.enumerate();
    expect(echo.write(COUNT, 0, counting(0, 70)).status).toBe(urbStatus.stall);
    expect(echo.read(STORE, 0, 4).status).toBe(urbStatus.stall);
    expect(echo.read(COUNT, 5, 3).data).toEqual(Uint8Array.of(5, 6, 7));
  },
);
