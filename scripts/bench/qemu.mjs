// The workload under QEMU's translator: how fast a simulator is that need not stop at every instruction.
import { spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';

/** Machines of QEMU 7.2 with the core and RAM at 0x2000_0000, and where their code begins. */
export const machines = {
  'cortex-m0plus': { machine: 'microbit', base: 0 },
  'cortex-m4': { machine: 'netduinoplus2', base: 0x0800_0000 },
};
const ROUNDS = 0x2000_0000;
const WARM_MS = 500;
const SAMPLE_MS = 1500;

/** Rounds of the workload per second of the wall, a figure per sample. */
export async function roundsUnderQemu(core, elf, samples) {
  const { machine } = machines[core];
  const qemu = spawn('qemu-system-arm', [
    '-M',
    machine,
    '-kernel',
    elf,
    '-display',
    'none',
    '-serial',
    'none',
    '-monitor',
    'stdio',
  ]);
  let said = '';
  qemu.stdout.on('data', (chunk) => {
    said += chunk;
  });
  const rounds = async () => {
    said = '';
    qemu.stdin.write(`xp /1wx 0x${ROUNDS.toString(16)}\n`);
    for (;;) {
      const found = /: 0x([0-9a-f]{8})/.exec(said);
      if (found) return Number.parseInt(found[1], 16);
      if (qemu.exitCode !== null) throw new Error(`QEMU ended: ${said}`);
      await pause(1);
    }
  };
  try {
    await pause(WARM_MS);
    const rates = [];
    for (let i = 0; i < samples; i++) {
      const [from, started] = [await rounds(), performance.now()];
      await pause(SAMPLE_MS);
      rates.push((await rounds()) - from);
      rates[i] /= (performance.now() - started) / 1000;
    }
    return rates;
  } finally {
    qemu.kill('SIGKILL');
  }
}
