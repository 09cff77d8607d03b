import { expect, test } from '@jest/globals';
import { deadline } from '../trace/deadline.ts';
import { createRecorder } from '../trace/recorder.ts';
import { createByteInbox } from '../transport/byte-inbox.ts';
import type { SerialLine } from '../transport/serial-line.ts';
import type { BoardScope } from './bench-types.ts';
import { CONSOLE_FORMAT, openConsole } from './console.ts';

const RECORD = 'record n=2 csr=0x00000600 vtor=0x1fff0000 ipsr=0x00000000 nvic_ispr=0x00000000';

const scope: BoardScope = {
  board: 'b',
  signal: new AbortController().signal,
  lag: () => 0,
  lagForGood: () => 0,
  askLag: async () => {},
  recorder: createRecorder(),
};

/** A line to an application that makes of each write what `answer` says. */
function applicationLine(answer: (sent: string) => string): SerialLine {
  const source = createByteInbox();
  const line = {
    endpoint: 'test',
    source,
    sink: {
      async write(bytes: Uint8Array) {
        source.push(new TextEncoder().encode(answer(new TextDecoder().decode(bytes))));
      },
      async drain() {},
    },
    format: CONSOLE_FORMAT,
    closed: new Promise(() => {}),
  };
  return line as unknown as SerialLine;
}

const plain = (sent: string): string =>
  sent
    .split('\r\n')
    .filter((verb) => verb !== '')
    .map((verb) => `${{ ping: 'pong', record: RECORD }[verb] ?? 'error unknown-command'}\r\n`)
    .join('');

test('a start whose banner nobody heard is told by the answer to record', async () => {
  const record = await openConsole(applicationLine(plain), scope).awaitStart(deadline('start', 2_000, scope));
  expect(record).toMatchObject({ n: 2, vtor: 0x1fff_0000 });
});

test('what a byte of noise began is ended by an empty line before the question', async () => {
  let begun = '\x7f';
  const line = applicationLine((sent) => {
    const answer = plain(begun + sent);
    begun = '';
    return answer;
  });
  const asked: string[] = [];
  const write = line.sink.write.bind(line.sink);
  line.sink.write = (bytes, limit) => {
    asked.push(new TextDecoder().decode(bytes));
    return write(bytes, limit);
  };
  await openConsole(line, scope).awaitStart(deadline('start', 2_000, scope));
  expect(asked).toEqual(['\r\nrecord\r\n', 'ping\r\n']);
});

test('an application that loses the byte behind an empty line is asked without one', async () => {
  const deaf = (sent: string): string => plain(sent.replace(/^\r\n./, ''));
  const record = await openConsole(applicationLine(deaf), scope).awaitStart(deadline('start', 2_000, scope));
  expect(record.n).toBe(2);
});
