import { createNpmUsbBus } from './npm-usb-bus.ts';
import { isSelected, parseUsbEndpoint } from './usb-endpoint.ts';
import type { UsbBus } from './usb-port.ts';
import { createUsbIpBus } from './usbip-bus.ts';

/**
 * The devices that an endpoint names; nothing is opened yet.
 * @param text `usb` (any real device), `usb:PATH`, `usb:SERIAL`, `usbip://127.0.0.1:PORT/1-1`
 * @throws HilError 603
 */
export function openUsbBus(text: string): UsbBus {
  const endpoint = parseUsbEndpoint(text);
  if (endpoint.kind === 'usbip') return createUsbIpBus(endpoint, endpoint.busid);
  const { select } = endpoint;
  const all = createNpmUsbBus();
  if (select === undefined) return all;
  return {
    name: `${all.name} (only ${select})`,
    list: async () => (await all.list()).filter((device) => isSelected(select, device)),
    close: all.close,
  };
}
