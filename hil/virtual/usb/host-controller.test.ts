import { beforeEach, describe, expect, test } from '@jest/globals';
import { createEventQueue, type EventQueue } from '../event-queue.ts';
import { CONFIGURATION_DESCRIPTOR, createFakeDevice, DEVICE_DESCRIPTOR, type FakeDevice } from './fake-device.ts';
import { createHostController, type HostController, type UsbDevice } from './host-controller.ts';
import type { UrbResult } from './urb.ts';

const MS = 1_000_000;

let nowNs: number;
let queue: EventQueue;
let events: number;
let device: FakeDevice;
let host: HostController;
let ends: Map<number, UrbResult & { readonly atNs: number }>;
let present: (UsbDevice | undefined)[];
let notes: string[];

/** Let virtual time pass. */
function pass(ms: number): void {
  const untilNs = nowNs + ms * MS;
  while (queue.nextNs() <= untilNs) {
    nowNs = Math.max(nowNs, queue.nextNs());
    queue.runDue(nowNs);
    events++;
  }
  nowNs = untilNs;
}

/** Everything that the bus does for an attachment that goes well fits into this. */
const ENUMERATION_MS = 250;
const setup = (...bytes: readonly number[]): Uint8Array => Uint8Array.from(bytes);
const GET_DEVICE = setup(0x80, 6, 0, 1, 0, 0, 18, 0);
const read = (id: number, length = 18): void =>
  host.submit({ id, endpoint: 0, direction: 'in', setup: setup(0x80, 6, 0, 1, 0, 0, length, 0), length });
const write = (id: number, data: Uint8Array): void =>
  host.submit({
    id,
    endpoint: 0,
    direction: 'out',
    setup: setup(0x21, 1, 2, 0, 0, 0, data.length & 0xff, data.length >> 8),
    data,
  });
const bytesOf = (n: number): Uint8Array => Uint8Array.from({ length: n }, (_, i) => i & 0xff);

beforeEach(() => {
  nowNs = 0;
  events = 0;
  queue = createEventQueue(
    () => nowNs,
    () => {},
  );
  device = createFakeDevice(queue);
  ends = new Map();
  present = [];
  notes = [];
  host = createHostController(device, queue, (event, data) => notes.push(`${event} ${JSON.stringify(data)}`));
  host.onComplete((id, result) => ends.set(id, { ...result, atNs: nowNs }));
  host.onDevice((each) => present.push(each));
});

