import type { Schedule } from '../schedule.ts';
import type { DataPacket, Toggle, UsbDevicePort } from './device-port.ts';

/** For tests of the wire: a device without registers and firmware, whose answers a test can bend. */
export interface FakeDevice extends UsbDevicePort {
  /** D+ pulled up or not. */
  pull(up: boolean): void;
  /** What the bus did, in order, in the words of `say` below. */
  readonly seen: readonly string[];
  readonly now: () => number;
  /**
   * Asked before each transaction: `nak` and `stall` are given instead of the right answer, `silent` is none at all, and after `lost` the device
   * has done its part but the host does not hear of it.
   */
  disturb: (kind: 'setup' | 'out' | 'in' | 'acknowledge') => 'nak' | 'stall' | 'silent' | 'lost' | undefined;
  /** How long the firmware needs for a request, in ns, and to notice the end of a bus reset. */
  workNs: number;
  resetWorkNs: number;
  /** Answers a request: bytes of a read, or 'ack'. Default: the descriptors, and 'ack' for every write. */
  handle: (setup: Uint8Array, data: Uint8Array) => Uint8Array | 'ack' | 'stall';
  /** Packets that endpoint 1 IN has for the host; without one it refuses. */
  readonly toHost: Uint8Array[];
  /** Packets that endpoint 1 OUT took. */
  readonly fromHost: Uint8Array[];
  /** Let endpoint 1 IN say that it has something. */
  ready(): void;
}

const MAX_PACKET = 64;

export const DEVICE_DESCRIPTOR = Uint8Array.from([
  18,
  1,
  0x00,
  0x01,
  0,
  0,
  0,
  MAX_PACKET,
  0x83,
  0x04,
  0x11,
  0xdf,
  0x00,
  0x22,
  1,
  2,
  3,
  1,
]);
/** One interface of class FE 01 02 with two bulk endpoints, 0x81 and 0x01. */
export const CONFIGURATION_DESCRIPTOR = Uint8Array.from(
  [
    [9, 2, 32, 0, 1, 1, 0, 0xc0, 50],
    [9, 4, 0, 0, 2, 0xfe, 1, 2, 0],
    [7, 5, 0x81, 2, MAX_PACKET, 0, 0],
    [7, 5, 0x01, 2, MAX_PACKET, 0, 0],
  ].flat(),
);

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

