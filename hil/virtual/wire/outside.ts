import { HilError } from '../../error/hil-error.ts';
import type { BootPin, IdleReport, UartWire, VirtualBoard, WireState } from '../board-types.ts';
import { createHostController, type HostController } from '../usb/host-controller.ts';
import type { LoggedInput, OutsideInput } from './outside-input.ts';
import { createProbe, type Probe } from './stlink-probe.ts';
import { formatText, frameNs, parseFormat, toFrame, type UartFormat } from './uart-format.ts';
import { throughTheGate, toUrb } from './usb-gate.ts';

/** The one gate between a board and everything around it: it stamps, logs and applies each influence, and it alone lets time pass. */
export interface Outside {
  readonly board: VirtualBoard;
  /** Where the board stands, in ns of virtual time. */
  now(): number;
  runUntil(timeNs: number): IdleReport;
  power(on: boolean): void;
  nrst(by: 'probe' | 'control', low: boolean): void;
  boot0(level: BootPin): void;
  button(pressed: boolean): void;
  wire(uart: string, state: WireState): void;
  /** Drive `bytes` back to back from `startNs` on; returns where the last frame ends. */
  bytes(uart: string, startNs: number, format: UartFormat, bytes: Uint8Array): number;
  /** One ST-LINK command; returns its answer (empty for a write). */
  probe(command: Uint8Array, data: Uint8Array | undefined, size: number): Uint8Array;
  /** The host's end of the target's USB cable; undefined on a part without USB. */
  readonly usb: HostController | undefined;
  /** Digest of the state, left in the log. */
  check(): string;
  /** Apply what a log says, without logging it. */
  apply(input: OutsideInput): Uint8Array;
  readonly pins: {
    readonly nrstLowBy: ReadonlySet<'probe' | 'control'>;
    readonly boot0: BootPin;
    readonly button: boolean;
  };
}

const NOTHING = new Uint8Array(0);

/** @param note Told what the host sees on the USB cable. */
export function createOutside(
  board: VirtualBoard,
  log: (entry: LoggedInput) => void,
  note: (event: string, data: Readonly<Record<string, unknown>>) => void = () => {},
): Outside {
  const nrstLowBy = new Set<'probe' | 'control'>();
  const uarts = new Map<string, UartWire>(board.uarts.map((uart) => [uart.name, uart]));
  let boot0: BootPin = 'released';
  let button = false;
  let targetNs = 0;

  const now = (): number => board.schedule.now();

  function runUntil(timeNs: number): IdleReport {
    targetNs = Math.max(targetNs, timeNs);
    return board.runUntil(timeNs);
  }

  function driveNrst(by: 'probe' | 'control', low: boolean): void {
    if (low) nrstLowBy.add(by);
    else nrstLowBy.delete(by);
    // Open drain on both sides: the net is high only when nobody holds it.
    board.setNrst(nrstLowBy.size > 0);
  }

  const probe: Probe = createProbe({
    swd: board.swd,
    powered: () => board.powered,
    setNrst: (low) => driveNrst('probe', low),
    passTime: (durationNs) => void runUntil(now() + durationNs),
  });

  function uartNamed(name: string): UartWire {
    const uart = uarts.get(name);
    if (uart !== undefined) return uart;
    throw new HilError(642, `${board.name} has no UART named ${name}; it has ${[...uarts.keys()].join(', ')}`, {
      blame: 'test',
      context: { uart: name },
    });
  }

  // Made here, for live wires and replay alike: what it does by itself (enumeration) is no input, and comes out the same.
  const usb = board.usb === undefined ? undefined : createHostController(board.usb, board.schedule, note);

  function usbPort(): HostController {
    if (usb !== undefined) return usb;
    throw new HilError(644, `the log speaks of USB, and ${board.name} has none`, {
      blame: 'test',
      context: { board: board.name },
    });
  }

  function drive(input: Extract<OutsideInput, { in: 'bytes' }>): void {
    const format = parseFormat(input.format);
    if (format === undefined) {
      throw new HilError(643, `"${input.format}" is not a serial format such as "115200 8E1"`, { blame: 'test' });
    }
    const uart = uartNamed(input.uart);
    const each = frameNs(format);
    for (const [i, byte] of Buffer.from(input.hex, 'hex').entries()) {
      uart.drive(toFrame(byte, format, input.startNs + i * each));
    }
  }

  function apply(input: OutsideInput): Uint8Array {
    switch (input.in) {
      case 'power':
        board.setPower(input.on);
        break;
      case 'nrst':
        driveNrst(input.by, input.low);
        break;
      case 'boot0':
        boot0 = input.level;
        board.setBoot0(input.level);
        break;
      case 'button':
        button = input.pressed;
        board.setButton(input.pressed);
        break;
      case 'wire':
        uartNamed(input.uart).setState(input.state);
        break;
      case 'bytes':
        drive(input);
        break;
      case 'probe':
        return probe.execute(
          Buffer.from(input.command, 'hex'),
          input.data === undefined ? undefined : Buffer.from(input.data, 'hex'),
          input.size ?? 0,
        );
      case 'usb-plug':
        usbPort().plug(input.plugged);
        break;
      case 'usb-submit':
        usbPort().submit(toUrb(input));
        break;
      case 'usb-unlink':
        usbPort().unlink(input.id);
        break;
      case 'usb-reset':
        usbPort().reset();
        break;
      case 'check':
        break;
    }
    return NOTHING;
  }

  function take(input: OutsideInput): Uint8Array {
    log({ targetNs, nowNs: now(), input });
    return apply(input);
  }

  return {
    board,
    now,
    runUntil,
    apply,
    power: (on) => void take({ in: 'power', on }),
    nrst: (by, low) => void take({ in: 'nrst', by, low }),
    boot0: (level) => void take({ in: 'boot0', level }),
    button: (pressed) => void take({ in: 'button', pressed }),
    wire(uart, state) {
      uartNamed(uart);
      take({ in: 'wire', uart, state });
    },
    bytes(uart, startNs, format, bytes) {
      take({ in: 'bytes', uart, startNs, format: formatText(format), hex: Buffer.from(bytes).toString('hex') });
      return startNs + bytes.length * frameNs(format);
    },
    probe(command, data, size) {
      // Known before it runs, and cheap: what only asks the probe itself leaves no trace on the board.
      if (!probe.reachesTarget(command)) return probe.execute(command, data, size);
      return take({
        in: 'probe',
        command: Buffer.from(command).toString('hex'),
        ...(data === undefined ? { size } : { data: Buffer.from(data).toString('hex') }),
      });
    },
    usb: usb === undefined ? undefined : throughTheGate(usb, take),
    check() {
      const hash = board.stateHash();
      log({ targetNs, nowNs: now(), input: { in: 'check', hash } });
      return hash;
    },
    pins: {
      nrstLowBy,
      get boot0() {
        return boot0;
      },
      get button() {
        return button;
      },
    },
  };
}