describe('attachment', () => {
  test('an empty port does nothing: no event, no frame', () => {
    pass(10_000);
    expect([events, device.seen]).toEqual([0, []]);
  });

  test('leads to a device with an address, by the steps of an operating system', () => {
    device.pull(true);
    pass(ENUMERATION_MS);
    expect(device.seen.filter((line) => /^(setup|reset|frames)/.test(line))).toEqual([
      'reset true',
      'reset false',
      'frames true 0',
      'setup 0 8006000100004000',
      'frames false',
      'reset true',
      'reset false',
      'frames true 0',
      'setup 0 0005020000000000',
      'setup 2 8006000100001200',
      'setup 2 8006000200000900',
      'setup 2 8006000200002000',
    ]);
    expect(host.device).toMatchObject({
      address: 2,
      configurationValue: 0,
      device: { vendorId: 0x0483, productId: 0xdf11, bcdDevice: 0x2200, maxPacket0: 64 },
      configuration: { value: 1, interfaces: [{ number: 0, interfaceClass: 0xfe, subClass: 1, protocol: 2 }] },
    });
    expect(present).toEqual([host.device]);
  });

  test('waits until the connection has been stable for 100 ms, holds the reset for 50 and waits 10 more', () => {
    const times = new Map<string, number>();
    const mark = (what: string): void => void (times.has(what) || times.set(what, nowNs / MS));
    const record = device.setReset;
    device.setReset = (asserted) => {
      mark(`reset ${asserted}`);
      record(asserted);
    };
    const first = device.setup;
    device.setup = (...args) => {
      mark('setup');
      return first(...args);
    };
    device.pull(true);
    pass(99);
    device.pull(false);
    pass(1);
    device.pull(true);
    pass(ENUMERATION_MS);
    expect(times.get('reset true')).toBeCloseTo(200, 6);
    expect(times.get('reset false')).toBeCloseTo(250, 6);
    expect(times.get('setup')).toBeGreaterThan(260);
    expect(times.get('setup')).toBeLessThan(260.1);
  });

  test('costs nothing when it is through and nobody asks', () => {
    device.pull(true);
    pass(ENUMERATION_MS);
    events = 0;
    pass(5_000);
    expect(events).toBe(0);
  });

  test('a device whose firmware serves the reset late is asked again', () => {
    device.resetWorkNs = 180 * MS;
    device.pull(true);
    pass(1_000);
    expect(host.device?.address).toBe(2);
  });

  test('a device that never answers is left alone, with a note, until it is attached anew', () => {
    device.disturb = () => 'silent';
    device.pull(true);
    pass(3_000);
    expect(notes.filter((note) => note.startsWith('usb enumeration round failed'))).toHaveLength(4);
    expect(notes.at(-1)).toMatch(/^usb enumeration failed.*first GET_DESCRIPTOR\(device\) failed with -71/);
    events = 0;
    pass(60_000);
    expect(events).toBe(0);
    device.disturb = () => undefined;
    device.pull(false);
    device.pull(true);
    pass(ENUMERATION_MS);
    expect(host.device?.address).toBe(3);
  });

  test('a device that only ever refuses gets 5 s for each question', () => {
    device.disturb = (kind) => (kind === 'in' ? 'nak' : undefined);
    device.pull(true);
    pass(5_000);
    expect(device.seen.filter((line) => line.startsWith('setup'))).toHaveLength(1);
    pass(1_000);
    expect(device.seen.filter((line) => line.startsWith('setup'))).toHaveLength(2);
  });

  test('descriptors that contradict themselves are told', () => {
    const broken = Uint8Array.from(CONFIGURATION_DESCRIPTOR);
    broken[9] = 40;
    const handle = device.handle;
    device.handle = (request, data) => (request[3] === 2 ? broken : handle(request, data));
    device.pull(true);
    pass(3_000);
    expect(notes.at(-1)).toMatch(/descriptor at byte 9 of its configuration is cut short/);
    expect(host.device).toBeUndefined();
  });

  test('leaving in the middle of a reset ends the reset', () => {
    device.pull(true);
    pass(120);
    device.pull(false);
    expect(device.seen).toEqual(['reset true', 'reset false']);
    pass(1_000);
    expect(present).toEqual([]);
  });

  test('the cable decides as the pull-up does', () => {
    device.pull(true);
    pass(ENUMERATION_MS);
    host.plug(false);
    expect([host.attached, host.device, present.at(-1)]).toEqual([false, undefined, undefined]);
    host.plug(true);
    pass(ENUMERATION_MS);
    expect(host.device?.address).toBe(3);
  });
});

