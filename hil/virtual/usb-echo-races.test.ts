import { describe, expect, test } from '@jest/globals';
import type { VirtualBoard } from './board-types.ts';
import type { DataPacket, Toggle, UsbDevicePort } from './usb/device-port.ts';
import { COUNT, echoBoard, FETCH, STORE } from './usb-echo.ts';

/** What the drivers in C make of lost handshakes, broken transfers and a SETUP at a bad moment: packet by packet, without a host in between. */

const STEP_NS = 5_000;
const PATIENCE = 400;

interface Wire {
  readonly board: VirtualBoard;
  readonly port: UsbDevicePort;
  /** Again until there is a handshake other than NAK. */
  setup(address: number, bytes: Uint8Array): void;
  out(address: number, packet: DataPacket): 'ack' | 'stall';
  in(address: number): DataPacket | 'stall';
  /** IN that the host acknowledges. */
  take(address: number): DataPacket;
  reset(): void;
  pass(ns: number): void;
}

function wireOf(part: string): Wire {
  const { board, host, until } = echoBoard(part);
  host.plug(false);
  const port = board.usb!;
  port.setPlugged(true);
  until(() => port.attached, START_MS);
  const pass = (ns: number): void => void board.runUntil(board.schedule.now() + ns);
  function retried<T>(attempt: () => T | 'nak' | undefined): T {
    for (let tries = 0; tries < PATIENCE; tries++) {
      const answer = attempt();
      if (answer !== undefined && answer !== 'nak') return answer as T;
      pass(STEP_NS);
    }
    throw new Error(`no answer within ${(PATIENCE * STEP_NS) / 1e6} ms`);
  }
  const input = (address: number): DataPacket | 'stall' => retried<DataPacket | 'stall'>(() => port.in(address, 0));
  return {
    board,
    port,
    pass,
    setup: (address, bytes) => void retried(() => port.setup(address, 0, bytes)),
    out: (address, packet) => retried<'ack' | 'stall'>(() => port.out(address, 0, packet)),
    in: input,
    take(address) {
      const packet = input(address);
      if (packet === 'stall') throw new Error('STALL');
      port.acknowledge(address, 0);
      return packet;
    },
    reset() {
      port.setReset(true);
      pass(10e6);
      port.setReset(false);
    },
  };
}

const request = (type: number, code: number, value: number, length: number): Uint8Array =>
  Uint8Array.of(type, code, value & 0xff, value >> 8, 0, 0, length & 0xff, length >> 8);
const count = (value: number, length: number): Uint8Array => request(0xa1, COUNT, value, length);
const store = (length: number): Uint8Array => request(0x21, STORE, 0, length);
const fetch = (length: number): Uint8Array => request(0xa1, FETCH, 0, length);
const packet = (toggle: Toggle, ...bytes: number[]): DataPacket => ({ toggle, bytes: Uint8Array.from(bytes) });
const NO_DATA: DataPacket = { toggle: 1, bytes: new Uint8Array(0) };
const ADDRESS = 42;

/** Reset, SET_ADDRESS, SET_CONFIGURATION. */
function enumerated(part: string): Wire {
  const wire = wireOf(part);
  wire.reset();
  wire.setup(0, request(0x00, 5, ADDRESS, 0));
  expect(wire.take(0)).toEqual(NO_DATA);
  wire.setup(ADDRESS, request(0x00, 9, 1, 0));
  expect(wire.take(ADDRESS)).toEqual(NO_DATA);
  return wire;
}

/** The pull-up of an L476 waits for its LSE, up to 2 s. */
const START_MS = 2_600;

