import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { type ExitCode, exitCode } from '../error/exit-codes.ts';
import { examineBoard, examineHost, type Finding } from '../rig/doctor.ts';
import { loadRig } from '../rig/load-rig.ts';
import { startRig } from '../rig/supervisor.ts';
import { DEFAULT_RIG } from './defaults.ts';

interface DoctorOptions {
  readonly rig: string;
  readonly board?: string[];
  readonly openocd: string;
}

/** `hil doctor`: looks at a rig without changing anything. */
export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description(
      'look at the boards of a rig without changing anything; for each line that is not right, the one thing to do',
    )
    .option('--rig <file>', 'rig file', DEFAULT_RIG)
    .option('--board <name...>', 'boards of the rig file; all if not given')
    .option('--openocd <program>', 'the OpenOCD program', 'openocd')
    .action(async (options: DoctorOptions) => {
      process.exitCode = await examine(options);
    });
}

async function examine(options: DoctorOptions): Promise<ExitCode> {
  const rig = loadRig(options.rig);
  let sick = 0;
  const show = (finding: Finding): void => {
    if (!finding.ok) sick += 1;
    process.stdout.write(`  ${finding.ok ? 'ok  ' : 'FAIL'} ${finding.what}: ${finding.found}\n`);
    if (finding.advice !== undefined) process.stdout.write(`       Try: ${finding.advice}\n`);
  };
  process.stdout.write('host\n');
  const host = await examineHost(options.openocd);
  show(host);
  if (!host.ok) return exitCode.rigFault;
  const scratch = mkdtempSync(join(tmpdir(), 'hil-doctor-'));
  const running = await startRig(rig, {
    reports: scratch,
    ...(options.board === undefined ? {} : { boards: options.board }),
  });
  try {
    for (const wires of running.session.boards) {
      process.stdout.write(`${wires.board} (${wires.chip}, ${wires.kind})\n`);
      for (const finding of await examineBoard(wires, options.openocd)) show(finding);
    }
  } finally {
    await running.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
  process.stdout.write(
    sick === 0 ? 'everything is as it should be\n' : `${sick} line${sick === 1 ? '' : 's'} to look at\n`,
  );
  return sick === 0 ? exitCode.passed : exitCode.rigFault;
}
