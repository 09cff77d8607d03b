import type { Server, Socket } from 'node:net';
import { answerRequest, type ComPortSettings, DEFAULT_SETTINGS, lineState, MODEM_STATE, notify } from './com-port.ts';
import type { Received } from './line-sampler.ts';
import { serveLoopback } from './loopback.ts';
import { createNegotiator, createTelnetParser, escapeData, option, subnegotiation, telnet } from './telnet.ts';
import { formatText, type UartFormat } from './uart-format.ts';
import type { Attachment, UartPort } from './uart-port.ts';

export interface LineServer {
  readonly port: number;
  readonly server: Server;
  /** The client and what it has set, for `status`. */
  readonly client:
    | { readonly peer: string; readonly format: string; readonly dtr: boolean; readonly rts: boolean }
    | undefined;
  /** Hand to the client what has been received since the last call. */
  flush(): void;
  setPlugged(plugged: boolean): void;
  close(): Promise<void>;
}

export interface LineServerOptions {
  readonly board: string;
  readonly port: UartPort;
  /** Called before anything a client sends takes effect. */
  readonly beforeInput: () => void;
  /** Called whenever bytes pass, either way. */
  readonly onTraffic: () => void;
}

/** Bytes a client may be ahead of the wire before TCP pushes back. */
const QUEUE_HIGH_BYTES = 4_096;
const QUEUE_LOW_BYTES = 1_024;
/** Bytes held for a client that does not read; a tty loses them too, later. */
const HELD_BYTES = 65_536;

/** Long enough for the end of one connection to be seen after the start of the next, on a busy machine. */
const GRACE_MS = 200;

interface Session {
  readonly socket: Socket;
  readonly peer: string;
  readonly settings: () => ComPortSettings;
  flush(): void;
}

/** One UART as an RFC 2217 server; one client at a time. `docs/wires.md` is its contract. */
export async function startLineServer(options: LineServerOptions): Promise<LineServer> {
  let session: Session | undefined;
  let plugged = true;
  const name = `${options.port.wire.name} of ${options.board}`;

  const { server, port } = await serveLoopback((socket) => {
    socket.on('error', () => socket.destroy());
    socket.setNoDelay(true);
    if (!plugged) socket.destroy();
    else if (session === undefined) begin(socket);
    else whenFree(session.socket, socket);
  });

  function begin(socket: Socket): void {
    session = startSession(socket, options);
    socket.on('close', () => {
      session = undefined;
    });
  }

  /** A client that closes and opens again may be seen the other way round, so the first gets a moment to be gone. */
  function whenFree(first: Socket, second: Socket): void {
    const free = (): void => {
      clearTimeout(late);
      if (session === undefined && !second.destroyed) begin(second);
      else refuse(second, `${name} is in use by ${session?.peer}\r\n`);
    };
    const late = setTimeout(() => {
      first.removeListener('close', free);
      free();
    }, GRACE_MS);
    first.once('close', free);
  }

  return {
    port,
    server,
    get client() {
      if (session === undefined) return undefined;
      const { format, dtr, rts } = session.settings();
      return { peer: session.peer, format: formatText(format), dtr, rts };
    },
    flush: () => session?.flush(),
    setPlugged(on) {
      plugged = on;
      if (!on) session?.socket.destroy();
    },
    close() {
      session?.socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function refuse(socket: Socket, reason: string): void {
  const no = [telnet.DONT, telnet.WONT].flatMap((verb) => [telnet.IAC, verb, option.COM_PORT]);
  socket.end(Buffer.concat([Uint8Array.from(no), Buffer.from(reason)]));
  // The client's own bytes are read and dropped, or closing would reset the connection before it has read the reason.
  socket.resume();
}

function startSession(socket: Socket, options: LineServerOptions): Session {
  const { port } = options;
  const signature = `stm32-hil virtual board ${options.board} ${port.wire.name}`;
  const negotiator = createNegotiator(
    [option.BINARY, option.SUPPRESS_GO_AHEAD],
    [option.COM_PORT, option.BINARY, option.SUPPRESS_GO_AHEAD],
  );
  const parser = createTelnetParser();
  let settings: ComPortSettings = DEFAULT_SETTINGS;
  let out: Uint8Array[] = [];
  let held = 0;
  let suspended = false;
  let modemStateSent = false;

  function tellLineState(bits: number): void {
    const wanted = bits & settings.lineStateMask;
    if (wanted !== 0) out.push(subnegotiation(option.COM_PORT, Uint8Array.of(notify.LINESTATE, wanted)));
  }

  function deliver(byte: number): void {
    options.onTraffic();
    if (held >= HELD_BYTES) {
      tellLineState(lineState.OVERRUN);
      return;
    }
    held++;
    out.push(escapeData(Uint8Array.of(byte)));
  }

  function receive(received: Received): void {
    switch (received.kind) {
      case 'byte':
        deliver(received.value);
        break;
      case 'break':
        // As a tty with IGNPAR and without IGNBRK, BRKINT: a break reads as NUL (termios(3)).
        tellLineState(lineState.BREAK);
        deliver(0);
        break;
      case 'parity':
        tellLineState(lineState.PARITY);
        break;
      case 'framing':
        tellLineState(lineState.FRAMING);
        break;
    }
  }

  const attachment: Attachment = port.attach({
    format: (): UartFormat => settings.format,
    receive,
    drained: () => tellLineState(lineState.SHIFT_EMPTY | lineState.HOLDING_EMPTY),
  });

  function flush(): void {
    if (socket.isPaused() && attachment.queued() < QUEUE_LOW_BYTES) socket.resume();
    if (out.length === 0 || suspended || socket.destroyed || socket.writableLength > HELD_BYTES) return;
    socket.write(Buffer.concat(out));
    out = [];
    held = 0;
  }

  function onRequest(payload: Uint8Array): void {
    // pyserial 3.5 does not send its WILL when our DO is there first; a request shows as well that it speaks RFC 2217.
    tellModemState();
    const before = settings;
    const effects = answerRequest(payload, settings, signature);
    settings = effects.settings;
    if (settings.breakOn !== before.breakOn) attachment.setBreak(settings.breakOn);
    if (effects.suspended !== undefined) suspended = effects.suspended;
    if (effects.purge?.unsent === true) attachment.purge();
    if (effects.purge?.received === true) {
      out = [];
      held = 0;
      attachment.resetReception();
    }
    if (effects.answer !== undefined) socket.write(subnegotiation(option.COM_PORT, effects.answer));
  }

  function onOption(verb: number, code: number): void {
    socket.write(negotiator.answer(verb, code));
    if (negotiator.peerDoes.has(option.COM_PORT)) tellModemState();
  }

  function tellModemState(): void {
    if (modemStateSent) return;
    modemStateSent = true;
    const state = MODEM_STATE & settings.modemStateMask;
    socket.write(subnegotiation(option.COM_PORT, Uint8Array.of(notify.MODEMSTATE, state)));
  }

  socket.write(negotiator.open());
  socket.on('data', (chunk: Buffer) => {
    options.beforeInput();
    for (const event of parser.push(chunk)) {
      if (event.kind === 'data') {
        options.onTraffic();
        attachment.send(event.bytes, settings.format);
      } else if (event.kind === 'option') onOption(event.verb, event.option);
      else if (event.option === option.COM_PORT) onRequest(event.payload);
    }
    if (attachment.queued() > QUEUE_HIGH_BYTES) socket.pause();
  });
  socket.on('close', () => {
    options.beforeInput();
    attachment.detach();
  });

  return { socket, peer: `${socket.remoteAddress}:${socket.remotePort}`, settings: () => settings, flush };
}
