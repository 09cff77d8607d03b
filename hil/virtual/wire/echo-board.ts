import type { IdleReport, LineFrame, UartWire, VirtualBoard, VirtualBoardOptions, WireState } from '../board-types.ts';
import { busFault } from '../bus.ts';
import { createEventQueue } from '../event-queue.ts';
import type { Schedule } from '../schedule.ts';
import type { UsbDevicePort } from '../usb/device-port.ts';

/** For tests of the wires: a board without a core. */
export interface EchoBoard extends VirtualBoard {
  /** What the outside did, in order. */
  readonly happened: readonly string[];
  /** Words of its memory; an address outside 0x2000_0000..0x2000_FFFF faults. */
  readonly memory: Map<number, number>;
  /** Frames that arrived at the target's RX pin of the first UART. */
  readonly arrived: readonly LineFrame[];
  /** Let the target send a frame as it is. */
  transmit(frame: LineFrame): void;
  /** A core that never sleeps, so that `runUntil` reports busy. */
  busy: boolean;
}

const SRAM_BASE = 0x2000_0000;
const SRAM_BYTES = 0x1_0000;

/** Its UARTs send back every frame they get, one frame later; its memory is plain; its time is the event queue alone. */
export function createEchoBoard(
  options: VirtualBoardOptions,
  usbOf?: (schedule: Schedule) => UsbDevicePort,
): EchoBoard {
  const happened: string[] = [];
  const memory = new Map<number, number>();
  const arrived: LineFrame[] = [];
  let nowNs = 0;
  let powered = false;
  const queue = createEventQueue(
    () => nowNs,
    () => {},
  );

  function word(address: number): number {
    if (address < SRAM_BASE || address >= SRAM_BASE + SRAM_BYTES) {
      // The few debug registers a probe looks at; all others of the private peripheral bus read zero.
      if (address >= 0xe000_0000) return memory.get(address) ?? 0;
      busFault(address);
    }
    return memory.get(address) ?? 0;
  }

  function uart(name: string, role: UartWire['role']): UartWire & { transmit(frame: LineFrame): void } {
    const listeners: ((frame: LineFrame) => void)[] = [];
    const transmit = (frame: LineFrame): void => {
      const endNs = frame.startNs + frame.levels.length * frame.bitNs;
      queue.at(endNs, () => {
        for (const listener of listeners) listener(frame);
      });
    };
    return {
      name,
      role,
      txPin: 'PA2',
      rxPin: 'PA3',
      transmit,
      onTransmit: (listener) => void listeners.push(listener),
      setState: (state: WireState) => void happened.push(`${name} ${state}`),
      drive(frame) {
        if (name === 'USART2') arrived.push(frame);
        const endNs = frame.startNs + frame.levels.length * frame.bitNs;
        transmit({ ...frame, startNs: endNs });
      },
    };
  }
  const uarts = [uart('USART2', 'both'), uart('USART1', 'rom')];

  function runUntil(timeNs: number): IdleReport {
    for (;;) {
      const next = queue.nextNs();
      if (next > timeNs) break;
      nowNs = Math.max(nowNs, next);
      queue.runDue(nowNs);
    }
    nowNs = Math.max(nowNs, timeNs);
    return { nowNs, nextNs: board.busy ? nowNs : queue.nextNs() };
  }

  const board: EchoBoard = {
    name: options.name,
    schedule: queue,
    uarts,
    usb: usbOf?.(queue),
    happened,
    memory,
    arrived,
    busy: false,
    transmit: (frame) => uarts[0]!.transmit(frame),
    swd: {
      get reachable() {
        return powered;
      },
      dpidr: 0x0bc1_1477,
      apIdr: 0x0477_0031,
      read(address, width) {
        const shift = (address & 3) * 8;
        return (word((address & ~3) >>> 0) >>> shift) & (width === 4 ? -1 : (1 << (8 * width)) - 1);
      },
      write(address, value, width) {
        const aligned = (address & ~3) >>> 0;
        const shift = (address & 3) * 8;
        const mask = (width === 4 ? 0xffff_ffff : ((1 << (8 * width)) - 1) << shift) >>> 0;
        memory.set(aligned, ((word(aligned) & ~mask) | ((value << shift) & mask)) >>> 0);
      },
    },
    get powered() {
      return powered;
    },
    setPower(on) {
      powered = on;
      happened.push(`power ${on}`);
    },
    setNrst: (low) => void happened.push(`nrst ${low ? 'low' : 'high'}`),
    setBoot0: (level) => void happened.push(`boot0 ${level}`),
    setButton: (pressed) => void happened.push(`button ${pressed}`),
    runUntil,
    stateHash: () => `${nowNs}:${happened.length}:${arrived.length}:${[...memory].join(';')}`,
    onNote: () => {},
  };
  return board;
}