export function createFakeDevice(schedule: Schedule): FakeDevice {
  const attachedListeners: ((attached: boolean) => void)[] = [];
  const readyListeners: (() => void)[] = [];
  const seen: string[] = [];
  let pulled = false;
  let plugged = false;
  let shown = false;
  let served = false;
  let address = 0;
  let newAddress: number | undefined;
  let request = new Uint8Array(0);
  let data: Uint8Array = new Uint8Array(0);
  /** Packets for the host, first one next; `busy` while the firmware is at it. */
  let answer: Uint8Array[] | 'busy' | 'stall' = 'busy';
  let inToggle: Toggle = 1;
  let outToggle: Toggle = 1;
  const stream = { in: 0 as Toggle, out: 0 as Toggle };
  let work = 0;

  const other = (toggle: Toggle): Toggle => (toggle === 0 ? 1 : 0);
  const reads = (): boolean => ((request[0] ?? 0) & 0x80) !== 0;
  const wLength = (): number => (request[6] ?? 0) | ((request[7] ?? 0) << 8);
  function ready(): void {
    for (const listener of readyListeners) listener();
  }
  function show(): void {
    const attached = pulled && plugged;
    if (attached === shown) return;
    shown = attached;
    for (const listener of attachedListeners) listener(attached);
  }

  function serve(): void {
    answer = 'busy';
    const mine = ++work;
    schedule.after(device.workNs, () => {
      if (mine !== work) return;
      const result = device.handle(request, data);
      if (result === 'stall') answer = 'stall';
      else if (result === 'ack') answer = [new Uint8Array(0)];
      else answer = chunks(result.subarray(0, wLength()));
      if (request[0] === 0 && request[1] === 5) newAddress = request[2] ?? 0;
      if (request[0] === 0 && request[1] === 9) Object.assign(stream, { in: 0, out: 0 });
      ready();
    });
  }

  function chunks(bytes: Uint8Array): Uint8Array[] {
    const packets: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += MAX_PACKET) packets.push(bytes.slice(at, at + MAX_PACKET));
    if (bytes.length < wLength() && bytes.length % MAX_PACKET === 0) packets.push(new Uint8Array(0));
    return packets;
  }

  function takeControl(packet: DataPacket): 'ack' | 'nak' | 'stall' {
    if (answer === 'stall') return 'stall';
    if (packet.toggle !== outToggle) return 'ack';
    if (reads()) {
      // The status stage: empty, in any state of the data stage.
      outToggle = other(outToggle);
      return 'ack';
    }
    outToggle = other(outToggle);
    data = Buffer.concat([data, packet.bytes]);
    if (data.length >= wLength()) serve();
    return 'ack';
  }

  const device: FakeDevice = {
    get attached() {
      return pulled && plugged;
    },
    onAttached: (listener) => void attachedListeners.push(listener),
    onReady: (listener) => void readyListeners.push(listener),
    setPlugged(on) {
      plugged = on;
      show();
    },
    pull(up) {
      pulled = up;
      show();
    },
    setReset(asserted) {
      seen.push(`reset ${asserted}`);
      served = false;
      address = 0;
      newAddress = undefined;
      work++;
      if (!asserted) {
        schedule.after(device.resetWorkNs, () => {
          served = true;
          ready();
        });
      }
    },
    setFrames: (running, frame) => void seen.push(`frames ${running}${frame === undefined ? '' : ` ${frame}`}`),
    setup(to, endpoint, bytes) {
      if (to !== address || !served || endpoint !== 0) return undefined;
      const bent = device.disturb('setup');
      if (bent === 'silent') return undefined;
      seen.push(`setup ${to} ${hex(bytes)}`);
      request = Uint8Array.from(bytes);
      data = new Uint8Array(0);
      inToggle = 1;
      outToggle = 1;
      if (reads() || wLength() === 0) serve();
      else answer = 'busy';
      return bent === 'lost' ? undefined : 'ack';
    },
    out(to, endpoint, packet) {
      if (to !== address || !served) return undefined;
      const bent = device.disturb('out');
      if (bent === 'silent') return undefined;
      seen.push(`out${endpoint} DATA${packet.toggle} ${packet.bytes.length}`);
      if (bent === 'nak' || bent === 'stall') return bent;
      let result: 'ack' | 'nak' | 'stall' = 'ack';
      if (endpoint === 0) result = takeControl(packet);
      else if (packet.toggle === stream.out) {
        stream.out = other(stream.out);
        device.fromHost.push(Uint8Array.from(packet.bytes));
      }
      return bent === 'lost' ? undefined : result;
    },
    in(to, endpoint) {
      if (to !== address || !served) return undefined;
      const bent = device.disturb('in');
      if (bent === 'silent') return undefined;
      if (bent === 'nak' || bent === 'stall') return bent;
      const packets = endpoint === 0 ? answer : device.toHost;
      if (packets === 'stall') return 'stall';
      const next = packets === 'busy' ? undefined : packets[0];
      if (next === undefined) return 'nak';
      const toggle = endpoint === 0 ? inToggle : stream.in;
      seen.push(`in${endpoint} DATA${toggle} ${next.length}`);
      return bent === 'lost' ? undefined : { toggle, bytes: next };
    },
    acknowledge(_to, endpoint) {
      if (device.disturb('acknowledge') === 'lost') return;
      if (endpoint !== 0) {
        device.toHost.shift();
        stream.in = other(stream.in);
        return;
      }
      inToggle = other(inToggle);
      if (Array.isArray(answer)) answer.shift();
      if (newAddress !== undefined) address = newAddress;
    },
    seen,
    now: schedule.now,
    disturb: () => undefined,
    workNs: 20_000,
    resetWorkNs: 5_000,
    handle(setup) {
      if (setup[1] !== 6) return 'ack';
      if (setup[3] === 1) return DEVICE_DESCRIPTOR;
      return setup[3] === 2 ? CONFIGURATION_DESCRIPTOR : 'stall';
    },
    toHost: [],
    fromHost: [],
    ready,
  };
  return device;
}
