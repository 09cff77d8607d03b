import { connect, type Socket } from 'node:net';
import { HilError } from '../error/hil-error.ts';
import { type Deadline, deadline } from '../trace/deadline.ts';
import { untilEvent, untilSettled } from '../trace/wait.ts';

/** Ends each command and each answer on OpenOCD's Tcl socket (OpenOCD manual, "Tcl RPC server"). */
const TERMINATOR = 0x1a;

/** Time given to whoever watches the OpenOCD process to learn how it ended, once its socket has closed. */
const EXIT_NEWS_MS = 1000;

/** OpenOCD refuses longer lines (TCL_LINE_MAX, 4 MiB). */
const MAX_SCRIPT_BYTES = 4 * 1024 * 1024;

/**
 * Runs a script so that success and failure can be told apart: plain answers carry no such flag. The sequence number ties an
 * answer to its command even after one was given up. `capture` collects what commands print, which otherwise goes to the log.
 */
const RPC_PROC = [
  'proc __hil_rpc {seq how script} {',
  '  if {$how eq "print"} {',
  '    set rc [catch {capture {uplevel #0 $script}} out]',
  '  } else {',
  '    set rc [catch {uplevel #0 $script} out]',
  '  }',
  '  return "$seq $rc $out"',
  '}',
].join('\n');

export interface TclEndpoint {
  readonly host: string;
  readonly port: number;
  /** Named in errors. */
  readonly board: string;
  /** How the OpenOCD process ended, in words, with its last lines; asked only after the socket closed. */
  readonly exitNews?: () => Promise<string>;
}

/** A target event as OpenOCD announces it: `type target_state state halted`. */
export type TclNotification = Readonly<Record<string, string>>;

/** One connection to OpenOCD's Tcl server. Commands go one at a time, in the order of the calls. */
export interface TclConnection {
  /**
   * Runs a script and returns its result value.
   * @throws HilError 223 if the script fails; 225 if no answer comes in time (the connection stays usable: the late answer is
   *   dropped); 222 if OpenOCD dies meanwhile; 226 if it was dead before.
   */
  evaluate(script: string, limit: Deadline): Promise<string>;
  /** As `evaluate`, but returns what the script printed and logged, and its result only if it printed nothing. */
  print(script: string, limit: Deadline): Promise<string>;
  /** Notifications appear once `evaluate('tcl_notifications on')` was called on this connection. */
  onNotification(listener: (event: TclNotification) => void): () => void;
  /** Settles when the socket is gone; never rejects. */
  readonly closed: Promise<void>;
  close(): void;
}

interface Answer {
  readonly code: number;
  readonly text: string;
}

