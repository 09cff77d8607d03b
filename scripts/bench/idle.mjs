// What a board costs that nobody talks to: CPU time of its process, and memory.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startHost } from './boards.mjs';
import { figure, plain } from './figures.mjs';
import { handoverElf, root } from './product.mjs';

/** Starting costs more than idling: in its first seconds V8 still compiles what the ticks execute, and collects the garbage of the start. */
const SETTLE_MS = 10_000;
const WINDOW_MS = 20_000;
const GOAL_PERCENT = 1;
/** Boards more in the second process that memory per board is taken from. */
const MORE_BOARDS = 3;

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** User and system time of a process, all threads, in ms (proc(5): fields 14 and 15, counted behind the name in parentheses). */
function cpuMs(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond;
}

function residentMiB(pid) {
  const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(kib[1]) / 1024;
}

async function idle(options) {
  const running = await startHost([options]);
  try {
    await pause(SETTLE_MS);
    const before = cpuMs(running.pid);
    const started = performance.now();
    await pause(WINDOW_MS);
    const percent = (100 * (cpuMs(running.pid) - before)) / (performance.now() - started);
    return { percent, mib: residentMiB(running.pid) };
  } finally {
    await running.stop();
  }
}

/** The largest of the virtual parts: 1 MiB of flash, 128 KiB of RAM. */
const l476 = {
  model: 'NUCLEO-L476RG',
  romId: 0xa3,
  romPath: join(root, 'build/firmware/rom/stm32l476-0xA3.bin'),
  flashPath: join(root, 'build/firmware/handover/stm32l476rg.elf'),
};

async function memoryPerBoard(alone, options) {
  const running = await startHost(Array.from({ length: 1 + MORE_BOARDS }, () => options));
  try {
    await pause(SETTLE_MS);
    return (residentMiB(running.pid) - alone) / MORE_BOARDS;
  } finally {
    await running.stop();
  }
}

export async function measureIdle({ runs }) {
  const boards = [
    ['application in WFI, 1 kHz tick', { flashPath: handoverElf }],
    ['ROM waiting for 0x7F', { blank: true }],
  ];
  const figures = [];
  const memory = [];
  for (const [what, options] of boards) {
    const percents = [];
    for (let i = 0; i < runs; i++) {
      const { percent, mib } = await idle(options);
      percents.push(percent);
      memory.push(await memoryPerBoard(mib, options));
    }
    const common = { unit: '% of a core', show: plain(2), better: 'lower', goal: GOAL_PERCENT };
    figures.push(figure({ ...common, what: `idle board: ${what}`, values: percents }));
  }
  const large = await memoryPerBoard((await idle(l476)).mib, l476);
  const mib = { unit: 'MiB', show: plain(1), better: 'lower' };
  figures.push(figure({ ...mib, what: 'memory of one more board with 1 MiB of flash', values: [large] }));
  figures.push(
    figure({ what: 'memory of one more board', unit: 'MiB', show: plain(1), better: 'lower', values: memory }),
  );
  return figures;
}
