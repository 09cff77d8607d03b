import { HilError } from '../error/hil-error.ts';
import { deadline } from '../trace/deadline.ts';
import { openSerialLine } from '../transport/open-serial-line.ts';
import { formatText, type LineFormat, type SerialLine } from '../transport/serial-line.ts';
import type { BoardScope, BoardWires } from './bench-types.ts';
import { CONSOLE_FORMAT } from './console.ts';

/** The ROM's frame (AN3155 r20, section 2) at the highest rate AN2606 r70 lists as tested. */
const ROM_FORMAT: LineFormat = { baudRate: 115_200, dataBits: 8, parity: 'even', stopBits: 1 };

const OPEN_LINE_MS = 3_000;
const SET_FORMAT_MS = 2_000;

/**
 * The serial wires of a board: one that application and ROM share, as where the VCP reaches the ROM, or one for each. Before
 * either is spoken to, the line is set to its frame and what came before is dropped.
 */
export interface BoardLines {
  /** The application's console: at 115200 8N1, or in the frame of an application of the user's own. */
  console(format?: LineFormat): Promise<SerialLine>;
  /** The ROM's port: at 115200 8E1, or in another frame. @throws HilError 430 if no wire of the rig reaches the ROM */
  rom(format?: LineFormat): Promise<SerialLine>;
  /** Never throws. */
  close(): Promise<void>;
}

/** @throws HilError 201 to 214 (serial line) */
export async function openLines(wires: BoardWires, scope: BoardScope): Promise<BoardLines> {
  const open = (endpoint: string, format: LineFormat): Promise<SerialLine> =>
    openSerialLine(endpoint, format, deadline('opening the serial line', OPEN_LINE_MS, scope));
  const console = await open(wires.console, CONSOLE_FORMAT);
  const shared = wires.rom === wires.console;
  let applicationFormat = CONSOLE_FORMAT;
  let romFormat = ROM_FORMAT;
  let rom: SerialLine | undefined = shared ? console : undefined;
  try {
    if (wires.rom !== undefined && !shared) rom = await open(wires.rom, ROM_FORMAT);
  } catch (error) {
    await console.close();
    throw error;
  }
  const prepared = async (line: SerialLine, format: LineFormat, change: boolean): Promise<SerialLine> => {
    if (change)
      await line.setFormat(format, deadline(`setting the line to ${formatText(format)}`, SET_FORMAT_MS, scope));
    else line.source.take();
    return line;
  };
  return {
    async console(format = CONSOLE_FORMAT) {
      const change = shared || formatText(format) !== formatText(applicationFormat);
      applicationFormat = format;
      return prepared(console, format, change);
    },
    async rom(format = ROM_FORMAT) {
      if (rom === undefined) {
        throw new HilError(430, `${wires.board}: no wire of the rig reaches the ROM of the ${wires.chip}`, {
          blame: 'rig',
          context: { console: wires.console },
        });
      }
      const change = shared || formatText(format) !== formatText(romFormat);
      romFormat = format;
      return prepared(rom, format, change);
    },
    async close() {
      for (const line of [console, rom]) await line?.close().catch(() => {});
    },
  };
}
