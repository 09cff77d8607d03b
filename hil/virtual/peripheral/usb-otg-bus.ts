import type { Schedule } from '../schedule.ts';
import type { UsbDevicePort } from '../usb/device-port.ts';
import { createFrameClock, type FrameClock } from './usb-otg-frames.ts';
import type { InEndpoint } from './usb-otg-in.ts';
import type { OutEndpoint } from './usb-otg-out.ts';
import type { PullUp } from './usb-otg-pull-up.ts';
import { GINT } from './usb-otg-registers.ts';

/** OTG_FS towards the cable: address, bus reset, suspend, and what the endpoints answer to the host. */
export interface OtgBus {
  readonly port: UsbDevicePort;
  readonly frames: FrameClock;
  readonly suspended: boolean;
  /** A bus reset has ended: the speed is known. */
  readonly enumerated: boolean;
  /** DCFG.DAD was written. */
  setAddress(address: number): void;
  forgetAddress(): void;
  /** The pull-up went on or off. */
  attachedChanged(attached: boolean): void;
  /** Software did something: the host may get another answer now. */
  tellReady(): void;
  reset(): void;
}

export interface OtgBusOptions {
  readonly schedule: Schedule;
  readonly ins: readonly InEndpoint[];
  readonly outs: readonly OutEndpoint[];
  readonly pullUp: PullUp;
  /** Clocks by which the core can take part in traffic. */
  readonly running: () => boolean;
  /** Its AHB clock runs. */
  readonly clocked: () => boolean;
  /** Its PHY has a clock, however far from 48 MHz: enough to see a bus reset, which is long. */
  readonly phyClocked: () => boolean;
  /** Set flags of GINTSTS. */
  readonly raise: (flags: number) => void;
  /** Interrupts are to be looked at. */
  readonly update: () => void;
  /** As `update`, and pull-up and session, too. */
  readonly changed: () => void;
  readonly wakeUp: () => void;
}

export function createOtgBus(options: OtgBusOptions): OtgBus {
  const { ins, outs, pullUp, raise, update } = options;
  const readyListeners: (() => void)[] = [];
  /** What DCFG.DAD says and what the core answers to: they differ until the status stage of SET_ADDRESS is through. */
  let written = 0;
  let address = 0;
  let inControlTransfer = false;
  let suspended = false;
  let inReset = false;
  let enumerated = false;
  /** The host got an answer that may become another one. */
  let hostWaits = false;
  const frames = createFrameClock(options.schedule, { began: update, idle: suspend });

  function suspend(): void {
    if (!pullUp.attached || !options.clocked()) return;
    suspended = true;
    raise(GINT.ESUSP | GINT.USBSUSP);
    update();
  }

  /** The host did something. That a stopped PHY clock does not hide it: devices made with ST's CubeMX rely on it (corroborated). */
  function activity(): void {
    if (suspended) {
      suspended = false;
      raise(GINT.WKUINT);
      options.wakeUp();
    }
    // A reset is not idleness (USB 2.0 7.1.7.6: idle is J).
    frames.idleFromNow(pullUp.attached && !inReset);
  }

  function hears(to: number): boolean {
    if (!pullUp.attached || inReset || !options.running()) return false;
    activity();
    return to === address;
  }

  function answered<T>(answer: T): T {
    if (answer === undefined || answer === 'nak') hostWaits = true;
    update();
    return answer;
  }

  function statusStageDone(): void {
    inControlTransfer = false;
    address = written;
  }

  const port: UsbDevicePort = {
    get attached() {
      return pullUp.attached;
    },
    onAttached: pullUp.onAttached,
    onReady: (listener) => void readyListeners.push(listener),
    setPlugged(plugged) {
      pullUp.setPlugged(plugged);
      options.changed();
    },
    setReset(asserted) {
      inReset = asserted;
      if (!pullUp.attached || !options.clocked() || !options.phyClocked()) return;
      activity();
      if (asserted) {
        raise(GINT.USBRST);
        inControlTransfer = false;
        for (const endpoint of [...ins, ...outs]) endpoint.busReset();
      } else {
        enumerated = true;
        raise(GINT.ENUMDNE);
      }
      update();
    },
    setFrames(running, number = 0) {
      frames.set(running, number);
      if (running && pullUp.attached && options.running()) activity();
      else frames.idleFromNow(pullUp.attached && !inReset);
      update();
    },
    setup(to, endpoint, bytes) {
      if (!hears(to) || endpoint !== 0) return answered(undefined);
      const answer = outs[0]?.setup(bytes);
      if (answer === 'ack') {
        ins[0]?.setupCame();
        inControlTransfer = true;
      }
      return answered(answer);
    },
    out(to, endpoint, packet) {
      if (!hears(to)) return answered(undefined);
      if (endpoint === 0) outs[0]?.hostGoesOn('out');
      const answer = outs[endpoint]?.token(packet);
      if (endpoint === 0 && answer === 'ack' && packet.bytes.length === 0) statusStageDone();
      return answered(answer);
    },
    in(to, endpoint) {
      if (!hears(to)) return answered(undefined);
      if (endpoint === 0) outs[0]?.hostGoesOn('in');
      return answered(ins[endpoint]?.token());
    },
    acknowledge(to, endpoint) {
      if (!hears(to)) return;
      const length = ins[endpoint]?.acknowledged();
      if (endpoint === 0 && length === 0) statusStageDone();
      update();
    },
  };

  return {
    port,
    frames,
    get suspended() {
      return suspended;
    },
    get enumerated() {
      return enumerated;
    },
    setAddress(next) {
      written = next;
      // Written before the status stage of SET_ADDRESS, in force after it (flags of TinyUSB and Zephyr, and what HAL does: corroborated).
      if (!inControlTransfer) address = next;
    },
    forgetAddress() {
      written = address = 0;
      inControlTransfer = false;
    },
    attachedChanged(attached) {
      suspended = false;
      frames.idleFromNow(attached);
    },
    tellReady() {
      if (!hostWaits) return;
      hostWaits = false;
      for (const listener of readyListeners) listener();
    },
    reset() {
      suspended = enumerated = hostWaits = false;
    },
  };
}