/** @throws HilError 221 if nobody accepts the connection. */
export async function connectTcl(endpoint: TclEndpoint, limit: Deadline): Promise<TclConnection> {
  const { board } = endpoint;
  const where = `${endpoint.host}:${endpoint.port}`;
  const socket = await connectSocket(endpoint, where, limit);
  const notificationListeners = new Set<(event: TclNotification) => void>();
  const waiting = new Map<number, (answer: Answer) => void>();
  let sequence = 0;
  let pending = Buffer.alloc(0);
  let turn: Promise<unknown> = Promise.resolve();
  let ended = false;
  let markEnded: () => void = () => {};
  const closed = new Promise<void>((resolve) => {
    markEnded = () => {
      ended = true;
      resolve();
    };
  });
  socket.on('close', markEnded);
  socket.on('error', () => {});

  const handleFrame = (frame: string): void => {
    if (frame.startsWith('type target_')) {
      const event = parseNotification(frame);
      for (const listener of notificationListeners) listener(event);
      return;
    }
    const answer = /^(\d+) (-?\d+) ?([\s\S]*)$/.exec(frame);
    // Without a sequence number it is the answer to the definition of the wrapper, which is empty.
    if (answer === null) return;
    waiting.get(Number(answer[1]))?.({ code: Number(answer[2]), text: answer[3] ?? '' });
  };
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    for (let end = pending.indexOf(TERMINATOR); end >= 0; end = pending.indexOf(TERMINATOR)) {
      const frame = pending.subarray(0, end).toString('utf8');
      pending = pending.subarray(end + 1);
      handleFrame(frame);
    }
  });
  send(socket, RPC_PROC);

  const exchange = async (how: 'value' | 'print', script: string, within: Deadline): Promise<string> => {
    const shown = script.length > 80 ? `${script.slice(0, 77)}...` : script;
    const context = { board, script, endpoint: where };
    if (ended) {
      throw new HilError(226, `${board}: '${shown}' was not sent: the connection to OpenOCD has ended`, {
        blame: 'rig',
        context,
      });
    }
    if (Buffer.byteLength(script) > MAX_SCRIPT_BYTES / 2) {
      throw new HilError(223, `${board}: a script of ${script.length} characters is too long for OpenOCD`, {
        blame: 'test',
        context,
      });
    }
    const seq = ++sequence;
    let lost = false;
    let answer: Answer;
    try {
      answer = await untilEvent<Answer>(
        within,
        `answer from OpenOCD to '${shown}'`,
        ({ resolve, reject }) => {
          const onClose = (): void => {
            lost = true;
            reject(new Error('socket closed'));
          };
          waiting.set(seq, resolve);
          socket.once('close', onClose);
          send(socket, `__hil_rpc ${seq} ${how} ${quoteTcl(script)}`);
          return () => {
            waiting.delete(seq);
            socket.off('close', onClose);
          };
        },
        { code: 225, blame: 'rig', context },
      );
    } catch (error) {
      if (lost) throw await deathError(endpoint, shown, context);
      throw error;
    }
    if (answer.code === 0) return answer.text;
    const said = answer.text.trim() === '' ? 'no message' : answer.text.trim();
    throw new HilError(223, `${board}: OpenOCD failed on '${shown}' with code ${answer.code}: ${said}`, {
      blame: 'unknown',
      context: { ...context, tclCode: String(answer.code), said },
    });
  };

  const queued = async (how: 'value' | 'print', script: string, within: Deadline): Promise<string> => {
    const before = turn;
    const mine = (async () => {
      await untilSettled(within, `turn for '${script.slice(0, 40)}' on the OpenOCD connection`, before, {
        code: 225,
        blame: 'rig',
      });
      return exchange(how, script, within);
    })();
    turn = mine.catch(() => {});
    return mine;
  };

  return {
    evaluate: (script, within) => queued('value', script, within),
    print: (script, within) => queued('print', script, within),
    onNotification(listener) {
      notificationListeners.add(listener);
      return () => notificationListeners.delete(listener);
    },
    closed,
    close: () => socket.destroy(),
  };
}

function send(socket: Socket, script: string): void {
  socket.write(Buffer.concat([Buffer.from(script, 'utf8'), Buffer.of(TERMINATOR)]));
}

async function deathError(endpoint: TclEndpoint, shown: string, context: Record<string, unknown>): Promise<HilError> {
  const news =
    endpoint.exitNews === undefined
      ? undefined
      : await untilSettled(deadline('how OpenOCD ended', EXIT_NEWS_MS), 'exit of OpenOCD', endpoint.exitNews()).catch(
          () => undefined,
        );
  const how = news ?? 'its socket closed, the process may still run';
  return new HilError(222, `${endpoint.board}: OpenOCD went away during '${shown}': ${how}`, { blame: 'rig', context });
}

async function connectSocket(endpoint: TclEndpoint, where: string, limit: Deadline): Promise<Socket> {
  const socket = connect({ host: endpoint.host, port: endpoint.port, noDelay: true });
  socket.on('error', () => {});
  try {
    return await untilEvent<Socket>(
      limit,
      `connection to OpenOCD at ${where}`,
      ({ resolve, reject }) => {
        socket.once('connect', () => resolve(socket));
        socket.once('error', reject);
        return () => socket.off('error', reject);
      },
      { code: 221, blame: 'rig' },
    );
  } catch (error) {
    socket.destroy();
    if (error instanceof HilError) throw error;
    throw new HilError(
      221,
      `${endpoint.board}: no OpenOCD accepts a connection at ${where}: ${(error as Error).message}`,
      {
        blame: 'rig',
        cause: error,
        context: { endpoint: where },
      },
    );
  }
}

/** One Tcl word that stands for exactly this text. */
export function quoteTcl(text: string): string {
  if (text === '') return '{}';
  return text.replace(/[\s\\{}[\]$";#]/g, (character) =>
    character === '\n' ? '\\n' : character === '\r' ? '\\r' : `\\${character}`,
  );
}

function parseNotification(frame: string): TclNotification {
  const words = frame.trim().split(/\s+/);
  const pairs: [string, string][] = [];
  for (let i = 0; i + 1 < words.length; i += 2) pairs.push([words[i] ?? '', words[i + 1] ?? '']);
  return Object.fromEntries(pairs);
}
