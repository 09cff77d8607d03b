import type { Bench } from '../board/bench-types.ts';
import { isHilError } from '../error/hil-error.ts';
import { deadline } from '../trace/deadline.ts';
import { hexText } from '../trace/plain.ts';
import type { LineFormat, SerialLine } from '../transport/serial-line.ts';

const FORMAT: LineFormat = { baudRate: 115_200, dataBits: 8, parity: 'even', stopBits: 1 };

const WRITE_MS = 1_000;
/** Erasing and programming what one frame asks for is over by then. */
const REPLY_MS = 3_000;

/** Frames of one's own to a ROM that is in step, where the session would not send what is asked for. */
export interface RomExchange {
  /** Sends bytes and takes `count` bytes of reply; fewer if no more come. As text: `79`, `1f`, empty for silence. */
  exchange(bytes: readonly number[], count?: number): Promise<string>;
  setParity(parity: LineFormat['parity']): Promise<void>;
}

export async function openExchange(bench: Bench): Promise<RomExchange> {
  const line: SerialLine = await bench.romLine(FORMAT);
  const limit = (name: string, ms: number) => deadline(name, ms, bench.scope);
  return {
    async exchange(bytes, count = 1) {
      await line.sink.write(Uint8Array.from(bytes), limit('frame to the ROM', WRITE_MS));
      try {
        return hexText(await line.source.read(limit('reply of the ROM', REPLY_MS), count, 'reply of the ROM', 303));
      } catch (error) {
        if (!isHilError(error) || error.code !== 303) throw error;
        return hexText(line.source.take());
      }
    },
    setParity: (parity) => line.setFormat({ parity }, limit(`parity ${parity}`, WRITE_MS)),
  };
}
