import { execa } from 'execa';
import * as z from 'zod';
import { HilError } from '../error/hil-error.ts';
import { deadline } from '../trace/deadline.ts';
import { untilEvent, untilSettled } from '../trace/wait.ts';
import { hilCommand } from './paths.ts';

/** What `hil virtual --json` prints for each board when it answers on all its wires (docs/wires.md). */
const readyLine = z.object({
  board: z.string(),
  stlink: z.object({ host: z.string(), port: z.number(), serial: z.string() }),
  uart: z.array(
    z.object({ name: z.string(), role: z.enum(['vcp', 'rom', 'both']), line: z.string(), pty: z.string().nullable() }),
  ),
  usbip: z.object({ host: z.string(), port: z.number(), busid: z.string() }).nullable(),
  control: z.object({ host: z.string(), port: z.number() }),
});

export type VirtualEndpoints = z.infer<typeof readyLine>;

export interface VirtualProcess {
  readonly endpoints: ReadonlyMap<string, VirtualEndpoints>;
  readonly pid: number;
  /** Settles when the process ends; says how, in words. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

const READY_MS = 30_000;
const STOP_MS = 5_000;

/**
 * Starts the process that hosts the virtual boards of a rig file and waits until all of them are ready. It ends when this
 * process ends, however that happens: its standard input is our pipe.
 * @throws HilError 240 if it ends or stays silent
 */
export async function startVirtualBoards(
  rigFile: string,
  boards: readonly string[],
  options: { readonly inputLogs?: string } = {},
): Promise<VirtualProcess> {
  const args = [hilCommand(), 'virtual', '--rig', rigFile, '--json', '--parent-pipe'];
  for (const board of boards) args.push('--board', board);
  if (options.inputLogs !== undefined) args.push('--input-logs', options.inputLogs);
  const child = execa(process.execPath, args, {
    reject: false,
    buffer: false,
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'pipe',
    cleanup: true,
  });
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(-16_384);
  });
  const ended = child.then((result) => {
    const how = result.signal === undefined ? `exit code ${result.exitCode ?? '?'}` : `signal ${result.signal}`;
    const words = said.trim().split('\n').slice(-3).join(' | ');
    return words === '' ? how : `${how}: ${words}`;
  });
  const endpoints = new Map<string, VirtualEndpoints>();
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await untilSettled(deadline('end of the virtual boards', STOP_MS), 'end of the virtual boards', ended).catch(() =>
      child.kill('SIGKILL'),
    );
    await ended;
  };
  try {
    await untilEvent<true>(
      deadline('virtual boards ready', READY_MS),
      `ready line of ${boards.join(', ')} from \`hil virtual\``,
      ({ resolve, reject, note }) => {
        let text = '';
        const listen = (chunk: Buffer): void => {
          text += chunk.toString('utf8');
          for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n')) {
            const line = text.slice(0, at);
            text = text.slice(at + 1);
            try {
              const endpoint = readyLine.parse(JSON.parse(line));
              endpoints.set(endpoint.board, endpoint);
              note(`${[...endpoints.keys()].join(', ')} only`);
            } catch (cause) {
              reject(new HilError(240, `\`hil virtual\` printed no ready line but '${line}'`, { blame: 'rig', cause }));
            }
          }
          if (boards.every((board) => endpoints.has(board))) resolve(true);
        };
        child.stdout?.on('data', listen);
        void ended.then((how) =>
          reject(new HilError(240, `the virtual boards did not start: ${how}`, { blame: 'rig', context: { args } })),
        );
        return () => {
          child.stdout?.off('data', listen);
          // Nothing more is expected, but a full pipe would block the boards.
          child.stdout?.resume();
        };
      },
      { code: 240, blame: 'rig' },
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return { endpoints, pid: child.pid ?? 0, ended, stop };
}