describe('a control transfer', () => {
  beforeEach(() => {
    device.pull(true);
    pass(ENUMERATION_MS);
    (device.seen as string[]).length = 0;
  });

  test('reads: SETUP, data from DATA1 on, an empty packet back', () => {
    read(1);
    pass(2);
    expect(ends.get(1)).toMatchObject({ status: 0, actual: 18, data: DEVICE_DESCRIPTOR });
    expect(device.seen).toEqual([`setup 2 ${Buffer.from(GET_DEVICE).toString('hex')}`, 'in0 DATA1 18', 'out0 DATA1 0']);
  });

  test('writes: data in packets of 64 with alternating toggles, status with DATA1', () => {
    const data = bytesOf(150);
    let got: Uint8Array | undefined;
    device.handle = (_setup, bytes) => {
      got = bytes;
      return 'ack';
    };
    write(1, data);
    pass(2);
    expect(ends.get(1)).toMatchObject({ status: 0, actual: 150 });
    expect(got && Uint8Array.from(got)).toEqual(data);
    expect(device.seen.slice(1)).toEqual(['out0 DATA1 64', 'out0 DATA0 64', 'out0 DATA1 22', 'in0 DATA1 0']);
  });

  test('a read that is longer than a packet ends at the length asked for', () => {
    device.handle = () => bytesOf(200);
    read(1, 128);
    pass(2);
    expect(ends.get(1)).toMatchObject({ status: 0, actual: 128, data: bytesOf(128) });
  });

  test('an answer of whole packets that is shorter than asked for ends with an empty one', () => {
    device.handle = () => bytesOf(64);
    read(1, 100);
    pass(2);
    expect(ends.get(1)).toMatchObject({ status: 0, actual: 64 });
    expect(device.seen.slice(1)).toEqual(['in0 DATA1 64', 'in0 DATA0 0', 'out0 DATA1 0']);
  });

  test('without data asks for the status alone', () => {
    write(1, new Uint8Array(0));
    pass(2);
    expect(ends.get(1)).toMatchObject({ status: 0, actual: 0 });
    expect(device.seen.slice(1)).toEqual(['in0 DATA1 0']);
  });

  test('2048 bytes take the time of their bits, no less and not much more', () => {
    device.workNs = 0;
    const startNs = nowNs;
    write(1, bytesOf(2048));
    pass(20);
    const tookNs = (ends.get(1)?.atNs ?? 0) - startNs;
    // 32 packets of 64 bytes: 1.37 ms of data bits alone.
    expect(tookNs).toBeGreaterThan(1.4 * MS);
    expect(tookNs).toBeLessThan(3.1 * MS);
  });

  test('is tried again as soon as the device says that it is ready, without a storm until then', () => {
    device.workNs = 500.5 * MS;
    const startNs = nowNs;
    events = 0;
    read(1);
    pass(600);
    const tookNs = (ends.get(1)?.atNs ?? 0) - startNs;
    expect(tookNs).toBeGreaterThan(500.5 * MS);
    expect(tookNs).toBeLessThan(500.6 * MS);
    // Once a frame, and what the transfer itself takes.
    expect(events).toBeLessThan(520);
  });

  test('has no time-out: it is refused for as long as the device likes', () => {
    device.workNs = 60_000 * MS;
    read(1);
    pass(59_000);
    expect(ends.size).toBe(0);
    pass(1_001);
    expect(ends.get(1)?.status).toBe(0);
  });

  test('a STALL ends it with EPIPE, and the next one goes well', () => {
    host.submit({ id: 1, endpoint: 0, direction: 'in', setup: setup(0x80, 6, 0, 9, 0, 0, 4, 0), length: 4 });
    read(2);
    pass(5);
    expect(ends.get(1)).toMatchObject({ status: -32, actual: 0 });
    expect(ends.get(2)?.status).toBe(0);
  });

  test.each(['setup', 'out', 'in'] as const)('an answer to %s that got lost does no harm', (kind) => {
    let lost = 0;
    device.disturb = (each) => (each === kind && lost++ === 0 ? 'lost' : undefined);
    let got: Uint8Array | undefined;
    const { handle } = device;
    device.handle = (request, bytes) => {
      if (request[1] === 1) got = bytes;
      return handle(request, bytes);
    };
    const data = bytesOf(100);
    write(1, data);
    read(2);
    pass(10);
    expect(ends.get(1)).toMatchObject({ status: 0, actual: 100 });
    expect(got && Uint8Array.from(got)).toEqual(data);
    expect(ends.get(2)).toMatchObject({ status: 0, data: DEVICE_DESCRIPTOR });
  });

  test('a packet that comes twice because its acknowledgement got lost counts once', () => {
    let lost = 0;
    device.disturb = (each) => (each === 'acknowledge' && lost++ === 0 ? 'lost' : undefined);
    device.handle = () => bytesOf(100);
    read(1, 100);
    pass(10);
    expect(device.seen.filter((line) => line === 'in0 DATA1 64')).toHaveLength(2);
    expect(ends.get(1)).toMatchObject({ status: 0, data: bytesOf(100) });
  });

  test('three frames without an answer end it with EPROTO, two do not', () => {
    let silent = 2;
    device.disturb = () => (silent-- > 0 ? 'silent' : undefined);
    read(1);
    pass(5);
    expect(ends.get(1)?.status).toBe(0);
    silent = 3;
    read(2);
    pass(5);
    expect(ends.get(2)?.status).toBe(-71);
  });

  test('more bytes than asked for are babble', () => {
    device.handle = () => bytesOf(60);
    const send = device.in;
    device.in = (to, endpoint) => {
      const packet = send(to, endpoint);
      return typeof packet === 'object' && endpoint === 0 ? { ...packet, bytes: bytesOf(40) } : packet;
    };
    read(1, 18);
    pass(5);
    expect(ends.get(1)?.status).toBe(-75);
  });

  test('that is taken back gets no end, and the next one is not held up', () => {
    device.workNs = 60_000 * MS;
    read(1);
    pass(10);
    expect(host.unlink(1)).toBe(true);
    expect(host.unlink(1)).toBe(false);
    device.workNs = 1000;
    read(2);
    pass(5);
    expect([...ends.keys()]).toEqual([2]);
    expect(ends.get(2)?.status).toBe(0);
  });

  test('ends with ENODEV when the device leaves in the middle, and so does each later one', () => {
    device.workNs = 100 * MS;
    read(1);
    read(2);
    pass(10);
    device.pull(false);
    expect([ends.get(1)?.status, ends.get(2)?.status]).toEqual([-19, -19]);
    read(3);
    expect(ends.get(3)?.status).toBe(-19);
    expect(present.at(-1)).toBeUndefined();
  });

  test('leaving within an answer is no trouble', () => {
    const send = device.in;
    device.in = (to, endpoint) => {
      const packet = send(to, endpoint);
      device.pull(false);
      return packet;
    };
    read(1);
    pass(10);
    expect(ends.get(1)?.status).toBe(-19);
  });

  test('SET_CONFIGURATION is remembered', () => {
    host.submit({ id: 1, endpoint: 0, direction: 'out', setup: setup(0, 9, 1, 0, 0, 0, 0, 0) });
    pass(5);
    expect(host.device?.configurationValue).toBe(1);
  });
});

