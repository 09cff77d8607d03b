import { type BootloaderSession, openBootloader } from '../bootloader/an3155/session.ts';
import type { Chip } from '../chip/chip.ts';
import type { AnswerOn, BoardScope, BoardWires, Controls, Port, SessionOn, UsbOn } from './bench-types.ts';
import type { BoardLines } from './lines.ts';

/** One wire of the ROM as a bench uses it: how the ROM is met there, and how an error says that nobody is. */
export interface RomPort<P extends Port> {
  readonly port: P;
  /** The USB of the part, if this is the port. */
  readonly usb: UsbOn<P>;
  /** Looks for the ROM and begins a conversation. @throws HilError with one of `silent` when nobody answers as a ROM */
  meet(): Promise<SessionOn<P>>;
  /** What the ROM said of itself. */
  answerOf(session: SessionOn<P>): {
    readonly answer: AnswerOn<P>;
    readonly romId: number | undefined;
    readonly words: string;
  };
  /** Codes of: nobody, or something else than a ROM. */
  readonly silent: readonly number[];
  /** Codes of: a conversation that began and did not go on. */
  readonly brokenOff: readonly number[];
  /** Never throws. */
  close(): Promise<void>;
}

/** What a port of the ROM may use of the bench around it. */
export interface PortSurroundings {
  readonly wires: BoardWires;
  readonly chip: Chip;
  readonly scope: BoardScope;
  readonly lines: BoardLines;
  readonly controls: Controls;
  /** Reads the unique id by SWD; takes the probe and releases it again. */
  readonly uniqueId: () => Promise<string>;
}

/** The ROM on the USART that the rig's wire reaches. */
export function createUsartPort({ wires, chip, scope, lines }: PortSurroundings): RomPort<'usart'> {
  const { board, permissions } = wires;
  return {
    port: 'usart',
    usb: undefined,
    // No ACK to 0x7F, or something else than one.
    silent: [301, 302],
    // No answer, or another than ACK and NACK.
    brokenOff: [303, 305],
    meet: async (): Promise<BootloaderSession> =>
      openBootloader(await lines.rom(), { chip, board, permissions, scope, recorder: scope.recorder }),
    answerOf: ({ id }) => ({
      answer: { productId: id.productId },
      romId: id.romId,
      words: `GET ID 0x${id.productId.toString(16)}`,
    }),
    close: async () => {},
  };
}
