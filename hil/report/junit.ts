import type { Outcome } from './verdict.ts';

/**
 * JUnit XML as CI systems read it: one testsuite per board and suite, the board in `classname`. A failure of the rig is an
 * `error`, one of firmware or test a `failure`. `header` is a property of each testsuite, which is
 * where CI systems look, and a comment at the top.
 */
export function junitXml(outcome: Outcome, at: string, header: string): string {
  const groups = new Map<string, (typeof outcome.lines)[number][]>();
  for (const line of outcome.lines) {
    const key = `${line.board} ${line.suite}`;
    groups.set(key, [...(groups.get(key) ?? []), line]);
  }
  const properties = `    <properties><property name="silicon" value="${escapeXml(header)}"/></properties>`;
  const suites = [...groups].map(([name, lines]) => {
    const cases = lines.map((line) => {
      const open = `    <testcase classname="${escapeXml(`${line.board}.${line.suite}`)}" name="${escapeXml(line.test)}" time="${(line.ms / 1000).toFixed(3)}"`;
      const text = escapeXml(line.errors.join('\n\n'));
      if (line.verdict === 'passed') return `${open}/>`;
      if (line.verdict === 'skipped') return `${open}><skipped message="${escapeXml(line.skip ?? '')}"/></testcase>`;
      const element = line.blame === 'rig' ? 'error' : 'failure';
      const first = escapeXml(line.errors[0]?.split('\n')[0] ?? '');
      return `${open}><${element} type="${line.blame ?? 'unknown'}" message="${first}">${text}</${element}></testcase>`;
    });
    const count = (wanted: (line: (typeof lines)[number]) => boolean): number => lines.filter(wanted).length;
    const bad = (line: (typeof lines)[number]): boolean => line.verdict === 'failed' || line.verdict === 'missing';
    return [
      `  <testsuite name="${escapeXml(name)}" timestamp="${at}" tests="${lines.length}" failures="${count((line) => bad(line) && line.blame !== 'rig')}" errors="${count((line) => bad(line) && line.blame === 'rig')}" skipped="${count((line) => line.verdict === 'skipped')}" time="${(lines.reduce((sum, line) => sum + line.ms, 0) / 1000).toFixed(3)}">`,
      properties,
      ...cases,
      '  </testsuite>',
    ].join('\n');
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<!-- ${header} -->\n<testsuites name="stm32-hil" tests="${outcome.lines.length}">\n${suites.join('\n')}\n</testsuites>\n`;
}

/** XML 1.0 has no place for most control characters, not even escaped: they become U+FFFD. */
function escapeXml(text: string): string {
  return Array.from(text, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x20 && code !== 9 && code !== 10 && code !== 13) return '\uFFFD';
    return { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }[character] ?? character;
  }).join('');
}