describe.each(['STM32F042K6', 'STM32L073RZ', 'STM32G0B1RE', 'STM32C071RB', 'STM32F411RE', 'STM32L476RG'])(
  '%s',
  (part) => {
    test('SET_ADDRESS: its status stage goes out under the old address, the next SETUP comes to the new one', () => {
      const wire = wireOf(part);
      wire.reset();
      wire.setup(0, request(0x00, 5, ADDRESS, 0));
      wire.pass(1e6);
      expect(wire.port.in(ADDRESS, 0)).toBeUndefined();
      expect(wire.take(0)).toEqual(NO_DATA);
      wire.pass(1e6);
      expect(wire.port.setup(0, 0, count(0, 1))).toBeUndefined();
      expect(wire.port.setup(ADDRESS, 0, request(0x80, 6, 0x100, 18))).toBe('ack');
    });

    test('a packet whose ACK the host lost is sent again, with its toggle', () => {
      const wire = enumerated(part);
      wire.setup(ADDRESS, count(7, 70));
      const first = wire.in(ADDRESS);
      expect(wire.in(ADDRESS)).toEqual(first);
      expect(wire.take(ADDRESS)).toEqual(first);
      expect(wire.take(ADDRESS)).toEqual(packet(0, 71, 72, 73, 74, 75, 76));
    });

    test('a packet that the host sends again since it lost the ACK is stored once', () => {
      const wire = enumerated(part);
      wire.setup(ADDRESS, store(66));
      const first: DataPacket = { toggle: 1, bytes: Uint8Array.from({ length: 64 }, (_, i) => i) };
      expect(wire.out(ADDRESS, first)).toBe('ack');
      expect(wire.out(ADDRESS, first)).toBe('ack');
      expect(wire.out(ADDRESS, packet(0, 64, 65))).toBe('ack');
      expect(wire.take(ADDRESS)).toEqual(NO_DATA);
      wire.setup(ADDRESS, fetch(66));
      expect(wire.take(ADDRESS)).toEqual(first);
      expect(wire.take(ADDRESS)).toEqual(packet(0, 64, 65));
    });

    test('a SETUP in the middle of a data stage begins anew, to and from the device', () => {
      const wire = enumerated(part);
      wire.setup(ADDRESS, count(1, 200));
      wire.take(ADDRESS);
      wire.setup(ADDRESS, store(3));
      expect(wire.out(ADDRESS, packet(1, 1))).toBe('ack');
      wire.setup(ADDRESS, store(2));
      expect(wire.out(ADDRESS, packet(1, 8, 9))).toBe('ack');
      expect(wire.take(ADDRESS)).toEqual(NO_DATA);
      wire.setup(ADDRESS, fetch(9));
      expect(wire.take(ADDRESS)).toEqual(packet(1, 8, 9));
    });

    test('a reset of the bus in the middle of a data stage: address 0, a new beginning', () => {
      const wire = enumerated(part);
      wire.setup(ADDRESS, count(1, 200));
      wire.take(ADDRESS);
      wire.reset();
      expect(wire.port.in(ADDRESS, 0)).toBeUndefined();
      wire.setup(0, request(0x80, 6, 0x100, 8));
      expect(wire.take(0).bytes.slice(0, 2)).toEqual(Uint8Array.of(18, 1));
    });

    test('a STALL ends with the next SETUP', () => {
      const wire = enumerated(part);
      wire.setup(ADDRESS, request(0xa1, 0x7f, 0, 4));
      expect(wire.in(ADDRESS)).toBe('stall');
      expect(wire.out(ADDRESS, NO_DATA)).toBe('stall');
      wire.setup(ADDRESS, count(3, 1));
      expect(wire.take(ADDRESS)).toEqual(packet(1, 3));
    });

    test.each([
      ['', () => undefined],
      [', which the host has asked for', (wire: Wire) => wire.port.in(ADDRESS, 0)],
    ] as const)('a SETUP at any moment of the answer to the one before%s voids that answer', (_, first) => {
      const wire = enumerated(part);
      const wrong: string[] = [];
      for (let ns = 0; ns < 60_000; ns += 375) {
        wire.setup(ADDRESS, count(0x11, 20));
        first(wire);
        wire.pass(ns);
        wire.setup(ADDRESS, count(0x80, 3));
        const answer = wire.take(ADDRESS);
        if (String(answer.bytes) !== '128,129,130' || answer.toggle !== 1) wrong.push(`${ns} ns: ${answer.bytes}`);
        expect(wire.out(ADDRESS, NO_DATA)).toBe('ack');
      }
      expect(wrong).toEqual([]);
    });
  },
);
