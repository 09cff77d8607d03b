import { beforeEach, describe, expect, test } from '@jest/globals';
import { createEchoBoard, type EchoBoard } from './echo-board.ts';
import { createProbe, type Probe } from './stlink-probe.ts';

let board: EchoBoard;
let probe: Probe;
let passedNs: number;

beforeEach(() => {
  board = createEchoBoard({ name: 'echo', model: 'NUCLEO-G070RB', rom: new Uint8Array(0), seed: 1 });
  board.setPower(true);
  passedNs = 0;
  probe = createProbe({
    swd: board.swd,
    powered: () => board.powered,
    setNrst: board.setNrst,
    passTime: (durationNs) => {
      passedNs += durationNs;
    },
  });
});

const le32 = (value: number): number[] => [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24];

function command(bytes: readonly number[], size = 0, data?: readonly number[]): number[] {
  const padded = new Uint8Array(16);
  padded.set(bytes);
  return [...probe.execute(padded, data === undefined ? undefined : Uint8Array.from(data), size)];
}

const RAM = 0x2000_0000;
const NOTHING_THERE = 0x6000_0000;
const OK = 0x80;

describe('what the probe says of itself', () => {
  test.each<[string, number[], number, number[]]>([
    ['GET_VERSION: a V3 refers to the extended version', [0xf1], 6, [0x30, 0, 0x83, 0x04, 0x4e, 0x37]],
    ['GET_VERSION_EX: V3J10', [0xfb], 12, [3, 0, 10, 3, 1, 0, 0, 0, 0x83, 4, 0x4e, 0x37]],
    ['CURRENT_MODE: mass storage before ENTER', [0xf5], 2, [1, 0]],
    ['VOLTAGE: 3.30 V', [0xf7], 8, [...le32(1489), ...le32(2047)]],
    ['READ_IDCODES', [0xf2, 0x31], 12, [OK, 0, 0, 0, ...le32(0x0bc1_1477), 0, 0, 0, 0]],
  ])('%s', (_name, bytes, size, expected) => {
    expect(command(bytes, size)).toEqual(expected);
  });

  test('GET_COM_FREQ never offers an empty list', () => {
    const answer = command([0xf2, 0x62, 0], 52);
    expect(answer[0]).toBe(OK);
    expect(answer[8]).toBeGreaterThan(0);
    expect(answer[8]).toBeLessThanOrEqual(10);
  });

  test('a target without power reads 0 V and cannot be entered', () => {
    board.setPower(false);
    expect(command([0xf7], 8).slice(4)).toEqual([0, 0, 0, 0]);
    expect(command([0xf2, 0x30, 0xa3], 2)).toEqual([0x09, 0]);
  });
});

