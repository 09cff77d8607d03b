// Virtual boards in a process of their own, as `hil virtual` has them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { romBinary } from './product.mjs';

const host = fileURLToPath(new URL('host-boards.mjs', import.meta.url));

/** A NUCLEO-G070RB, unless the options say otherwise. */
const specOf = (name, options) => ({
  name,
  model: 'NUCLEO-G070RB',
  romId: 0xb4,
  romPath: romBinary,
  seed: 70,
  ...options,
});

/** Starts boards, one for each entry of `options` (flashPath, or nothing: a blank board, where the ROM waits). */
export async function startHost(options) {
  const specs = options.map((each, i) => specOf(`board${i}`, each));
  const child = spawn(process.execPath, [host, JSON.stringify(specs)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const boards = [];
  for await (const line of createInterface(child.stdout)) {
    boards.push(JSON.parse(line));
    if (boards.length === specs.length) break;
  }
  if (boards.length < specs.length) throw new Error('the process of the virtual boards ended before they were ready');
  return {
    boards,
    pid: child.pid,
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}

/** Runs `work` with one board of its own. */
export async function withBoard(options, work) {
  const running = await startHost([options]);
  try {
    return await work(running.boards[0], running.pid);
  } finally {
    await running.stop();
  }
}

export const consoleUart = (ready) => ready.uart.find((uart) => uart.role === 'both');
