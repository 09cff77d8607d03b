import { chipNamed } from '../chip/lookup.ts';
import { hex } from '../error/format-error.ts';
import type { Diagnosis } from './diagnosis.ts';
import type { Evidence, Stop } from './evidence.ts';
import { sysclkSource } from './registers.ts';

/** The diagnosis as a person reads it: the sentence first, then what it rests on, what was tried, what is ruled out. */
export function diagnosisText(diagnosis: Diagnosis): string {
  const { board, sentence, certainty, findings, ruledOut, experiments, evidence } = diagnosis;
  const lines = [`${board}: ${sentence}`];
  if (evidence.answer?.works !== true) lines.push(`  (${certainty})`);
  for (const { says, certainty: sure, because, fix, provenance, rule } of findings) {
    lines.push('', `${rule}: ${sure}`);
    if (says !== sentence) lines.push(`  ${says}`);
    lines.push(...because.map((line) => `  because ${line}`));
    lines.push(`  rule    ${provenance.source} (${provenance.confidence})`, `  try     ${fix}`);
  }
  const stops = evidence.stops ?? [];
  if (stops.length > 0)
    lines.push('', 'watched with breakpoints:', ...stops.map((stop) => `  ${stopText(evidence, stop)}`));
  if (experiments.length > 0) lines.push('', `${experiments.length} experiments at the handover:`);
  for (const { repaired, works, saw } of experiments) {
    lines.push(
      `  ${works ? 'works' : 'fails'}  ${repaired.length === 0 ? '(nothing repaired)' : repaired.join(' + ')}: ${saw}`,
    );
  }
  if (ruledOut.length > 0) lines.push('', 'ruled out:', ...ruledOut.map(({ what, how }) => `  ${what}: ${how}`));
  lines.push('', 'as it stands:', ...standsText(evidence).map((line) => `  ${line}`));
  return lines.join('\n');
}

function stopText(evidence: Evidence, { at, machine, resetFlags }: Stop): string {
  const names: Readonly<Record<Stop['at'], string>> = {
    'rom entry': 'the ROM was entered',
    'table as code': "the ROM's vector table was executed",
    'application entry': "the application's reset handler ran",
    fault: 'a fault came',
    nowhere: 'nothing more came; halted',
  };
  const flags = resetFlags.length === 0 ? 'no reset since' : `reset flags ${resetFlags.join(', ')}`;
  return `${names[at]}: PC ${hex(machine.pc)}${machine.symbol === undefined ? '' : ` (${machine.symbol})`}, exception ${machine.ipsr}, ${evidence.attempt === 'none' ? '' : flags}`;
}

function standsText({ now, boot, chip: name, romId }: Evidence): readonly string[] {
  const chip = chipNamed(name);
  const list = (numbers: readonly number[]): string => (numbers.length === 0 ? 'none' : numbers.join(', '));
  return [
    `PC ${hex(now.pc)} in ${now.where}${now.symbol === undefined ? '' : ` (${now.symbol})`}, exception ${now.ipsr}, LR ${hex(now.lr)}, xPSR ${hex(now.xpsr)}`,
    `MSP ${hex(now.msp)}, PSP ${hex(now.psp)}, CONTROL ${hex(now.control)}, PRIMASK ${now.primask}${chip.core.architecture === 'armv7-m' ? `, BASEPRI ${hex(now.basepri)}, FAULTMASK ${now.faultmask}` : ''}`,
    `${chip.core.hasVtor ? `VTOR ${hex(now.vtor)}, ` : ''}at 0: ${now.mapped}; interrupts enabled: ${list(now.interrupts.enabled)}, pending: ${list(now.interrupts.pending)}; SYST_CSR ${hex((now.registers.SYST_CSR ?? 0) & 7)}`,
    ...(now.registers.CFSR === undefined
      ? []
      : [`CFSR ${hex(now.registers.CFSR)}, HFSR ${hex(now.registers.HFSR ?? 0)}`]),
    ...(now.frame === undefined
      ? []
      : [`stacked: PC ${hex(now.frame.pc)}, LR ${hex(now.frame.lr)}, xPSR ${hex(now.frame.xpsr)}`]),
    `SYSCLK from ${sysclkSource(chip, now.registers.RCC_CFGR ?? 0)}; ${Object.entries(now.registers)
      .filter(([register]) => /^(RCC_CR|RCC_CFGR|RCC_PLLCFGR|FLASH_\w+|IWDG_SR|WWDG_CR)$/.test(register))
      .map(([register, value]) => `${register} ${hex(value)}`)
      .join(', ')}`,
    ...(now.dma.length === 0
      ? []
      : [now.dma.map(({ name: channel, memory }) => `${channel} on, at ${hex(memory)}`).join(', ')]),
    `flash begins with ${boot.flash.map(hex).join(' ')}, the ROM's table with ${boot.rom.map(hex).join(' ')}${romId === undefined ? '' : `, ROM ID ${hex(romId)}`}${boot.emptyFlag === undefined ? '' : `, EMPTY ${boot.emptyFlag ? 1 : 0}`}`,
  ];
}
