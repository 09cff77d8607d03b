import { connect, createServer, type Server } from 'node:net';
import { HilError } from '../error/hil-error.ts';
import { deadline } from '../trace/deadline.ts';
import { until } from '../trace/wait.ts';

/** The right to use something alone. The kernel takes it back when the process ends, however it ends. */
export interface Lease {
  release(): Promise<void>;
}

export interface Holder {
  readonly pid: number;
  readonly what: string;
  readonly since: string;
}

const TAKE_POLL_MS = 200;
const ASK_MS = 1_000;

/** Linux's abstract socket namespace: no file that could be left behind, one holder per network namespace. */
function address(resource: string): string {
  return `\0stm32-hil/${resource}`;
}

/**
 * Takes a lease, waiting up to `withinMs` for its holder.
 * @param what says to others what this process does with it
 * @throws HilError 502 with who holds it
 */
export async function takeLease(resource: string, what: string, withinMs: number): Promise<Lease> {
  const limit = deadline(`lease of ${resource}`, withinMs);
  let holder: Holder | undefined;
  try {
    return await until(
      limit,
      `free ${resource}`,
      async (note) => {
        const lease = await tryLease(resource, what);
        if (lease !== undefined) return lease;
        holder = await holderOf(resource);
        note(holder === undefined ? 'a holder that does not answer' : `held by process ${holder.pid} (${holder.what})`);
        return undefined;
      },
      { pollMs: TAKE_POLL_MS },
    );
  } catch (cause) {
    throw new HilError(
      502,
      `${resource} is in use: held by ${holder === undefined ? 'a process that does not say who it is' : `process ${holder.pid} (${holder.what}) since ${holder.since}`}, not free within ${withinMs} ms`,
      { blame: 'rig', cause, context: { resource, holder } },
    );
  }
}

async function tryLease(resource: string, what: string): Promise<Lease | undefined> {
  const me: Holder = { pid: process.pid, what, since: new Date().toISOString() };
  const server: Server = createServer((socket) => {
    socket.on('error', () => {});
    socket.end(JSON.stringify(me));
  });
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(address(resource), () => {
      // A lease must not keep a process alive that has nothing else to do.
      server.unref();
      resolve({ release: () => new Promise((done) => server.close(() => done())) });
    });
  });
}

/** Who holds a lease; undefined if nobody does, or the holder does not answer. */
export async function holderOf(resource: string): Promise<Holder | undefined> {
  return new Promise((resolve) => {
    const socket = connect(address(resource));
    let text = '';
    socket.setTimeout(ASK_MS, () => socket.destroy());
    socket.on('data', (chunk) => {
      text += chunk.toString('utf8');
    });
    socket.on('error', () => resolve(undefined));
    socket.on('close', () => {
      try {
        resolve(JSON.parse(text) as Holder);
      } catch {
        resolve(undefined);
      }
    });
  });
}
