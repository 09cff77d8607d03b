import type { EventHandle, Schedule } from '../schedule.ts';
import type { UsbDevicePort } from './device-port.ts';
import { type Enumerated, enumerate, readdress, type Step } from './enumeration.ts';
import { createTransactionRunner, type Queued } from './transaction-runner.ts';
import { createControlTransfer, createStreamTransfer, type ToggleBit, type Transfer } from './transfer.ts';
import { ended, type Urb, type UrbResult, urbStatus } from './urb.ts';

/** A device that has its address. */
export interface UsbDevice extends Enumerated {
  /** Also its device number, as a bus counts them: another after each attachment. 2 to 127; 1 is the root hub. */
  readonly address: number;
  /** As the client has set it; 0: not yet. */
  readonly configurationValue: number;
}

/** The host's end of a board's USB cable: one port of a root hub, and the controller behind it, in the board's virtual time. */
export interface HostController {
  readonly plugged: boolean;
  /** The device shows itself: D+ is pulled up and the cable is in. */
  readonly attached: boolean;
  /** Undefined until enumeration is through, and when the device has gone. */
  readonly device: UsbDevice | undefined;
  plug(plugged: boolean): void;
  /** Its end comes through `onComplete`, perhaps before this returns. No time-out: who loses patience takes it back. */
  submit(urb: Urb): void;
  /** Take a URB back; nothing comes for it then. False: it is not pending (any more). */
  unlink(id: number): boolean;
  isPending(id: number): boolean;
  /** Reset the port and give the device its address again. URBs submitted meanwhile wait; those under way end with `protocol`. */
  reset(): void;
  onComplete(listener: (id: number, result: UrbResult) => void): void;
  /** A device is ready for URBs, or (undefined) has gone; then its URBs have ended with `noDevice`. */
  onDevice(listener: (device: UsbDevice | undefined) => void): void;
}

type Note = (event: string, data: Readonly<Record<string, unknown>>) => void;

const MS = 1_000_000;
/** USB 2.0 7.1.7.3: TATTDB. Any change of the connection begins it anew. */
const DEBOUNCE_MS = 100;
/** USB 2.0 7.1.7.5: TDRSTR, for root ports. */
const RESET_MS = 50;
/** USB 2.0 7.1.7.5: TRSTRCY. */
const RESET_RECOVERY_MS = 10;
/** How long a request of the enumeration may be refused (Linux: initial_descriptor_timeout and USB_CTRL_GET_TIMEOUT). */
const REQUEST_MS = 5_000;
const FIRST_ADDRESS = 2;
const LAST_ADDRESS = 127;
const FALLBACK_MAX_PACKET = 64;

const STANDARD_OUT = { device: 0x00, interface: 0x01, endpoint: 0x02 } as const;
const SET_CONFIGURATION = 9;
const SET_INTERFACE = 11;
const CLEAR_FEATURE = 1;

/**
 * A root port that the cable is plugged into. Without a pulled-up D+ it does nothing: no event, no frame.
 *
 * It never suspends the bus. Each detachment is seen, however short, as a root port sees it (USB 2.0 7.1.7.3: TDDIS, 2.5 us).
 */
