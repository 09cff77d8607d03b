// A virtual board's ROM over USB: 64 KiB erased, written and read back. Beside dfu-util in the same guest, and beside the time that the
// ROM asks the host to wait for its erases and writes.
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { figure, plain } from './figures.mjs';
import { dist, product } from './product.mjs';

const SIZE = 64 * 1024;
const BASE = 0x0800_0000;
const PARTS = ['STM32G0B1RE', 'STM32F411RE'];
const COMMAND_MS = 300_000;
const NS_PER_MS = 1e6;
const inGuest = fileURLToPath(new URL('dfu-in-guest.mjs', import.meta.url));

const GETSTATUS = 3;
const DNBUSY = 4;

/** A port that adds up what the ROM asks the host to wait for (bwPollTimeout of each dfuDNBUSY): no host that obeys can be faster. */
function timed(port) {
  let askedMs = 0;
  const wrapped = new Proxy(port, {
    get(target, key) {
      const value = target[key];
      if (typeof value !== 'function') return value;
      if (key !== 'controlTransferIn') return value.bind(target);
      return async (setup, ...rest) => {
        const answer = await target.controlTransferIn(setup, ...rest);
        if (setup.request === GETSTATUS && answer[4] === DNBUSY)
          askedMs += answer[1] + answer[2] * 256 + answer[3] * 65536;
        return answer;
      };
    },
  });
  return { port: wrapped, askedMs: () => askedMs };
}

/** Erase, write, read back, compare: our session over USB/IP, without a kernel. */
async function direct(chip, board, bytes) {
  const { openUsbBus } = await product('transport/usb/open-usb-bus');
  const { openDfuse } = await product('bootloader/dfuse/session');
  const permissions = { erase: 'pages', write_protection: false, option_bytes: false, rdp1: false };
  const bus = openUsbBus(`usbip://127.0.0.1:${board.usbip.port}/${board.usbip.busid}`);
  try {
    const [port] = await bus.list();
    const watched = timed(port);
    const session = await openDfuse(watched.port, { chip, board: 'bench', permissions, bus });
    const virtualNs = async () => Number((await board.control({ op: 'status' })).virtualNs);
    const [asked, from, began] = [watched.askedMs(), await virtualNs(), performance.now()];
    await session.eraseAndWrite([{ address: BASE, bytes }]);
    const result = {
      wallMs: performance.now() - began,
      virtualMs: ((await virtualNs()) - from) / NS_PER_MS,
      askedMs: watched.askedMs() - asked,
    };
    session.close();
    await port.close();
    return result;
  } finally {
    await bus.close();
  }
}

async function measurePart(part, guest, runs) {
  const { chipNamed } = await product('chip/lookup');
  const { startUsbBench } = await product('virtual/interop/usb-bench');
  const { attach, untilGone } = await product('virtual/interop/guest-usb');
  const chip = chipNamed(part);
  const board = await startUsbBench(chip);
  const file = join(guest.work, `${part}.bin`);
  const back = join(guest.work, `${part}.back`);
  const results = [];
  try {
    for (let i = 0; i < runs; i++) {
      const bytes = randomBytes(SIZE);
      writeFileSync(file, bytes);
      await board.intoRom();
      await board.plug(true);
      const alone = await direct(chip, board, bytes);
      const device = await attach(guest, board.usbip);
      const dfuUtil = `dfu-util -d 0483:df11 -a 0 -s 0x08000000`;
      const began = performance.now();
      await guest.must(`${dfuUtil} -D ${file} && rm -f ${back} && ${dfuUtil}:${SIZE} -U ${back}`, {
        withinMs: COMMAND_MS,
      });
      const theirsMs = performance.now() - began;
      if (!readFileSync(back).equals(bytes)) throw new Error(`${part}: dfu-util read back something else`);
      // Without the start of Node, which takes a guest without an accelerator longer than the flash does.
      const said = await guest.must(`NODE_OPTIONS=--jitless node ${inGuest} ${dist} ${part} ${file} 2>/dev/null`, {
        withinMs: COMMAND_MS,
      });
      results.push({ ...alone, theirsMs, oursMs: JSON.parse(said).ms });
      await board.plug(false);
      await untilGone(guest, device);
    }
  } finally {
    await board.stop();
  }
  const rate = (ms) => SIZE / 1024 / (ms / 1000);
  const common = { unit: 'KiB/s', show: plain(1), better: 'higher' };
  const rates = (name) => results.map((result) => rate(result[name]));
  const limit = { name: 'the ROM asks to wait', value: rate(results[0].askedMs) };
  return [
    figure({
      ...common,
      what: `${part}: DFU write + verify in a guest`,
      values: rates('oursMs'),
      other: { name: 'dfu-util', values: rates('theirsMs') },
      goal: 1.5,
    }),
    figure({
      ...common,
      what: `${part}: the same without a kernel, wall clock`,
      values: rates('wallMs'),
      limit,
      goal: 0.95 * limit.value,
    }),
    figure({
      ...common,
      what: `${part}: the same, the board's clock`,
      values: rates('virtualMs'),
      limit,
      goal: 0.95 * limit.value,
    }),
  ];
}

export async function measureDfu({ runs }) {
  const { bootGuest } = await product('virtual/interop/guest');
  const guest = await bootGuest();
  try {
    const figures = [];
    for (const part of PARTS) figures.push(...(await measurePart(part, guest, runs)));
    return figures;
  } finally {
    await guest.stop();
  }
}
