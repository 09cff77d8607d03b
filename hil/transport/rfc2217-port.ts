import { connect, type Socket } from 'node:net';
import { HilError } from '../error/hil-error.ts';
import { type Deadline, within } from '../trace/deadline.ts';
import { hexText } from '../trace/plain.ts';
import { untilEvent } from '../trace/wait.ts';
import {
  type ComPortCommand,
  comPort,
  controlCommands,
  formatCommands,
  lineErrorOf,
  lineStateMask,
  SERVER_OFFSET,
  transmitterEmptied,
} from './com-port.ts';
import type { ControlLines, LineError, LineFormat } from './serial-line.ts';
import { createTelnetDecoder, encodeData, encodeNegotiation, encodeSub, type TelnetEvent, telnet } from './telnet.ts';

/** What this client offers and asks for; the com-port option is the only one that must be agreed to. */
const OFFERED = [telnet.COM_PORT_OPTION, telnet.BINARY, telnet.SUPPRESS_GO_AHEAD];
/** How long to listen for the reason after a refusal; the server sends it in the same breath. */
const REFUSAL_MS = 1000;
const WANTED = [telnet.BINARY, telnet.SUPPRESS_GO_AHEAD];

/** A serial port behind RFC 2217: bytes, settings, control lines and line errors over one socket. */
export interface Rfc2217Port {
  setFormat(format: LineFormat, limit: Deadline): Promise<void>;
  setLines(lines: ControlLines, limit: Deadline): Promise<void>;
  /** Resolves when the socket has taken the bytes. */
  write(bytes: Uint8Array): Promise<void>;
  /** Resolves when the last byte written has left on the far end's wire. */
  drain(limit: Deadline): Promise<void>;
  onData(listener: (bytes: Uint8Array) => void): void;
  onLineError(listener: (error: LineError) => void): () => void;
  /** Called once; with an error unless `close` was asked for. */
  onEnd(listener: (error: Error | undefined) => void): void;
  close(): void;
}

/**
 * Connects, agrees on the com-port option and sets the format.
 * @throws HilError 211 (nobody listens), 212 (no RFC 2217 there), 213 (a setting was refused), 205 (closed meanwhile).
 */