describe('memory', () => {
  test('32-bit words are written and read back', () => {
    command([0xf2, 0x08, ...le32(RAM), 8, 0], 0, [1, 2, 3, 4, 5, 6, 7, 8]);
    expect(board.memory.get(RAM)).toBe(0x0403_0201);
    expect(command([0xf2, 0x07, ...le32(RAM), 8, 0], 8)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test.each([
    [8, 0x0d, 0x0c],
    [16, 0x48, 0x47],
  ])('%i-bit accesses go to their own bytes', (_bits, write, read) => {
    command([0xf2, write, ...le32(RAM + 2), 2, 0], 0, [0xaa, 0xbb]);
    expect(board.memory.get(RAM)).toBe(0xbbaa_0000);
    expect(command([0xf2, read, ...le32(RAM + 2), 2, 0], 2)).toEqual([0xaa, 0xbb]);
  });

  test('an 8-bit read of one byte answers with two, as the host expects', () => {
    expect(command([0xf2, 0x0c, ...le32(RAM), 1, 0], 2)).toHaveLength(2);
  });

  test('without increment, every word goes to one address', () => {
    command([0xf2, 0x50, ...le32(RAM), 8, 0], 0, [...le32(1), ...le32(2)]);
    expect([...board.memory]).toEqual([[RAM, 2]]);
  });

  test('a fault shows in GETLASTRWSTATUS2 with its address, and is gone after the next good access', () => {
    command([0xf2, 0x07, ...le32(NOTHING_THERE), 4, 0], 4);
    expect(command([0xf2, 0x3e], 12)).toEqual([0x11, 0, 0, 0, ...le32(NOTHING_THERE), 0, 0, 0, 0]);
    command([0xf2, 0x07, ...le32(RAM), 4, 0], 4);
    expect(command([0xf2, 0x3e], 12)[0]).toBe(OK);
  });
});

describe('run control', () => {
  const DHCSR = 0xe000_edf0;

  test('a write to DHCSR lets the core have time before the next command', () => {
    command([0xf2, 0x35, ...le32(DHCSR), ...le32(0xa05f_000d)], 2);
    expect(board.memory.get(DHCSR)).toBe(0xa05f_000d);
    expect(passedNs).toBeGreaterThanOrEqual(10_000);
  });

  test('other debug writes and all reads take none of its time', () => {
    command([0xf2, 0x35, ...le32(0xe000_edfc), ...le32(1)], 2);
    command([0xf2, 0x36, ...le32(DHCSR)], 8);
    command([0xf2, 0x08, ...le32(RAM), 4, 0], 0, [0, 0, 0, 0]);
    expect(passedNs).toBe(0);
  });

  test('registers pass through DCRDR and DCRSR', () => {
    command([0xf2, 0x34, 15, ...le32(0x0800_0101)], 2);
    expect(board.memory.get(0xe000_edf8)).toBe(0x0800_0101);
    expect(board.memory.get(0xe000_edf4)).toBe(0x0001_000f);
    expect(command([0xf2, 0x33, 15], 8).slice(4)).toEqual(le32(0x0800_0101));
  });

  test.each([
    [0, 'low', ['nrst low']],
    [1, 'high', ['nrst high']],
    [2, 'a pulse', ['nrst low', 'nrst high']],
  ])('DRIVE_NRST %i is %s', (how, _name, expected) => {
    command([0xf2, 0x3c, how], 2);
    expect(board.happened.slice(1)).toEqual(expected);
  });
});

describe('dapdirect', () => {
  const dp = (register: number): number[] => command([0xf2, 0x45, 0xff, 0xff, register, 0], 8).slice(4);
  const ap = (number: number, register: number): number[] => command([0xf2, 0x45, number, 0, register, 0], 8).slice(4);

  test('power-up requests are acknowledged', () => {
    command([0xf2, 0x46, 0xff, 0xff, 4, 0, ...le32(0x5000_0000)], 2);
    expect(dp(4)).toEqual(le32(0xf000_0000));
  });

  test('one AP has an IDR; the next has none', () => {
    expect(ap(0, 0xfc)).toEqual(le32(0x0477_0031));
    expect(ap(1, 0xfc)).toEqual(le32(0));
  });

  test('a batch writes to the set address, reads from given ones, and gives a status for each', () => {
    command([0xf2, 0x51, ...le32(3)], 0, [1, 2, 3, 0, ...le32(RAM), ...le32(0x1234_5678), ...le32(RAM)]);
    expect(command([0xf2, 0x52], 24)).toEqual([
      ...le32(0),
      ...le32(0),
      ...le32(0x1234_5678),
      ...[OK, OK, OK].flatMap(le32),
    ]);
  });

  test('a fault in a batch marks its item and sets STICKYERR until ABORT clears it', () => {
    command([0xf2, 0x51, ...le32(1)], 0, [3, 0, 0, 0, ...le32(NOTHING_THERE)]);
    expect(command([0xf2, 0x52], 8).slice(4)).toEqual(le32(0x11));
    expect(dp(4)[0]).toBe(1 << 5);
    command([0xf2, 0x46, 0xff, 0xff, 0, 0, ...le32(1 << 2)], 2);
    expect(dp(4)[0]).toBe(0);
  });
});

test('an unknown debug command is a fault, not silence', () => {
  expect(command([0xf2, 0x99], 2)).toEqual([0x81, 0]);
});
