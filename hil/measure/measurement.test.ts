import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { fileNameOf, loadMeasurements, type Measurement, measurementText, parseMeasurement } from './measurement.ts';

const measurement: Measurement = {
  part: 'STM32G070RB',
  rom_id: 0xb2,
  die_revision: '0x2000',
  uid_hash: '0123456789abcdef',
  board: 'NUCLEO-G070RB',
  question: 'vtor-in-rom',
  answer: { vtor: '0x1FFF0000' },
  evidence: { pc: '0x1FFF0A10', table: ['0x20002CC8', '0x1FFF0A01'] },
  date: '2026-01-31',
  tool: 'stm32-hil 0.1.0',
};

describe('a measurement', () => {
  test('is written so that it reads the same again', () => {
    expect(parseMeasurement(measurementText(measurement), 'one.yaml')).toEqual(measurement);
  });

  test('has a file name that tells part, ROM, question and chip apart', () => {
    expect(fileNameOf(measurement)).toBe('stm32g070rb-0xB2-vtor-in-rom-01234567.yaml');
  });

  test.each([
    ['a part that is not known', { part: 'STM32G099' }, 'no part is called STM32G099'],
    ['a question nobody asks', { question: 'colour' }, 'no modelled behaviour has the question colour'],
    ['a whole unique id in place of its hash', { uid_hash: '0'.repeat(24) }, 'SHA-256'],
    ['a word more', { kind: 'real' }, 'kind'],
  ])('with %s is refused, with file and line', (_, change, says) => {
    const text = measurementText({ ...measurement, ...change });
    expect(() => parseMeasurement(text, 'one.yaml')).toThrow(says);
    expect(() => parseMeasurement(text, 'one.yaml')).toThrow(/one\.yaml:\d+:\d+/);
  });

  test('is taken from a folder by its ending, in the order of names', () => {
    const folder = mkdtempSync(join(tmpdir(), 'silicon-'));
    writeFileSync(join(folder, 'b.yaml'), measurementText(measurement));
    writeFileSync(join(folder, 'a.yaml'), measurementText({ ...measurement, rom_id: 0xb4 }));
    writeFileSync(join(folder, 'README.md'), 'not one');
    expect(loadMeasurements(folder).map(({ file, measurement: { rom_id } }) => [file, rom_id])).toEqual([
      ['a.yaml', 0xb4],
      ['b.yaml', 0xb2],
    ]);
    expect(() => loadMeasurements(join(folder, 'none'))).toThrow(/HIL-681/);
  });
});
