import type { Readable, Writable } from 'node:stream';

/** What a command in the guest came to. */
export interface GuestResult {
  /** Exit code; 124 where it was ended because its time had passed. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * The host's end of the line to the guest's agent (guest-agent.sh): a line out per command, a line back per end of one, in the order in
 * which they end.
 */
export interface GuestChannel {
  /** Settles when the agent says that it can be asked; its text is the guest's uptime in seconds. */
  readonly ready: Promise<string>;
  /** @param seconds after which the guest ends the script. */
  ask(script: string, seconds: number): Promise<GuestResult>;
  /** Ends what is pending, and `ready`, with this error. */
  fail(error: Error): void;
}

interface Pending {
  readonly resolve: (result: GuestResult) => void;
  readonly reject: (error: Error) => void;
}

/** @param fromGuest,toGuest the two directions of the virtio port. */
export function openGuestChannel(fromGuest: Readable, toGuest: Writable): GuestChannel {
  const pending = new Map<string, Pending>();
  let failed: Error | undefined;
  let count = 0;
  let rest = '';
  let agentReady: (uptime: string) => void = () => {};
  let agentFailed: (error: Error) => void = () => {};
  const ready = new Promise<string>((resolve, reject) => {
    agentReady = resolve;
    agentFailed = reject;
  });
  // Whoever does not wait for it hears of the failure by the next command.
  ready.catch(() => {});

  const take = (line: string): void => {
    const [id = '', code = '', stdout = '', stderr = ''] = line.split(' ');
    if (id === 'ready') {
      agentReady(code);
      return;
    }
    const asked = pending.get(id);
    if (asked === undefined || !/^\d+$/.test(code)) {
      fail(new Error(`the guest's agent said '${line.slice(0, 80)}'`));
      return;
    }
    pending.delete(id);
    asked.resolve({ code: Number(code), stdout: decode(stdout), stderr: decode(stderr) });
  };
  fromGuest.on('data', (chunk: Buffer) => {
    const lines = `${rest}${chunk.toString('latin1')}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  });
  // An end of the guest is told by whoever started it; a broken pipe alone says less.
  toGuest.on('error', () => {});

  function fail(error: Error): void {
    failed ??= error;
    agentFailed(error);
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
  }

  return {
    ready,
    ask(script, seconds) {
      if (failed !== undefined) return Promise.reject(failed);
      count += 1;
      const id = String(count);
      const answer = new Promise<GuestResult>((resolve, reject) => pending.set(id, { resolve, reject }));
      toGuest.write(`${id} ${seconds} ${Buffer.from(script, 'utf8').toString('base64')}\n`);
      return answer;
    },
    fail,
  };
}

const decode = (text: string): string => Buffer.from(text, 'base64').toString('utf8');
