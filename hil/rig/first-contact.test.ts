import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { holdFirstContact } from './first-contact.ts';
import { parseRig } from './load-rig.ts';
import type { BoardEntry } from './rig.ts';
import { wiresOf } from './supervisor.ts';

const serial = '066EFF303435554157104527';

function realBoard(more = ''): BoardEntry {
  const text = `boards:\n  - { name: one, chip: STM32G070RB, probe: { serial: "${serial}" }, ports: { usart: /dev/ttyACM0 }, permissions: { erase: pages }${more} }`;
  const [entry] = parseRig(text, '/rig.yaml').boards;
  if (entry === undefined) throw new Error('no board');
  return entry;
}

let reports: string;
let saves: number;
const save = async (_wires: unknown, folder: string): Promise<void> => {
  saves += 1;
  writeFileSync(join(folder, 'option-words.json'), '{}');
};
beforeEach(() => {
  reports = mkdtempSync(join(tmpdir(), 'contact-'));
  saves = 0;
});
afterEach(() => rmSync(reports, { recursive: true }));

const contact = (entry: BoardEntry, agreed: boolean, answer: boolean | 'not asked' = 'not asked'): Promise<void> =>
  holdFirstContact(wiresOf(entry, undefined), entry, {
    reports,
    agreed,
    save,
    ask: async () => {
      if (answer === 'not asked') throw new Error('asked although the answer was known');
      return answer;
    },
  });

describe('first contact with a real board', () => {
  test('saves the board before it asks, and refuses without agreement', async () => {
    await expect(contact(realBoard(), false, false)).rejects.toMatchObject({ code: 614 });
    expect(saves).toBe(1);
    expect(existsSync(join(reports, 'first-contact', serial, 'consent.json'))).toBe(false);
  });

  test.each([
    ['an answer', '', false, true, 'answer at the terminal'],
    ['the command line', '', true, 'not asked', '--yes-first-contact'],
    [
      'the rig file',
      ', first_contact: { by: Ada, date: "2026-11-01" }',
      false,
      'not asked',
      'rig file: Ada, 2026-11-01',
    ],
  ] as const)('is agreed to by %s, and that is remembered', async (_how, more, agreed, answer, by) => {
    await contact(realBoard(more), agreed, answer);
    expect(JSON.parse(readFileSync(join(reports, 'first-contact', serial, 'consent.json'), 'utf8'))).toMatchObject({
      by,
    });
    await contact(realBoard(), false);
    expect(saves).toBe(1);
  });

  test('is no matter for a board that may not be erased', async () => {
    await contact(
      { ...realBoard(), permissions: { erase: 'none', write_protection: false, option_bytes: false, rdp1: false } },
      false,
    );
    expect(saves).toBe(0);
  });
});
