import * as z from 'zod';
import { FIRST_BLOCK, setAddress } from '../../bootloader/dfuse/commands.ts';
import { seeOff } from '../../bootloader/dfuse/leave.ts';
import { allows, parseMemoryMap } from '../../bootloader/dfuse/memory-map.ts';
import { alternateNames } from '../../bootloader/dfuse/read-device.ts';
import { isHilError } from '../../error/hil-error.ts';
import { requirePermission } from '../../guard/decide.ts';
import { usbFailureOf } from '../../transport/usb/usb-failure.ts';
import type { Reading } from '../case.ts';
import { address } from './addresses.ts';
import { sentenceOf } from './attempt.ts';
import { takeOutcome } from './evidence.ts';
import { DFU_MODE, type ForeignDfu, usbSide, withForeignDfu } from './foreign-dfu.ts';
import { withProbe } from './probe-steps.ts';
import { type Stage, type Verb, verb } from './stage.ts';

const POINTER_MS = 1_000;
const BLOCK_MS = 5_000;
/** What the session gives a ROM to go from the bus. */
const LEAVE_MS = 5_000;

type Found = Readonly<Record<string, Reading | undefined>>;

interface Download {
  readonly address: number;
  readonly length: number;
  /** Bytes in each transfer; undefined: as the functional descriptor says. */
  readonly block: number | undefined;
}

/** Bytes that no erased flash holds, and no block of them like the next. */
function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8) + 1) & 0x7f);
}

/** The answer of a device that did not go along, in one word. */
function answerTo(error: unknown): string {
  if (isHilError(error) && error.code === 325) return 'refused';
  return usbFailureOf(error) === 'stall' ? 'refused' : usbFailureOf(error) === 'timeout' ? 'silent' : 'gone';
}

/** Downloads as a tool does that counts its blocks by a size of its own. It reads the map, as dfu-util does, and nothing else. */
async function download(stage: Stage, host: ForeignDfu, what: Download): Promise<Found> {
  const { board, chip, permissions } = stage.bench;
  const { port, dfu, functional, link } = host;
  const said: Found = { 'download.transfer_size': functional.wTransferSize };
  const maps = (await alternateNames(port, dfu)).map(parseMemoryMap);
  const holds = maps.findIndex((map) => allows(map, what.address, what.length, 'writeable'));
  if (holds < 0) return { ...said, 'download.what': 'not writeable' };
  const bytes = pattern(what.length);
  requirePermission({ name: board, chip, permissions }, { kind: 'write', via: 'usb', address: what.address, bytes });
  const size = what.block ?? functional.wTransferSize;
  let blocks = 0;
  try {
    await link.toIdle();
    await port.selectAlternateInterface(dfu.number, dfu.alternates[holds]?.alternate ?? 0);
    await link.toIdle();
    await link.download(0, setAddress(what.address), 'the address');
    await link.work('the address', POINTER_MS);
    for (; blocks * size < bytes.length; blocks++) {
      const part = bytes.subarray(blocks * size, (blocks + 1) * size);
      await link.download(FIRST_BLOCK + blocks, part, `block ${FIRST_BLOCK + blocks} of ${part.length} bytes`);
      await link.work(`block ${FIRST_BLOCK + blocks}`, BLOCK_MS);
    }
  } catch (error) {
    if (!isHilError(error) || (error.code !== 325 && usbFailureOf(error) === undefined)) throw error;
    const detail = { 'download.detail': sentenceOf(error), 'error.code': error.code };
    return { ...said, ...detail, 'download.blocks': blocks, 'download.what': answerTo(error) };
  }
  const there = await withProbe(stage, (probe) => probe.readBytes(what.address, bytes.length));
  const same = Buffer.from(there).equals(Buffer.from(bytes));
  return { ...said, 'download.blocks': blocks, 'download.what': same ? 'done' : 'wrong' };
}

/** The zero-length DNLOAD, and one GETSTATUS after it: how that was answered, or in which way it was not. */
async function leave(stage: Stage, { port, link }: ForeignDfu, judgedBy: 'status' | 'bus'): Promise<Found> {
  const { bench } = stage;
  const at = bench.chip.flash.base;
  await link.toIdle();
  await link.download(0, setAddress(at), 'the address');
  await link.work('the address', POINTER_MS);
  await link.download(FIRST_BLOCK, new Uint8Array(0), 'to leave');
  if (judgedBy === 'bus') {
    const { bus } = usbSide(stage, 'dfu-leave');
    const left = seeOff({ port, bus, link, scope: bench.scope, what: 'leave', ms: LEAVE_MS, works: false });
    return left.then(
      () => ({ 'leave.what': 'success' }),
      (error: unknown) => {
        if (!isHilError(error)) throw error;
        return { 'leave.what': 'failure', 'leave.detail': sentenceOf(error) };
      },
    );
  }
  try {
    const { state } = await link.status();
    return { 'leave.status': state, 'leave.what': state === 'dfuERROR' ? 'failure' : 'success' };
  } catch (error) {
    if (!isHilError(error) || usbFailureOf(error) === undefined) throw error;
    return { 'leave.status': answerTo(error), 'leave.what': 'failure', 'leave.detail': sentenceOf(error) };
  }
}

/** Downloads and leaves as other tools do them: none of the session's care is taken. */
export const dfuSteps: Readonly<Record<string, Verb>> = {
  'dfu-download': verb({
    says: "writes a pattern into erased flash through any device in DFU mode as another tool does, in blocks of a size of one's own: `{ dfu-download: { address, length, block: 2048 } }`, of wTransferSize if `block` is not given. The device's memory map is obeyed, who the device is not asked",
    args: z.strictObject({
      address,
      length: z.int().min(1).max(16_384),
      block: z.int().min(1).max(4_096).optional(),
    }),
    reads: ['download.what', 'download.blocks', 'download.transfer_size', 'download.detail'],
    async run(stage, { address: at, length, block }) {
      stage.forget('download.');
      const done = await withForeignDfu(stage, 'dfu-download', DFU_MODE, (host) =>
        download(stage, host, { address: at, length, block }),
      );
      stage.read(done ?? { 'download.what': 'no device in DFU mode' });
    },
  }),
  'dfu-leave': verb({
    says: 'leaves to the start of the flash as another tool does, then a look at who answers: `{ dfu-leave: { judged-by: status } }` calls it a success if the GETSTATUS after it is answered, `bus` if the device goes',
    args: z.strictObject({ 'judged-by': z.enum(['status', 'bus']) }),
    reads: ['leave.what', 'leave.status', 'leave.detail', 'go.what'],
    async run(stage, { 'judged-by': judgedBy }) {
      stage.forget('leave.', 'go.');
      const left = await withForeignDfu(stage, 'dfu-leave', DFU_MODE, (host) => leave(stage, host, judgedBy));
      if (left === undefined) {
        stage.read({ 'leave.what': 'no device in DFU mode' });
        return;
      }
      stage.read(left);
      await takeOutcome(stage, await stage.bench.whoAnswers(), 'go.what');
    },
  }),
};
