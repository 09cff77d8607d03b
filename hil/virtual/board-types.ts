import type { Width } from './peripheral/peripheral.ts';
import type { Schedule } from './schedule.ts';
import type { UsbDevicePort } from './usb/device-port.ts';

export type Level = 0 | 1;

/** One UART frame as levels on a wire: start bit (0), data LSB first, parity if any, stop bit(s) (1); each lasts `bitNs`. */
export interface LineFrame {
  readonly startNs: number;
  readonly bitNs: number;
  readonly levels: readonly Level[];
}

/** What the outside does to an RX pin between frames. */
export type WireState = 'idle' | 'low' | 'floating' | 'noise';

/** A pair of pins that a connector of the board brings out as a UART. */
export interface UartWire {
  /** Name of the USART that these pins reach, e.g. `USART2`. */
  readonly name: string;
  readonly role: 'vcp' | 'rom' | 'both';
  readonly txPin: string;
  readonly rxPin: string;
  /** Put one frame on the target's RX pin. `startNs` must not lie before the end of the frame driven last. */
  drive(frame: LineFrame): void;
  setState(state: WireState): void;
  /** Called for each frame the target sends on its TX pin, when its last bit has left. */
  onTransmit(listener: (frame: LineFrame) => void): void;
}

/** What a debug probe reaches through SWD. All methods throw `BusFault` where a real AP would answer FAULT. */
export interface SwdTarget {
  /** True while SWD answers: target powered (and SWD pins not taken away by the software). */
  readonly reachable: boolean;
  /** DP IDR, e.g. 0x0BC11477 on a Cortex-M0+. */
  readonly dpidr: number;
  /** AHB-AP IDR. */
  readonly apIdr: number;
  read(address: number, width: Width): number;
  write(address: number, value: number, width: Width): void;
}

export type BootPin = 'released' | Level;

export interface IdleReport {
  /** Virtual time reached. */
  readonly nowNs: number;
  /** Next time at which anything will happen without outside input (Infinity: nothing). Equals nowNs while the core is busy. */
  readonly nextNs: number;
}

/** One virtual board: power, reset, boot pin, button, wires and time. Deterministic: image + seed + input order. */
export interface VirtualBoard {
  readonly name: string;
  readonly schedule: Schedule;
  readonly swd: SwdTarget;
  readonly uarts: readonly UartWire[];
  /** The device's end of the USB cable; undefined on a part without USB. */
  readonly usb: UsbDevicePort | undefined;
  readonly powered: boolean;
  setPower(on: boolean): void;
  /** Drive NRST from outside (probe or control). */
  setNrst(low: boolean): void;
  setBoot0(level: BootPin): void;
  setButton(pressed: boolean): void;
  /** Run core and events up to `timeNs` of virtual time (never past it by more than one instruction). */
  runUntil(timeNs: number): IdleReport;
  /** Cheap, stable digest of the architectural state (registers, RAM, flash, time): equal for equal histories. */
  stateHash(): string;
  /** Board log: notes of peripherals, resets, faults; for traces and diagnosis, never for suites. */
  onNote(listener: (timeNs: number, event: string, data: Readonly<Record<string, unknown>>) => void): void;
}

/** What a board is built from. */
export interface VirtualBoardOptions {
  readonly name: string;
  /** Nucleo name, e.g. `NUCLEO-G070RB`. */
  readonly model: string;
  /** ROM ID byte, e.g. 0xB4; default: the newest of the part. */
  readonly romId?: number;
  /** The stand-in ROM's ELF or BIN, already read: bytes to place at the system memory base. */
  readonly rom: Uint8Array;
  /** Flash content at first power-on; undefined = erased. */
  readonly flash?: Uint8Array;
  /** Seed of RAM power-on pattern, ready-flag lateness, unique id. */
  readonly seed: number;
}