describe('other endpoints', () => {
  beforeEach(() => {
    device.pull(true);
    pass(ENUMERATION_MS);
  });
  const wait = (id: number, length: number): void => host.submit({ id, endpoint: 1, direction: 'in', length });
  const send = (id: number, data: Uint8Array): void => host.submit({ id, endpoint: 1, direction: 'out', data });

  test('IN waits until there is something, and a short packet ends it', () => {
    wait(1, 512);
    pass(1_000);
    expect(ends.size).toBe(0);
    device.toHost.push(bytesOf(64), bytesOf(10));
    device.ready();
    pass(1);
    expect(ends.get(1)).toMatchObject({ status: 0, actual: 74 });
  });

  test('keep their toggles from transfer to transfer, until the configuration is set', () => {
    send(1, bytesOf(1));
    send(2, bytesOf(2));
    send(5, bytesOf(4));
    pass(3);
    host.submit({ id: 3, endpoint: 0, direction: 'out', setup: setup(0, 9, 1, 0, 0, 0, 0, 0) });
    pass(3);
    send(4, bytesOf(3));
    pass(3);
    expect(device.seen.filter((line) => line.startsWith('out1'))).toEqual([
      'out1 DATA0 1',
      'out1 DATA1 2',
      'out1 DATA0 4',
      'out1 DATA0 3',
    ]);
    expect(device.fromHost.map((each) => each.length)).toEqual([1, 2, 4, 3]);
  });

  test('CLEAR_FEATURE(HALT) begins one of them with DATA0 again', () => {
    send(1, bytesOf(1));
    pass(3);
    host.submit({ id: 2, endpoint: 0, direction: 'out', setup: setup(2, 1, 0, 0, 1, 0, 0, 0) });
    pass(3);
    send(3, bytesOf(2));
    pass(3);
    expect(device.seen.filter((line) => line.startsWith('out1'))).toEqual(['out1 DATA0 1', 'out1 DATA0 2']);
  });

  test('a pending read holds nothing else up', () => {
    wait(1, 64);
    read(2);
    pass(3);
    expect([...ends.keys()]).toEqual([2]);
  });

  test('an interrupt endpoint is looked at in its interval', () => {
    let looks = 0;
    device.disturb = (kind) => {
      if (kind === 'in') looks++;
      return undefined;
    };
    host.submit({ id: 1, endpoint: 1, direction: 'in', length: 8, interval: 16 });
    pass(160);
    expect(looks).toBeGreaterThanOrEqual(10);
    expect(looks).toBeLessThanOrEqual(11);
  });
});

describe('a reset that the client asks for', () => {
  beforeEach(() => {
    device.pull(true);
    pass(ENUMERATION_MS);
    (device.seen as string[]).length = 0;
  });

  test('gives the same address back; what comes meanwhile waits', () => {
    host.reset();
    read(1);
    pass(60);
    expect(ends.size).toBe(0);
    pass(20);
    expect(device.seen.filter((line) => /^(setup|reset)/.test(line))).toEqual([
      'reset true',
      'reset false',
      'setup 0 0005020000000000',
      'setup 2 8006000100001200',
    ]);
    expect(ends.get(1)?.status).toBe(0);
    expect(notes.at(-1)).toBe('usb addressed again {"address":2}');
  });

  test('ends what was under way', () => {
    device.workNs = 100 * MS;
    read(1);
    pass(5);
    host.reset();
    expect(ends.get(1)?.status).toBe(-71);
  });

  test('a device that does not come back has left, and is enumerated anew', () => {
    host.reset();
    read(1);
    device.disturb = () => 'silent';
    pass(400);
    expect(ends.get(1)?.status).toBe(-19);
    expect(present.at(-1)).toBeUndefined();
    device.disturb = () => undefined;
    pass(ENUMERATION_MS);
    expect(host.device?.address).toBe(3);
  });
});
