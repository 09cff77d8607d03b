import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { isHilError } from '../error/hil-error.ts';
import { deadline } from '../trace/deadline.ts';
import { connectTcl, quoteTcl, type TclConnection, type TclNotification } from './tcl-connection.ts';

const soon = () => deadline('test', 5000);
const servers: Server[] = [];
const connections: TclConnection[] = [];

afterEach(() => {
  for (const connection of connections.splice(0)) connection.close();
  for (const server of servers.splice(0)) server.close();
});

interface FakeOpenOcd {
  readonly port: number;
  /** Frames received after the wrapper's definition. */
  readonly commands: string[];
  socket(): Socket;
}

/** `reply` gets the sequence number and the frame, and returns the text to answer with, or undefined for silence. */
async function startFake(reply: (sequence: string, frame: string) => string | undefined): Promise<FakeOpenOcd> {
  const commands: string[] = [];
  let current: Socket | undefined;
  const server = createServer((socket) => {
    current = socket;
    socket.on('error', () => {});
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('utf8');
      for (let end = text.indexOf('\x1a'); end >= 0; end = text.indexOf('\x1a')) {
        const frame = text.slice(0, end);
        text = text.slice(end + 1);
        if (frame.startsWith('proc ')) {
          socket.write('\x1a');
          continue;
        }
        commands.push(frame);
        const answer = reply(frame.split(' ')[1] ?? '', frame);
        if (answer !== undefined) socket.write(`${answer}\x1a`);
      }
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    commands,
    socket: () => {
      if (current === undefined) throw new Error('nobody is connected');
      return current;
    },
  };
}

async function connectTo(fake: FakeOpenOcd, exitNews?: () => Promise<string>): Promise<TclConnection> {
  const connection = await connectTcl(
    { host: '127.0.0.1', port: fake.port, board: 'g070-1', ...(exitNews === undefined ? {} : { exitNews }) },
    soon(),
  );
  connections.push(connection);
  return connection;
}

async function failure(promise: Promise<unknown>): Promise<{ code: number; message: string }> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isHilError(error)) throw new Error(`expected a HilError, got ${String(error)}`);
  return error;
}

describe('a command', () => {
  test('that succeeds returns its result, line breaks and all', async () => {
    const fake = await startFake((sequence) => `${sequence} 0 0x20001000\n0x08000199`);
    expect(await (await connectTo(fake)).evaluate('read_memory 0x08000000 32 2', soon())).toBe(
      '0x20001000\n0x08000199',
    );
  });

  test('that fails throws the code and the words of OpenOCD', async () => {
    const fake = await startFake((sequence) => `${sequence} -4 target not halted`);
    const error = await failure((await connectTo(fake)).print('mdw 0', soon()));
    expect(error).toMatchObject({ code: 223 });
    expect(error.message).toContain("g070-1: OpenOCD failed on 'mdw 0' with code -4: target not halted");
  });

  test('waits for its turn: the next is sent when the one before is answered', async () => {
    const answers: (() => void)[] = [];
    const fake = await startFake((sequence) => {
      answers.push(() => fake.socket().write(`${sequence} 0 answer-${sequence}\x1a`));
      if (answers.length === 2) answers[1]?.();
      return undefined;
    });
    const tcl = await connectTo(fake);
    const first = tcl.evaluate('one', soon());
    const second = tcl.evaluate('two', soon());
    await expect(tcl.evaluate('three', deadline('hurry', 30))).rejects.toMatchObject({ code: 225 });
    expect(fake.commands).toHaveLength(1);
    answers[0]?.();
    expect(await first).toBe('answer-1');
    expect(await second).toBe('answer-2');
  });

  test('that was given up does not lend its late answer to the next', async () => {
    let late: string | undefined;
    const fake = await startFake((sequence, frame) => {
      if (frame.includes('slow')) {
        late = `${sequence} 0 late`;
        return undefined;
      }
      return `${late}\x1a${sequence} 0 mine`;
    });
    const tcl = await connectTo(fake);
    expect((await failure(tcl.evaluate('slow', deadline('slow', 20)))).code).toBe(225);
    expect(await tcl.evaluate('quick', soon())).toBe('mine');
  });

  test('during which OpenOCD dies tells how it ended', async () => {
    const fake = await startFake(() => {
      fake.socket().destroy();
      return undefined;
    });
    const tcl = await connectTo(fake, async () => 'it was killed by SIGKILL');
    const error = await failure(tcl.evaluate('program x', soon()));
    expect(error.code).toBe(222);
    expect(error.message).toContain("OpenOCD went away during 'program x': it was killed by SIGKILL");
    await tcl.closed;
    expect((await failure(tcl.evaluate('reset', soon()))).code).toBe(226);
  });

  test('on a revoked bench is not sent', async () => {
    const fake = await startFake((sequence) => `${sequence} 0 `);
    const tcl = await connectTo(fake);
    const bench = new AbortController();
    bench.abort();
    expect((await failure(tcl.evaluate('reset', deadline('r', 1000, { signal: bench.signal })))).code).toBe(501);
    expect(fake.commands).toEqual([]);
  });
});

test('notifications before an answer are events, not the answer', async () => {
  const fake = await startFake(
    (sequence) => `type target_state state halted\r\n\x1atype target_event event halted\r\n\x1a${sequence} 0 done`,
  );
  const tcl = await connectTo(fake);
  const events: TclNotification[] = [];
  tcl.onNotification((event) => events.push(event));
  expect(await tcl.evaluate('halt', soon())).toBe('done');
  expect(events).toEqual([
    { type: 'target_state', state: 'halted' },
    { type: 'target_event', event: 'halted' },
  ]);
});

test('a port where nobody listens is named', async () => {
  const connecting = connectTcl({ host: '127.0.0.1', port: 1, board: 'g070-1' }, soon());
  expect((await failure(connecting)).code).toBe(221);
});

test.each([
  ['', '{}'],
  ['reset halt', 'reset\\ halt'],
  ['a}b{', 'a\\}b\\{'],
  ['$x [exit] "q"', '\\$x\\ \\[exit\\]\\ \\"q\\"'],
  ['one\ntwo', 'one\\ntwo'],
])('%p becomes the Tcl word %s', (text, word) => {
  expect(quoteTcl(text)).toBe(word);
});
