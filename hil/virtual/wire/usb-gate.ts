import type { HostController } from '../usb/host-controller.ts';
import type { Urb } from '../usb/urb.ts';
import type { OutsideInput } from './outside-input.ts';

type SubmitInput = Extract<OutsideInput, { in: 'usb-submit' }>;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));

function toInput(urb: Urb): SubmitInput {
  const { id, endpoint, direction, setup, data, length, interval } = urb;
  return {
    in: 'usb-submit',
    id,
    endpoint,
    direction,
    ...(setup === undefined ? {} : { setup: hex(setup) }),
    ...(data === undefined ? {} : { data: hex(data) }),
    ...(length === undefined ? {} : { length }),
    ...(interval === undefined ? {} : { interval }),
  };
}

/** What a log says of a transfer. */
export function toUrb(input: SubmitInput): Urb {
  const { id, endpoint, direction, setup, data, length, interval } = input;
  return {
    id,
    endpoint,
    direction,
    ...(setup === undefined ? {} : { setup: bytesOf(setup) }),
    ...(data === undefined ? {} : { data: bytesOf(data) }),
    ...(length === undefined ? {} : { length }),
    ...(interval === undefined ? {} : { interval }),
  };
}

/** The host controller with each influence on the board stamped and logged by `take`, which carries it out. */
export function throughTheGate(usb: HostController, take: (input: OutsideInput) => void): HostController {
  return {
    get plugged() {
      return usb.plugged;
    },
    get attached() {
      return usb.attached;
    },
    get device() {
      return usb.device;
    },
    isPending: usb.isPending,
    plug: (plugged) => take({ in: 'usb-plug', plugged }),
    submit: (urb) => take(toInput(urb)),
    unlink(id) {
      if (!usb.isPending(id)) return false;
      take({ in: 'usb-unlink', id });
      return true;
    },
    reset: () => take({ in: 'usb-reset' }),
    onComplete: usb.onComplete,
    onDevice: usb.onDevice,
  };
}