export async function openRfc2217Port(
  endpoint: string,
  host: string,
  port: number,
  format: LineFormat,
  limit: Deadline,
): Promise<Rfc2217Port> {
  const socket = await connectSocket(endpoint, host, port, limit);
  const decoder = createTelnetDecoder();
  const dataListeners: ((bytes: Uint8Array) => void)[] = [];
  const eventListeners = new Set<(event: TelnetEvent) => void>();
  const errorListeners = new Set<(error: LineError) => void>();
  const endListeners = new Set<(error: Error | undefined) => void>();
  const received: Uint8Array[] = [];
  let end: { readonly error: Error | undefined } | undefined;

  // Nothing written is still on its way. A notice "transmitter empty" that was under way when more was written does not count:
  // such a write is followed by a harmless request, and only notices after its answer do.
  let idle = true;
  let barriers = 0;

  const finish = (error: Error | undefined): void => {
    if (end !== undefined) return;
    end = { error };
    socket.destroy();
    for (const listener of [...endListeners]) listener(error);
  };
  const lost = (): HilError =>
    new HilError(205, `${endpoint}: the line was lost: ${end?.error?.message ?? 'closed'}`, {
      blame: 'rig',
      cause: end?.error,
      context: { endpoint },
    });

  const handle = (event: TelnetEvent): void => {
    if (event.type === 'data') for (const listener of dataListeners) listener(event.bytes);
    if (event.type === 'negotiate') answer(socket, event.verb, event.option);
    if (isAnswer(event, lineStateMask.command) && barriers > 0) barriers--;
    if (isAnswer(event, comPort.NOTIFY_LINESTATE)) {
      const state = event.bytes[1] ?? 0;
      const error = lineErrorOf(state);
      if (error !== undefined) for (const listener of errorListeners) listener(error);
      if (transmitterEmptied(state) && barriers === 0) idle = true;
    }
    for (const listener of [...eventListeners]) listener(event);
  };

  socket.on('data', (chunk) => {
    try {
      for (const event of decoder.decode(chunk)) handle(event);
    } catch (error) {
      finish(new HilError(214, `${endpoint}: ${(error as Error).message}`, { blame: 'rig', context: { endpoint } }));
    }
  });
  socket.on('error', (error) => finish(error));
  socket.on('close', () => finish(new Error('closed by the other side')));

  const expectEvent = <T>(
    within: Deadline,
    awaited: string,
    code: number,
    match: (event: TelnetEvent) => T | undefined,
  ): Promise<T> =>
    untilEvent<T>(
      within,
      awaited,
      ({ resolve, reject, note }) => {
        const onEvent = (event: TelnetEvent): void => {
          const matched = match(event);
          if (matched !== undefined) resolve(matched);
          else if (event.type !== 'negotiate') note(`${event.type} ${hexText(event.bytes)}`);
        };
        if (end !== undefined) reject(lost());
        const onEnd = (): void => reject(lost());
        endListeners.add(onEnd);
        eventListeners.add(onEvent);
        return () => {
          endListeners.delete(onEnd);
          eventListeners.delete(onEvent);
        };
      },
      { code, blame: 'rig', context: { endpoint } },
    );

  const request = async (command: ComPortCommand, within: Deadline): Promise<void> => {
    const reply = expectEvent(within, `answer to ${command.what} from ${endpoint}`, 213, (event) =>
      isAnswer(event, command.command) ? event.bytes.slice(1) : undefined,
    );
    socket.write(encodeCommand(command));
    const granted = await reply;
    if (hexText(granted) !== hexText(command.payload)) {
      throw new HilError(
        213,
        `${endpoint}: asked for ${command.what} (${hexText(command.payload)}), was given ${hexText(granted)}`,
        {
          blame: 'rig',
          context: { endpoint },
        },
      );
    }
  };

  const negotiate = async (): Promise<void> => {
    const agreed = expectEvent(limit, `agreement to RFC 2217 from ${endpoint}`, 212, (event) =>
      event.type === 'negotiate' && event.option === telnet.COM_PORT_OPTION ? event.verb : undefined,
    );
    dataListeners.push((bytes) => received.push(bytes));
    for (const option of OFFERED) socket.write(encodeNegotiation('WILL', option));
    for (const option of WANTED) socket.write(encodeNegotiation('DO', option));
    const verb = await agreed;
    if (verb === 'DO' || verb === 'WILL') return;
    const reason = await refusalText();
    throw new HilError(
      reason === '' ? 212 : 202,
      `${endpoint}: the other side refuses RFC 2217${reason === '' ? '' : `: ${reason}`}`,
      { blame: 'rig', context: { endpoint, holders: reason === '' ? [] : [reason] } },
    );
  };

  /** A server that is taken says so in plain text and hangs up. */
  const refusalText = async (): Promise<string> => {
    await untilEvent<void>(within(limit, 'reason of the refusal', REFUSAL_MS), 'reason', ({ resolve }) => {
      if (end !== undefined) resolve();
      endListeners.add(() => resolve());
      return () => {};
    }).catch(() => {});
    return Buffer.concat(received).toString('latin1').trim();
  };

  try {
    await negotiate();
    dataListeners.length = 0;
    for (const command of [...formatCommands(format), lineStateMask]) await request(command, limit);
  } catch (error) {
    finish(undefined);
    throw error;
  }

  return {
    async setFormat(wanted, within) {
      for (const command of formatCommands(wanted)) await request(command, within);
    },
    async setLines(lines, within) {
      for (const command of controlCommands(lines)) await request(command, within);
    },
    write: (bytes) =>
      new Promise((resolve, reject) => {
        if (end !== undefined) return reject(lost());
        const data = encodeData(bytes);
        const packet = idle ? data : Buffer.concat([data, encodeCommand(lineStateMask)]);
        if (!idle) barriers++;
        idle = false;
        socket.write(packet, (error) => (error ? reject(error) : resolve()));
      }),
    async drain(within) {
      if (idle) return;
      await expectEvent(within, `end of transmission on ${endpoint}`, 290, () => (idle ? true : undefined));
    },
    onData: (listener) => dataListeners.push(listener),
    onLineError(listener) {
      errorListeners.add(listener);
      return () => errorListeners.delete(listener);
    },
    onEnd(listener) {
      if (end !== undefined) listener(end.error);
      else endListeners.add(listener);
    },
    close: () => finish(undefined),
  };
}

function encodeCommand(command: ComPortCommand): Uint8Array {
  return encodeSub(telnet.COM_PORT_OPTION, Uint8Array.of(command.command, ...command.payload));
}

function isAnswer(event: TelnetEvent, command: number): event is TelnetEvent & { readonly type: 'sub' } {
  return event.type === 'sub' && event.option === telnet.COM_PORT_OPTION && event.bytes[0] === command + SERVER_OFFSET;
}

/** Refuses what was not asked for, and stays silent on answers to own offers, as RFC 854 wants it: else both sides loop. */
function answer(socket: Socket, verb: 'WILL' | 'WONT' | 'DO' | 'DONT', option: number): void {
  if (verb === 'DO' && !(OFFERED as readonly number[]).includes(option))
    socket.write(encodeNegotiation('WONT', option));
  if (verb === 'WILL' && ![...WANTED, telnet.COM_PORT_OPTION].some((wanted) => wanted === option)) {
    socket.write(encodeNegotiation('DONT', option));
  }
}

async function connectSocket(endpoint: string, host: string, port: number, limit: Deadline): Promise<Socket> {
  const socket = connect({ host, port, noDelay: true });
  try {
    return await untilEvent<Socket>(
      limit,
      `connection to ${endpoint}`,
      ({ resolve, reject }) => {
        const onConnect = (): void => resolve(socket);
        socket.once('connect', onConnect);
        socket.once('error', reject);
        return () => {
          socket.off('connect', onConnect);
          socket.off('error', reject);
        };
      },
      { code: 211, blame: 'rig', context: { endpoint } },
    );
  } catch (error) {
    socket.on('error', () => {});
    socket.destroy();
    if (error instanceof HilError) throw error;
    throw new HilError(
      211,
      `${endpoint}: nobody listens there (${(error as NodeJS.ErrnoException).code ?? (error as Error).message})`,
      {
        blame: 'rig',
        cause: error,
        context: { endpoint },
      },
    );
  }
}
