import { hex } from '../../error/format-error.ts';
import { HilError } from '../../error/hil-error.ts';
import type { Segment } from '../../image/image.ts';
import type { UsbPort } from '../../transport/usb/usb-port.ts';
import { chunksOf, erasePage, FIRST_BLOCK, setAddress } from './commands.ts';
import type { DfuLink } from './dfu-link.ts';
import type { Alternate } from './identify.ts';
import { allows, runAt, type Access as SectorAccess } from './memory-map.ts';

/** Set Address Pointer touches no memory. */
const POINTER_MS = 1000;
/** One block: 2048 bytes by single bytes on an F4 take 0.4 s (DS F411: 100 µs each at most, as words a quarter). */
const BLOCK_MS = 5000;

/** The memory of a DFU device: address pointer, blocks and alternate settings. */
export interface MemoryAccess {
  /** @param report Told how many bytes have been read. */
  read(address: number, length: number, report?: (done: number) => void): Promise<Uint8Array>;
  /** Writes as it is: no alignment, no erase. Blocks for which `skip` says so are left out. */
  write(segment: Segment, options?: WriteOptions): Promise<void>;
  /** @param address First byte of the page. @param ms How long its erase may take. */
  erase(address: number, ms: number): Promise<void>;
  /** Block 0, e.g. a mass erase. */
  command(bytes: Uint8Array, what: string, ms: number): Promise<void>;
  /** Block 0, sent and not yet started. */
  send(bytes: Uint8Array, what: string): Promise<void>;
  /** Sends data and does not start the work: its end is a reset. */
  sendBlock(address: number, bytes: Uint8Array): Promise<void>;
  /** Where leave starts. */
  point(address: number): Promise<void>;
  /** DNLOAD of nothing: leave. */
  sendLeave(): Promise<void>;
  /** Commands that the ROM has, by its own list. */
  commands(): Promise<readonly number[]>;
  /** After a failure: nothing is known of pointer and state. */
  forget(): void;
}

interface WriteOptions {
  readonly skip?: (bytes: Uint8Array) => boolean;
  readonly report?: (done: number) => void;
}

export interface MemoryAccessOptions {
  readonly port: UsbPort;
  readonly link: DfuLink;
  readonly interfaceNumber: number;
  readonly alternates: readonly Alternate[];
  readonly transferSize: number;
  readonly board: string;
}

/** What DFU 1.1 allows next: UPLOAD not after DNLOAD, and the other way round. */
type Stage = 'idle' | 'download' | 'upload' | 'unknown';

export function createMemoryAccess(options: MemoryAccessOptions): MemoryAccess {
  const { port, link, interfaceNumber, alternates, transferSize, board } = options;
  let stage: Stage = 'unknown';
  let pointer: number | undefined;
  let alternate: number | undefined;

  const holding = (address: number): Alternate | undefined =>
    alternates.find(({ map }) => runAt(map, address) !== undefined);

  const ready = async (forWhat: 'download' | 'upload'): Promise<void> => {
    if (stage === 'idle' || stage === forWhat) return;
    await link.toIdle();
    stage = 'idle';
  };

  /** The first alternate setting whose map holds the address; the first of all if none does (option bytes of G0B1). */
  const choose = async (address: number): Promise<void> => {
    const wanted = (holding(address) ?? alternates[0])?.number ?? 0;
    if (wanted === alternate) return;
    await port.selectAlternateInterface(interfaceNumber, wanted);
    alternate = wanted;
    // What SET_INTERFACE does to state and pointer is written nowhere.
    stage = 'unknown';
    pointer = undefined;
  };

  const send = async (bytes: Uint8Array, what: string): Promise<void> => {
    await ready('download');
    await link.download(0, bytes, what);
    stage = 'download';
  };

  const command = async (bytes: Uint8Array, what: string, ms: number): Promise<void> => {
    await send(bytes, what);
    await link.work(what, ms);
  };

  const point = async (address: number): Promise<void> => {
    await choose(address);
    if (pointer === address) return;
    await command(setAddress(address), `to go to ${hex(address)}`, POINTER_MS);
    pointer = address;
  };

  /** Refuses what the device itself says it does not allow; a memory that its maps do not show is left to the ROM. */
  const demand = (what: keyof SectorAccess, address: number, length: number, words: string): void => {
    const map = holding(address)?.map;
    if (map === undefined || allows(map, address, length, what)) return;
    throw new HilError(
      328,
      `${board}: ${length} bytes at ${hex(address)} cannot be ${words}: the map '${map.name}' of ${port.id} does not allow it`,
      { context: { address, length, map: map.name, device: port.id } },
    );
  };

  return {
    point,
    command,
    send,
    async read(address, length, report) {
      const all = new Uint8Array(length);
      for (const chunk of chunksOf(address, length, transferSize)) {
        const what = `to read ${chunk.length} bytes at ${hex(chunk.address)}`;
        await point(chunk.pointer);
        await ready('upload');
        const bytes = await link.upload(chunk.block, chunk.length, what);
        if (bytes.length !== chunk.length) {
          stage = 'unknown';
          throw new HilError(
            329,
            `${board}: ${chunk.length} bytes were read at ${hex(chunk.address)}, and ${bytes.length} came: the memory ends there for the ROM`,
            { context: { address: chunk.address, length: chunk.length } },
          );
        }
        stage = 'upload';
        all.set(bytes, chunk.address - address);
        report?.(chunk.address - address + chunk.length);
      }
      return all;
    },
    async write({ address, bytes }, { skip, report } = {}) {
      demand('writeable', address, bytes.length, 'written');
      for (const chunk of chunksOf(address, bytes.length, transferSize)) {
        const from = chunk.address - address;
        const data = bytes.subarray(from, from + chunk.length);
        if (skip?.(data) !== true) {
          const what = `to write ${chunk.length} bytes at ${hex(chunk.address)}`;
          await point(chunk.pointer);
          await ready('download');
          await link.download(chunk.block, data, what);
          stage = 'download';
          await link.work(what, BLOCK_MS);
        }
        report?.(from + chunk.length);
      }
    },
    async sendBlock(address, bytes) {
      await point(address);
      await ready('download');
      await link.download(FIRST_BLOCK, bytes, `to write ${bytes.length} bytes at ${hex(address)}`);
      stage = 'unknown';
    },
    async erase(address, ms) {
      demand('erasable', address, 1, 'erased');
      await choose(address);
      await command(erasePage(address), `to erase the page at ${hex(address)}`, ms);
      // The ROM of some parts leaves the pointer where it erased.
      pointer = undefined;
    },
    async sendLeave() {
      await ready('download');
      await link.download(FIRST_BLOCK, new Uint8Array(0), 'to leave');
      stage = 'unknown';
    },
    async commands() {
      await ready('upload');
      stage = 'unknown';
      return [...(await link.upload(0, transferSize, 'to list its commands'))];
    },
    forget() {
      stage = 'unknown';
      pointer = undefined;
    },
  };
}