export function createHostController(port: UsbDevicePort, schedule: Schedule, note: Note = () => {}): HostController {
  const runner = createTransactionRunner(port, schedule);
  const completions: ((id: number, result: UrbResult) => void)[] = [];
  const presences: ((device: UsbDevice | undefined) => void)[] = [];
  const pending = new Map<number, Queued>();
  const toggles = new Map<string, ToggleBit>();
  let plugged = true;
  let lastAddress = FIRST_ADDRESS - 1;
  /** `busy`: debouncing or enumerating. `failed`: left alone until it is plugged anew. */
  let state: 'empty' | 'busy' | 'ready' | 'resetting' | 'failed' = 'empty';
  let device: UsbDevice | undefined;
  let held: Urb[] = [];
  let timer: EventHandle | undefined;
  let resetAsserted = false;
  /** Counts what makes an answer to an earlier step worthless. */
  let epoch = 0;

  const present = (): boolean => plugged && port.attached;

  function wait(ms: number, then: () => void): void {
    schedule.cancel(timer);
    const mine = epoch;
    timer = schedule.after(ms * MS, () => {
      if (mine === epoch) then();
    });
  }

  function looked(): void {
    if (present() && state === 'empty') {
      state = 'busy';
      note('usb attached', {});
      wait(DEBOUNCE_MS, () => begin());
    } else if (!present() && state !== 'empty') {
      leave();
      note('usb detached', {});
    }
  }

  function begin(): void {
    lastAddress = lastAddress >= LAST_ADDRESS ? FIRST_ADDRESS : lastAddress + 1;
    const address = lastAddress;
    const steps = enumerate(address, (why) => note('usb enumeration round failed', { why }));
    follow<Enumerated | string>(steps, (result) => {
      if (typeof result === 'string') {
        state = 'failed';
        quiet();
        note('usb enumeration failed', { why: result });
        return;
      }
      state = 'ready';
      runner.address = address;
      device = { ...result, address, configurationValue: 0 };
      const { vendorId, productId } = result.device;
      note('usb enumerated', { address, vendorId, productId });
      for (const listener of presences) listener(device);
    });
  }

  /** Carry out a sequence of steps to its end, unless the device leaves before. */
  function follow<R>(
    steps: Generator<Step, R, UrbResult | undefined>,
    done: (result: R) => void,
    answer?: UrbResult,
  ): void {
    const mine = epoch;
    const go = (result?: UrbResult): void => {
      if (mine === epoch) follow(steps, done, result);
    };
    const step = steps.next(answer);
    if (step.done === true) done(step.value);
    else if (step.value.do === 'wait') wait(step.value.ms, go);
    else if (step.value.do === 'reset') resetPort(go);
    else ask(step.value, go);
  }

  function resetPort(then: () => void): void {
    quiet();
    resetAsserted = true;
    port.setReset(true);
    wait(RESET_MS, () => {
      resetAsserted = false;
      port.setReset(false);
      runner.start();
      wait(RESET_RECOVERY_MS, then);
    });
  }

  /** No frames, no transactions, nothing remembered of the endpoints. */
  function quiet(): void {
    toggles.clear();
    runner.stop(urbStatus.protocol);
  }

  function ask(step: Extract<Step, { do: 'control' }>, then: (result: UrbResult | undefined) => void): void {
    const length = (step.setup[6] ?? 0) | ((step.setup[7] ?? 0) << 8);
    const direction = ((step.setup[0] ?? 0) & 0x80) === 0 ? 'out' : 'in';
    const transfer = createControlTransfer(
      { id: 0, endpoint: 0, direction, setup: step.setup, length },
      step.maxPacket,
    );
    runner.address = step.address;
    const queued = runner.submit(CONTROL, transfer, (result) => {
      schedule.cancel(timer);
      then(result);
    });
    if (!queued.pending) return;
    wait(REQUEST_MS, () => {
      runner.cancel(queued);
      then(undefined);
    });
  }

  function leave(): void {
    epoch++;
    schedule.cancel(timer);
    if (resetAsserted) port.setReset(false);
    resetAsserted = false;
    state = 'empty';
    const gone = device;
    device = undefined;
    toggles.clear();
    runner.stop(urbStatus.noDevice);
    const waiting = held;
    held = [];
    for (const urb of waiting) complete(urb.id, ended(urbStatus.noDevice));
    if (gone !== undefined) for (const listener of presences) listener(undefined);
  }

  function complete(id: number, result: UrbResult): void {
    for (const listener of completions) listener(id, result);
  }

  function carry(urb: Urb, of: UsbDevice): void {
    const control = urb.endpoint === 0;
    const transfer = control ? createControlTransfer(urb, of.device.maxPacket0) : streamOf(urb, of);
    const pipe = control ? CONTROL : { endpoint: urb.endpoint, direction: urb.direction, interval: urb.interval ?? 0 };
    let over = false;
    const queued = runner.submit(pipe, transfer, (result) => {
      over = true;
      pending.delete(urb.id);
      if (control && result.status === urbStatus.ok) configured(urb.setup ?? new Uint8Array(8));
      complete(urb.id, result);
    });
    if (!over) pending.set(urb.id, queued);
  }

  function streamOf(urb: Urb, of: UsbDevice): Transfer {
    const address = urb.endpoint | (urb.direction === 'in' ? 0x80 : 0);
    const maxPacket = of.configuration.maxPackets.get(address) || FALLBACK_MAX_PACKET;
    const toggle = toggles.get(String(address)) ?? { value: 0 };
    toggles.set(String(address), toggle);
    return createStreamTransfer(urb, maxPacket, toggle);
  }

  /** What begins again with DATA0 after a request that succeeded (USB 2.0 9.1.1.5, 9.4.5, 9.4.10). */
  function configured(setup: Uint8Array): void {
    const [type = 0, code = 0, value = 0, , index = 0] = setup;
    if (type === STANDARD_OUT.device && code === SET_CONFIGURATION) {
      toggles.clear();
      if (device !== undefined) device = { ...device, configurationValue: value };
    } else if (type === STANDARD_OUT.interface && code === SET_INTERFACE) {
      const named = device?.configuration.interfaces.find((each) => each.number === index);
      for (const endpoint of named?.endpoints ?? []) toggles.delete(String(endpoint));
    } else if (type === STANDARD_OUT.endpoint && code === CLEAR_FEATURE && value === 0) {
      toggles.delete(String(index));
    }
  }

  const isPending = (id: number): boolean => pending.has(id) || held.some((urb) => urb.id === id);

  port.onAttached(looked);
  port.setPlugged(true);
  looked();

  return {
    get plugged() {
      return plugged;
    },
    get attached() {
      return present();
    },
    get device() {
      return device;
    },
    plug(on) {
      if (on === plugged) return;
      plugged = on;
      port.setPlugged(on);
      looked();
    },
    submit(urb) {
      if (state === 'resetting') held.push(urb);
      else if (device === undefined) complete(urb.id, ended(urbStatus.noDevice));
      else carry(urb, device);
    },
    unlink(id) {
      if (!isPending(id)) return false;
      const queued = pending.get(id);
      if (queued !== undefined) runner.cancel(queued);
      pending.delete(id);
      held = held.filter((urb) => urb.id !== id);
      return true;
    },
    isPending,
    reset() {
      const of = device;
      if (state !== 'ready' || of === undefined) return;
      state = 'resetting';
      device = { ...of, configurationValue: 0 };
      follow(readdress(of.address, of.device.maxPacket0), (failed) => {
        if (failed !== undefined) {
          note('usb device lost', { why: failed });
          leave();
          looked();
          return;
        }
        state = 'ready';
        runner.address = of.address;
        note('usb addressed again', { address: of.address });
        const waiting = held;
        held = [];
        for (const urb of waiting) carry(urb, of);
      });
    },
    onComplete: (listener) => void completions.push(listener),
    onDevice: (listener) => void presences.push(listener),
  };
}

const CONTROL = { endpoint: 0, direction: 'control', interval: 0 } as const;
