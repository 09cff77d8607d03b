import { existsSync } from 'node:fs';
import { execa } from 'execa';
import { HilError, isHilError } from '../error/hil-error.ts';
import { type Deadline, type DeadlineScope, deadline, within } from '../trace/deadline.ts';
import { untilEvent, untilSettled } from '../trace/wait.ts';
import { connectTcl, type TclConnection } from '../transport/tcl-connection.ts';
import { type OpenOcdSpec, openOcdArguments } from './openocd-args.ts';
import { explainStart, type OpenOcdFacts, parseOpenOcdLog } from './openocd-log.ts';
import { requireOpenOcd } from './openocd-version.ts';

/** One running OpenOCD and the connection to it. */
export interface OpenOcd {
  readonly tcl: TclConnection;
  readonly pid: number;
  /** The gdb server's port, if one was asked for. */
  readonly gdbPort: number | undefined;
  /** The log so far (the last 64 KiB). */
  log(): string;
  facts(): OpenOcdFacts;
  /** Settles with how it ended, in words; never rejects. */
  readonly ended: Promise<string>;
  /** `shutdown`, then SIGTERM, then SIGKILL, each given a moment. Idempotent. */
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly board: string;
  readonly command?: string;
  readonly scope?: DeadlineScope;
  /** From spawn to ready, in ms: 0.15 s on an idle machine, more while ladders of clock speeds are tried. */
  readonly readyMs?: number;
}

const READY_MS = 10_000;
const STOP_STEP_MS = 2000;
const LOG_CHARS = 64 * 1024;

/**
 * The kernel kills OpenOCD when the thread that started it ends, however that ends: OpenOCD itself does not notice, and would
 * keep the probe. (util-linux is an essential package of Debian and Ubuntu.)
 */
const SETPRIV = '/usr/bin/setpriv';

/**
 * Starts OpenOCD and waits until its target is connected and its Tcl server answers.
 * @throws HilError 231, 232 (OpenOCD missing, too old), 233 to 237 (why it did not come up), 239 (not ready in time)
 */
export async function startOpenOcd(spec: OpenOcdSpec, options: StartOptions): Promise<OpenOcd> {
  const { board, command = 'openocd' } = options;
  const args = openOcdArguments(spec);
  await requireOpenOcd(command);
  const limit = deadline('OpenOCD ready', options.readyMs ?? READY_MS, { ...options.scope, board });
  const [program, programArgs] = existsSync(SETPRIV)
    ? [SETPRIV, ['--pdeathsig', 'KILL', command, ...args]]
    : [command, [...args]];
  const child = execa(program, programArgs, {
    reject: false,
    buffer: false,
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'pipe',
    cleanup: true,
  });
  let log = '';
  const logListeners = new Set<() => void>();
  child.stderr?.on('data', (chunk: Buffer) => {
    log = (log + chunk.toString('utf8')).slice(-LOG_CHARS);
    for (const listener of [...logListeners]) listener();
  });
  const ended = child.then((result) =>
    result.signal !== undefined ? `it ended by ${result.signal}` : `it ended with exit code ${result.exitCode ?? '?'}`,
  );
  const exitNews = async (): Promise<string> => {
    const how = await ended;
    const said = log.split('\n').filter(isMessage).slice(-3).join(' | ');
    return said === '' ? how : `${how}; its last lines: ${said}`;
  };

  const kill = async (): Promise<void> => {
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      child.kill(signal);
      const gone = await untilSettled(deadline('end of OpenOCD', STOP_STEP_MS), 'end of OpenOCD', ended).then(
        () => true,
        () => false,
      );
      if (gone) return;
    }
  };

  try {
    const port = await untilEvent<number>(
      limit,
      'line of OpenOCD that names its Tcl port',
      ({ resolve, reject, note }) => {
        const look = (): void => {
          const found = /Listening on port (\d+) for tcl connections/.exec(log);
          if (found !== null) resolve(Number(found[1]));
          else note(`'${log.trim().split('\n').at(-1) ?? ''}'`);
        };
        logListeners.add(look);
        void ended.then((how) => reject(explainStart(board, log, how)));
        look();
        return () => logListeners.delete(look);
      },
      { code: 239, blame: 'rig', context: { args } },
    );
    const tcl = await connectTcl(
      { host: '127.0.0.1', port, board, exitNews },
      within(limit, 'connection to OpenOCD', 5000),
    );
    const gdb = /Listening on port (\d+) for gdb connections/.exec(log)?.[1];
    return {
      tcl,
      pid: child.pid as number,
      gdbPort: gdb === undefined ? undefined : Number(gdb),
      log: () => log,
      facts: () => parseOpenOcdLog(log),
      ended,
      stop: () => stopGently(tcl, ended, kill, board),
    };
  } catch (error) {
    await kill();
    throw isHilError(error) && error.code !== 239 ? error : withLog(error, log);
  }
}

async function stopGently(
  tcl: TclConnection,
  ended: Promise<string>,
  kill: () => Promise<void>,
  board: string,
): Promise<void> {
  const limit: Deadline = deadline('shutdown of OpenOCD', STOP_STEP_MS, { board });
  // The answer to `shutdown` is the end of the socket.
  await tcl.evaluate('shutdown', limit).catch(() => {});
  const gone = await untilSettled(within(limit, 'end of OpenOCD', STOP_STEP_MS), 'end of OpenOCD', ended).then(
    () => true,
    () => false,
  );
  tcl.close();
  if (!gone) await kill();
}

function withLog(error: unknown, log: string): unknown {
  if (!isHilError(error)) return error;
  return new HilError(error.code, error.message.replace(/ {2}\[HIL-\d+\]$/, ''), {
    blame: error.blame,
    cause: error.cause,
    context: { ...error.context, lastLines: log.trim().split('\n').slice(-12) },
  });
}

/** OpenOCD also logs the answers to Tcl commands; these lines are its own words. */
function isMessage(line: string): boolean {
  return /^(Info|Warn|Error|User) ?:/.test(line);
}
