// Runs in the guest: our session over npm `usb`; prints how long erase, write and read-back took.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [dist, part, file] = process.argv.slice(2);
const product = (path) => import(pathToFileURL(`${dist}/${path}.js`).href);
const { chipNamed } = await product('chip/lookup');
const { openUsbBus } = await product('transport/usb/open-usb-bus');
const { openDfuse } = await product('bootloader/dfuse/session');
const permissions = { erase: 'pages', write_protection: false, option_bytes: false, rdp1: false };
const bus = openUsbBus('usb');
const port = (await bus.list()).find(({ productId }) => productId === 0xdf11);
const began = performance.now();
const session = await openDfuse(port, { chip: chipNamed(part), board: 'guest', permissions, bus });
await session.eraseAndWrite([{ address: 0x0800_0000, bytes: new Uint8Array(readFileSync(file)) }]);
console.log(JSON.stringify({ ms: performance.now() - began }));
session.close();
await port.close();
await bus.close();
