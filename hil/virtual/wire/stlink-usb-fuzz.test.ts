import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { VirtualBoardOptions } from '../board-types.ts';
import { type Urb, type UrbResult, urbStatus } from '../usb/urb.ts';
import { createEchoBoard } from './echo-board.ts';
import { createOutside } from './outside.ts';
import { createStlinkExport } from './stlink-usb-export.ts';
import { createUartPort } from './uart-port.ts';

/** The composite device of the ST-LINK under a host that sends what it likes to any endpoint. */

const options: VirtualBoardOptions = { name: 'echo', model: 'NUCLEO-G070RB', rom: new Uint8Array(4), seed: 1 };
const KNOWN_STATUS: readonly number[] = Object.values(urbStatus);
const GET_DEVICE = Uint8Array.of(0x80, 6, 0, 1, 0, 0, 18, 0);

const direction = fc.constantFrom('in' as const, 'out' as const);
const near = fc
  .tuple(
    fc.constantFrom(0x00, 0x01, 0x02, 0x80, 0x81, 0x82, 0x21, 0xa1, 0x40, 0xc0),
    fc.oneof(fc.nat(12), fc.constantFrom(0x20, 0x21, 0x22, 0x23, 0xfe, 0xff)),
    fc.oneof(fc.nat(4), fc.constantFrom(0x100, 0x200, 0x301, 0xffff)),
    fc.oneof(fc.nat(4), fc.nat(0xffff)),
    fc.oneof(fc.nat(8), fc.constantFrom(18, 64, 255, 0xffff)),
  )
  .map(([type, request, ...words]) => [type, request, ...words.flatMap((word) => [word & 0xff, word >> 8])])
  .map((bytes) => Uint8Array.from(bytes));
/** As the server hands them on: the SETUP decides the direction of endpoint 0. */
const control = fc
  .tuple(fc.oneof(near, fc.uint8Array({ minLength: 8, maxLength: 8 })), fc.uint8Array({ maxLength: 80 }), fc.nat(300))
  .map(([setup, data, length]): Omit<Urb, 'id'> => {
    const reads = (setup[0] as number) >= 0x80;
    return { endpoint: 0, setup, ...(reads ? { direction: 'in', length } : { direction: 'out', data }) };
  });
const stream = fc
  .tuple(fc.integer({ min: 1, max: 15 }), direction, fc.uint8Array({ maxLength: 200 }), fc.nat(300))
  .map(([endpoint, way, data, length]): Omit<Urb, 'id'> => {
    return { endpoint, ...(way === 'in' ? { direction: way, length } : { direction: way, data }) };
  });

test('each transfer ends once or can be taken back, brings no more than was asked for, and the device answers on', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(control, stream), { minLength: 1, maxLength: 40 }), (urbs) => {
      const board = createEchoBoard(options);
      const outside = createOutside(board, () => {});
      outside.power(true);
      const port = createUartPort(board.uarts[0]!, outside);
      const stlink = createStlinkExport({
        board: 'echo',
        serial: '066EFF303435554157104527',
        execute: (command, data, size) => outside.probe(command, data, size),
        vcp: port,
        nowNs: outside.now,
        onTraffic: () => {},
      });
      const results: UrbResult[][] = urbs.map(() => []);
      const submissions = urbs.map((urb, i) => stlink.submit(urb, (result) => void results[i]?.push(result)));
      for (let i = 0; i < 20; i++) {
        outside.runUntil(outside.now() + 1_000_000);
        port.advance(outside.now());
        stlink.advance(outside.now());
        stlink.flush();
      }
      urbs.forEach((urb, i) => {
        const [result, ...more] = results[i] as UrbResult[];
        expect(more).toEqual([]);
        expect(submissions[i]?.unlink()).toBe(result === undefined);
        if (result === undefined) return;
        expect(KNOWN_STATUS).toContain(result.status);
        expect(result.data.length).toBeLessThanOrEqual(urb.direction === 'in' ? (urb.length ?? 0) : 0);
      });

      const answers: UrbResult[] = [];
      stlink.reset?.();
      stlink.submit({ endpoint: 0, direction: 'in', setup: GET_DEVICE, length: 18 }, (one) => void answers.push(one));
      expect(answers).toMatchObject([{ status: 0, actual: 18 }]);
    }),
    { numRuns: 60 },
  );
});
