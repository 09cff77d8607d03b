import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { formatError } from '../error/format-error.ts';
import { explainStart, parseOpenOcdLog } from './openocd-log.ts';

interface Transcript {
  readonly part: string;
  readonly text: string;
  readonly expect: Readonly<Record<string, unknown>>;
  readonly failure?: number;
}

const file = new URL('../../fixtures/transcripts/openocd.yaml', import.meta.url);
const transcripts = parse(readFileSync(file, 'utf8')) as readonly Transcript[];

test.each(transcripts.map((transcript) => [transcript.part, transcript] as const))(
  'reads what OpenOCD logged about: %s',
  (_, transcript) => {
    expect(parseOpenOcdLog(transcript.text)).toEqual(transcript.expect);
    if (transcript.failure !== undefined) {
      expect(explainStart('b', transcript.text, 'exit code 1')).toMatchObject({
        code: transcript.failure,
        blame: 'rig',
      });
    }
  },
);

describe('why OpenOCD did not come up', () => {
  test.each([
    ['Error: ST-LINK open failed (serial mismatch)', 234, 'no ST-Link with this serial number'],
    ['Error: the selected device is already used', 235, 'in use by another program'],
    ['Error: libusb_open() failed with LIBUSB_ERROR_ACCESS\nError: open failed', 234, 'may not open'],
    ['Error: open failed', 234, 'no ST-Link is there'],
    ["Error: couldn't bind tcl to socket on port 6666: Address already in use", 233, 'TCP port'],
    ["embedded:startup.tcl:28: Error: Can't find interface/stlink.cfg", 233, 'scripts is missing'],
    ['Info : Target voltage: 0.000000\nError: init mode failed (unable to connect to the target)', 237, 'no power'],
    ['Error: Error connecting DP: cannot read IDR', 236, 'does not answer on SWD'],
    ['Error: something new', 233, 'last word: Error: something new'],
  ])('%s', (log, code, words) => {
    const error = explainStart('nucleo', log, 'it ended with exit code 1');
    expect(error).toMatchObject({ code, blame: 'rig' });
    expect(error.message).toContain(words);
    expect(error.message).toMatch(/^nucleo: /);
  });

  test('a low voltage that is still power does not hide the reason', () => {
    const log = 'Info : Target voltage: 1.80\nError: init mode failed (unable to connect to the target)';
    expect(explainStart('b', log, '').code).toBe(236);
  });

  test('the error shows the last lines and what to do', () => {
    const text = formatError(explainStart('b', 'Info : x\nError: the selected device is already used', 'exit code 1'));
    expect(text).toMatch(/Try: end the other program/);
    expect(text).toContain('the selected device is already used');
  });
});
