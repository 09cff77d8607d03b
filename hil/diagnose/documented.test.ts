import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { loadCaseNamed } from '../case/load-case.ts';
import { casesFolder, packageRoot } from '../rig/paths.ts';
import { factorNamed } from './factors.ts';
import type { Rule } from './rule.ts';
import { ruleIds, rules } from './rules/all-rules.ts';

const page = readFileSync(join(packageRoot(), 'docs/diagnose.md'), 'utf8');

/** Lines of the table under a heading, without its head. */
function tableUnder(heading: string): readonly string[] {
  const section = page.slice(page.indexOf(`\n## ${heading}\n`)).slice(1);
  const end = section.indexOf('\n## ');
  return (end < 0 ? section : section.slice(0, end))
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(1);
}

function row({ id, attempt, factor, look, fix, provenance }: Rule): string {
  const when = { entry: 'jump', go: 'GO', any: 'any' }[attempt];
  const known = [
    ...(look === undefined ? [] : ['evidence']),
    ...(factor === undefined ? [] : [`experiment: ${factorNamed(factor).repaired}`]),
  ].join('; ');
  return `| \`${id}\` | ${when} | ${known} | ${fix} | ${provenance.source} (${provenance.confidence}) |`;
}

/** Cases of the reports that a USART and a probe can tell something of, and those that need USB or other parts. */
const CATALOGUE = [...[1, 2, 3, 4, 5, 6].map((n) => `S${n}`), ...Array.from({ length: 40 }, (_, i) => `N${i + 1}`)];

describe('docs/diagnose.md', () => {
  test('lists every rule as it is', () => {
    expect(tableUnder('Rules')).toEqual(rules.map(row));
  });

  test('says of every report which rule tells it, or why none can', () => {
    const told = tableUnder('What tells which report').map((line) => /^\| (\w+) \| (.+) \|$/.exec(line)?.slice(1, 3));
    expect(told.map((cells) => cells?.[0])).toEqual(CATALOGUE);
    for (const [id, how = ''] of told.map((cells) => cells ?? [])) {
      const named = [...how.matchAll(/`([\w-]+)`/g)].map((match) => match[1]);
      for (const rule of named) expect(ruleIds).toContain(rule);
      expect({ id, told: named.length > 0 || /^(told by|not testable: |open: )/.test(how) }).toEqual({
        id,
        told: true,
      });
    }
  });

  test('names for each report the rule that its case names', () => {
    const lines = tableUnder('What tells which report');
    for (const file of readdirSync(casesFolder()).filter((name) => name.endsWith('.yaml'))) {
      const { catalogue, cause } = loadCaseNamed(casesFolder(), file.replace('.yaml', ''));
      if (cause?.rule === undefined) continue;
      const where = catalogue.map((id) => lines.find((line) => line.startsWith(`| ${id} |`)) ?? '');
      expect({ file, rule: where.some((line) => line.includes(`\`${cause.rule}\``)) }).toEqual({ file, rule: true });
    }
  });
});
