import type { Command } from 'commander';
import { exitCode } from '../error/exit-codes.ts';
import { examineRig, formatExaminations, worstOf } from '../rig/doctor.ts';
import { loadRig } from '../rig/load-rig.ts';
import { DEFAULT_RIG } from './defaults.ts';

interface DoctorOptions {
  readonly rig: string;
  readonly board?: string[];
  readonly json?: boolean;
  readonly openocd: string;
}

/** `hil doctor`: looks at a rig without changing or disturbing anything. Ends with 3 if something failed. */
export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description(
      'look at the boards of a rig without disturbing them; for each line that is not right, the one thing to do',
    )
    .option('--rig <file>', 'rig file', DEFAULT_RIG)
    .option('--board <name...>', 'boards of the rig file; all if not given')
    .option('--openocd <program>', 'the OpenOCD program', 'openocd')
    .option('--json', 'print one JSON document, for programs')
    .action(async (options: DoctorOptions) => {
      const rig = loadRig(options.rig);
      const examinations = await examineRig(rig, options.board, { openocd: options.openocd });
      const worst = worstOf(examinations);
      process.stdout.write(
        options.json === true
          ? `${JSON.stringify({ rig: rig.file, worst, boards: examinations }, null, 2)}\n`
          : `${formatExaminations(examinations)}\n`,
      );
      process.exitCode = worst === 'failed' ? exitCode.rigFault : exitCode.passed;
    });
}
