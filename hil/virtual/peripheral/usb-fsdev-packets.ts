import type { DataPacket, Toggle, UsbDevicePort } from '../usb/device-port.ts';
import type { PacketMemory } from './usb-fsdev-memory.ts';
import { EP, STAT, STAT_RX_SHIFT, STAT_TX_SHIFT, statRx, statTx, TYPE } from './usb-fsdev-registers.ts';

/** What a packet on the bus does to endpoint registers and packet memory. Source: RM0091 30.5.2 (documented, where provenance says no less). */
export interface PacketEngine extends Pick<UsbDevicePort, 'setup' | 'out' | 'in' | 'acknowledge'> {
  /** Nothing is under way any more: reset, detached. */
  drop(): void;
}

export interface PacketEngineOptions {
  readonly endpoints: Uint32Array;
  readonly memory: PacketMemory;
  /** BTABLE. */
  readonly table: () => number;
  /** Packets to this address are taken and answered. */
  readonly serving: (address: number) => boolean;
  /** False: the packet memory would not be served in time, the packet is lost. */
  readonly memoryInTime: () => boolean;
  /** A register has changed. */
  readonly changed: () => void;
}

const SETUP_BYTES = 8;

export function createPacketEngine(options: PacketEngineOptions): PacketEngine {
  const { endpoints, memory, changed } = options;
  /** Register whose packet the host has and has not acknowledged yet. */
  let sending: number | undefined;

  /** Endpoint register that serves an endpoint number in a direction; undefined while none is enabled. */
  function find(endpoint: number, stat: (register: number) => number): number | undefined {
    const n = endpoints.findIndex((r) => (r & EP.EA) === endpoint && stat(r) !== STAT.DISABLED);
    return n < 0 ? undefined : n;
  }

  const withStat = (register: number, rx: number | undefined, tx: number | undefined): number => {
    let next = register;
    if (rx !== undefined) next = (next & ~EP.STAT_RX) | (rx << STAT_RX_SHIFT);
    if (tx !== undefined) next = (next & ~EP.STAT_TX) | (tx << STAT_TX_SHIFT);
    return next;
  };

  function setup(address: number, endpoint: number, bytes: Uint8Array): 'ack' | undefined {
    if (!options.serving(address)) return undefined;
    const n = find(endpoint, statRx);
    if (n === undefined) return undefined;
    const register = endpoints[n]!;
    // STAT_RX does not matter; a SETUP before is not overwritten until its flag is cleared (RM0091 30.5.2).
    if ((register & EP.TYPE) !== TYPE.CONTROL || register & EP.CTR_RX || bytes.length !== SETUP_BYTES) return undefined;
    const { address: at, capacity } = memory.rxBuffer(options.table(), n);
    if (capacity < SETUP_BYTES || !options.memoryInTime()) return undefined;
    memory.store(at, bytes);
    memory.setRxCount(options.table(), n, bytes.length);
    if (sending === n) sending = undefined;
    endpoints[n] = withStat(register, STAT.NAK, STAT.NAK) | EP.DTOG_RX | EP.DTOG_TX | EP.SETUP | EP.CTR_RX;
    changed();
    return 'ack';
  }

  function out(address: number, endpoint: number, packet: DataPacket): 'ack' | 'nak' | 'stall' | undefined {
    if (!options.serving(address)) return undefined;
    const n = find(endpoint, statRx);
    if (n === undefined) return undefined;
    const register = endpoints[n]!;
    if (statRx(register) === STAT.NAK) return 'nak';
    if (statRx(register) === STAT.STALL) return 'stall';
    const control = (register & EP.TYPE) === TYPE.CONTROL;
    if (control && register & EP.KIND && packet.bytes.length > 0) return 'stall'; // STATUS_OUT
    // Sent again because the host missed the ACK: acknowledged, and dropped.
    if (packet.toggle !== ((register & EP.DTOG_RX) === 0 ? 0 : 1)) return 'ack';
    const { address: at, capacity } = memory.rxBuffer(options.table(), n);
    if (!options.memoryInTime()) return undefined;
    if (packet.bytes.length > capacity) {
      memory.store(at, packet.bytes.subarray(0, capacity));
      return 'stall'; // buffer overrun (RM0091 30.5.2)
    }
    memory.store(at, packet.bytes);
    memory.setRxCount(options.table(), n, packet.bytes.length);
    // SETUP is frozen while the flag of the packet before is set.
    const kept = register & EP.CTR_RX ? register : register & ~EP.SETUP;
    endpoints[n] = (withStat(kept, STAT.NAK, undefined) ^ EP.DTOG_RX) | EP.CTR_RX;
    changed();
    return 'ack';
  }

  function input(address: number, endpoint: number): DataPacket | 'nak' | 'stall' | undefined {
    sending = undefined;
    if (!options.serving(address)) return undefined;
    const n = find(endpoint, statTx);
    if (n === undefined) return undefined;
    const register = endpoints[n]!;
    if (statTx(register) === STAT.NAK) return 'nak';
    if (statTx(register) === STAT.STALL) return 'stall';
    if (!options.memoryInTime()) return undefined;
    const { address: at, count } = memory.txBuffer(options.table(), n);
    sending = n;
    const toggle: Toggle = register & EP.DTOG_TX ? 1 : 0;
    return { toggle, bytes: memory.load(at, count) };
  }

  function acknowledge(address: number, endpoint: number): void {
    const n = sending;
    sending = undefined;
    if (n === undefined || !options.serving(address) || (endpoints[n]! & EP.EA) !== endpoint) return;
    endpoints[n] = (withStat(endpoints[n]!, undefined, STAT.NAK) ^ EP.DTOG_TX) | EP.CTR_TX;
    changed();
  }

  return {
    setup,
    out,
    in: input,
    acknowledge,
    drop() {
      sending = undefined;
    },
  };
}
