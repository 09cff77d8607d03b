import type { HostController, UsbDevice } from '../usb/host-controller.ts';
import type { UrbResult } from '../usb/urb.ts';
import type { UsbIpDevice } from '../usb/usbip-codec.ts';
import type { Export } from '../usb/usbip-export.ts';

/** Root port 1 of bus 1, as Linux names it. */
export const TARGET_BUSID = '1-1';
const BUS = 1;
/** enum usb_device_speed of Linux: USB_SPEED_FULL. */
const FULL_SPEED = 2;

export interface TargetExport extends Export {
  /** Somebody waits for an answer that the device owes: a request, or bytes that it has not taken. A read may wait for ever. */
  readonly owing: boolean;
}

/** The target's own USB as USB/IP offers it. */
export function createTargetExport(board: string, usb: HostController): TargetExport {
  const waiting = new Map<number, (result: UrbResult) => void>();
  const owed = new Set<number>();
  let lastId = 0;
  usb.onComplete((id, result) => {
    const done = waiting.get(id);
    waiting.delete(id);
    owed.delete(id);
    done?.(result);
  });
  return {
    busid: TARGET_BUSID,
    get owing() {
      return owed.size > 0;
    },
    get device() {
      return usb.device === undefined ? undefined : describe(board, usb.device);
    },
    submit(urb, done) {
      const id = ++lastId;
      waiting.set(id, done);
      if (urb.endpoint === 0 || urb.direction === 'out') owed.add(id);
      usb.submit({ ...urb, id });
      return {
        unlink() {
          waiting.delete(id);
          owed.delete(id);
          return usb.unlink(id);
        },
      };
    },
    reset: () => usb.reset(),
    onGone: (listener) =>
      usb.onDevice((device) => {
        if (device === undefined) listener();
      }),
  };
}

function describe(board: string, { address, configurationValue, device, configuration }: UsbDevice): UsbIpDevice {
  return {
    path: `/sys/devices/virtual/${board}/usb${BUS}/${TARGET_BUSID}`,
    busid: TARGET_BUSID,
    busnum: BUS,
    devnum: address,
    speed: FULL_SPEED,
    vendorId: device.vendorId,
    productId: device.productId,
    bcdDevice: device.bcdDevice,
    deviceClass: device.deviceClass,
    deviceSubClass: device.deviceSubClass,
    deviceProtocol: device.deviceProtocol,
    configurationValue,
    configurations: device.configurations,
    interfaces: configuration.interfaces,
  };
}
