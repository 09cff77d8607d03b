import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { parseStm32Flash } from './stm32flash-output.ts';

interface Transcript {
  readonly part: string;
  readonly text: string;
  readonly expect: Readonly<Record<string, unknown>>;
}

const file = new URL('../../fixtures/transcripts/stm32flash.yaml', import.meta.url);
const transcripts = parse(readFileSync(file, 'utf8')) as readonly Transcript[];

test.each(transcripts.map((transcript) => [transcript.part, transcript] as const))(
  'reads what stm32flash printed about: %s',
  (_, transcript) => {
    expect(parseStm32Flash(transcript.text)).toEqual(transcript.expect);
  },
);

test('progress that is overwritten by carriage returns ends with the last line', () => {
  const text = 'Wrote address 0x08000100 (25.60%) \rWrote address 0x080003e8 (100.00%) Done.\n';
  expect(parseStm32Flash(text).transfer).toEqual({ verb: 'Wrote', lastAddress: 0x0800_03e8, percent: 100, done: true });
});

test('a write that broke off is not done', () => {
  expect(parseStm32Flash('Wrote address 0x08000100 (25.60%) ').transfer).toMatchObject({ done: false });
});
