import { type ChildProcess, spawn } from 'node:child_process';
import { afterEach, describe, expect, test } from '@jest/globals';
import { deadline } from '../trace/deadline.ts';
import { untilEvent } from '../trace/wait.ts';
import { connectTcl, type TclConnection } from './tcl-connection.ts';

const soon = () => deadline('test', 10_000);
let openocd: ChildProcess | undefined;
let connection: TclConnection | undefined;

afterEach(() => {
  connection?.close();
  openocd?.kill('SIGKILL');
});

/** Stock OpenOCD without a target, on its dummy adapter. */
async function connectToOpenOcd(): Promise<TclConnection> {
  const child = spawn('openocd', [
    '-c',
    'bindto 127.0.0.1; adapter driver dummy; transport select jtag; adapter speed 10; tcl_port 0; gdb_port disabled; telnet_port disabled',
    '-c',
    'noinit',
  ]);
  openocd = child;
  // Listened for from the start: it may end before anybody asks.
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(`it ended with ${signal ?? code}`));
  });
  const port = await untilEvent<number>(soon(), 'Tcl port of OpenOCD', ({ resolve, reject, note }) => {
    let log = '';
    const onError = (chunk: Buffer): void => {
      log += chunk.toString();
      note(log);
      const found = /port (\d+) for tcl/.exec(log);
      if (found) resolve(Number(found[1]));
    };
    child.stderr?.on('data', onError);
    child.once('error', reject);
    return () => child.stderr?.off('data', onError);
  });
  connection = await connectTcl(
    {
      host: '127.0.0.1',
      port,
      board: 'none',
      exitNews: () => ended,
    },
    soon(),
  );
  return connection;
}

describe('stock OpenOCD', () => {
  test('returns values, prints, and reports failures with their words', async () => {
    const tcl = await connectToOpenOcd();
    expect(await tcl.evaluate('expr {6 * 7}', soon())).toBe('42');
    expect(await tcl.print('echo "one {brace"', soon())).toBe('one {brace\n');
    expect(await tcl.print('version', soon())).toMatch(/^Open On-Chip Debugger/);
    await expect(tcl.evaluate('no_such_command', soon())).rejects.toMatchObject({
      code: 223,
      message: expect.stringContaining('no_such_command'),
    });
    expect(await tcl.evaluate('set text "a } b \\$c [string length xyz]"; set text', soon())).toBe('a } b $c 3');
  });

  test('that is killed in mid-command is told apart from one that fails', async () => {
    const tcl = await connectToOpenOcd();
    const sleeping = tcl.evaluate('sleep 60000', soon());
    openocd?.kill('SIGKILL');
    await expect(sleeping).rejects.toMatchObject({
      code: 222,
      message: expect.stringContaining('it ended with SIGKILL'),
    });
  });
});
