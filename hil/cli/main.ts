#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { exitCode } from '../error/exit-codes.ts';
import { formatError } from '../error/format-error.ts';
import { addCase } from './case.ts';
import { addDiagnose } from './diagnose.ts';
import { addDoctor } from './doctor.ts';
import { exitCodeOf } from './exit-code-of.ts';
import { addFlash } from './flash.ts';
import { addMeasure } from './measure.ts';
import { addRun } from './run.ts';
import { addSweep } from './sweep.ts';
import { addVirtual } from './virtual.ts';

const program = new Command()
  .name('hil')
  .description("hardware-in-the-loop tests for an STM32's way into ST's ROM bootloader and back")
  .exitOverride()
  .showHelpAfterError('(hil --help shows what there is)');
addRun(program);
addFlash(program);
addVirtual(program);
addDoctor(program);
addCase(program);
addDiagnose(program);
addSweep(program);
addMeasure(program);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? exitCode.passed : exitCode.usage;
  } else {
    process.stderr.write(`${formatError(error)}\n`);
    process.exitCode = exitCodeOf(error);
  }
}
