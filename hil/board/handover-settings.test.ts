import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { handoverSettings, MAILBOX_MAGIC, mailboxWords } from './handover-settings.ts';

/** The bytes 12 to 43 of the mailbox: one for each setting. */
const settingBytes = (words: readonly number[]): Uint8Array =>
  new Uint8Array(new Uint32Array(words).buffer).subarray(12, 44);

describe('the table of settings', () => {
  test('is that of docs/handover.md: names in the order of their bytes, values in the order of their indices', () => {
    const guide = readFileSync(new URL('../../docs/handover.md', import.meta.url), 'utf8');
    const rows = [...guide.matchAll(/^\| (\d+) \| `([\w.]+)` \| ((?:`[\w-]+` ?)+) \|/gm)].map(
      ([, byte, name, values]) => [Number(byte), [name, ...(values ?? '').replaceAll('`', '').trim().split(/\s+/)]],
    );
    rows.sort(([a], [b]) => Number(a) - Number(b));
    expect(rows).toEqual(handoverSettings.map((row, byte) => [byte, [...row]]));
  });
});

describe('the mailbox', () => {
  test('begins with the magic word, its complement and the command', () => {
    expect(mailboxWords({}).slice(0, 3)).toEqual([MAILBOX_MAGIC, ~MAILBOX_MAGIC >>> 0, 1]);
    expect(mailboxWords({}, 2)[2]).toBe(2);
  });

  test('gives every setting its default', () => {
    expect([...settingBytes(mailboxWords({}))]).toEqual(Array(32).fill(0));
  });

  test('gives a named setting the index of its value', () => {
    const bytes = settingBytes(mailboxWords({ 'start.clock': 'fast', 'jump.mem_mode': 'sram' }));
    expect([...bytes.entries()].filter(([, value]) => value !== 0)).toEqual([
      [1, 1],
      [16, 3],
    ]);
  });

  test.each([
    [{ 'start.clocks': 'fast' }, "no setting 'start.clocks'"],
    [{ 'start.clock': 'hsi16' }, "no value 'hsi16' of 'start.clock'"],
  ])('refuses %j and says what there is', (settings, sentence) => {
    expect(() => mailboxWords(settings as Record<string, string>)).toThrow(sentence);
  });
});
