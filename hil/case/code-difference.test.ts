import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { differenceBetween, lineDifference } from './code-difference.ts';
import { fakeVariant } from './fake-run.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'programs-'));
  mkdirSync(join(folder, 'x'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function program(name: string, text: string): void {
  writeFileSync(join(folder, 'x', `${name}.c`), text);
}
const between = () =>
  differenceBetween(
    fakeVariant('as posted', 'reported', { image: 'x/posted' }),
    fakeVariant('cured', 'fixed', { image: 'x/fixed' }),
    folder,
  );

describe('what tells defect and cure apart', () => {
  test('are the lines of code that only one of them has, without comments', () => {
    program('posted', '/* as posted */\nvoid jump(void)\n{\n  entry = (SYSTEM + 4);\n  call(entry);\n}\n');
    program('fixed', '/* read */\nvoid jump(void)\n{\n  entry = *(SYSTEM + 4);\n  call(entry);\n}\n');
    expect(between()).toEqual([
      { where: 'x/posted.c → x/fixed.c', removed: ['entry = (SYSTEM + 4);'], added: ['entry = *(SYSTEM + 4);'] },
    ]);
  });

  test('is the macro that one of them defines otherwise than the source both are made of', () => {
    program('posted', '#ifndef ENTRY\n#define ENTRY (SYSTEM + 4)\n#endif\nvoid jump(void) { call(ENTRY); }\n');
    program('fixed', '#define ENTRY *(SYSTEM + 4)\n#include "posted.c"\n');
    expect(between()).toEqual([
      {
        where: 'x/posted.c → x/fixed.c',
        removed: ['#define ENTRY (SYSTEM + 4)'],
        added: ['#define ENTRY *(SYSTEM + 4)'],
      },
    ]);
  });

  test('are settings, with the default named for what it is', () => {
    expect(
      differenceBetween(
        fakeVariant('as posted', 'reported', { settings: { 'start.vtor': 'unset', 'start.clock': 'fast' } }),
        fakeVariant('cured', 'fixed', { settings: { 'start.clock': 'fast' } }),
        folder,
      ),
    ).toEqual([
      {
        where: 'settings of the application',
        removed: ['start.vtor = unset'],
        added: ['start.vtor = (default)'],
      },
    ]);
  });

  test('are steps, where the program is the same', () => {
    expect(
      differenceBetween(
        fakeVariant('a', 'reported', { steps: [{ verb: 'go', args: 'vector-table' }] }),
        fakeVariant('b', 'fixed', { steps: [{ verb: 'go', args: 'reset-vtable' }] }),
        folder,
      ),
    ).toEqual([{ where: 'steps', removed: ['go "vector-table"'], added: ['go "reset-vtable"'] }]);
  });
});

test('a line difference turns the one text into the other', () => {
  const lines = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 8 });
  fc.assert(
    fc.property(lines, lines, (a, b) => {
      const { removed, added } = lineDifference(a, b);
      const left: string[] = [...a];
      for (const line of removed) left.splice(left.indexOf(line), 1);
      expect([...left, ...added].sort()).toEqual([...b].sort());
      expect(lineDifference(a, a)).toEqual({ removed: [], added: [] });
    }),
  );
});
