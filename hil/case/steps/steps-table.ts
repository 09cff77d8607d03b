import type { Verb } from './stage.ts';

/** The table of docs/cases.md: every verb, what it does, and what it reads beside what any step may read. */
export function stepsTable(verbs: Readonly<Record<string, Verb>>): readonly string[] {
  const rows = Object.entries(verbs).map(([name, { says, reads = [] }]) => {
    const left = reads.map((reading) => `\`${reading}\``).join(' ');
    return `| \`${name}\` | ${says.replaceAll('|', '\\|')} | ${left} |`;
  });
  return ['| step | what it does | reads |', '|---|---|---|', ...rows];
}
