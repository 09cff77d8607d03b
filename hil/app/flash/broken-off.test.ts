import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type BrokenOff,
  brokenOffText,
  type FlashRecord,
  isSameDevice,
  readBrokenOff,
  writeFlashRecord,
} from './broken-off.ts';

const folder = mkdtempSync(join(tmpdir(), 'hil-broken-off-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'flash', 'board.json');

const rom = {
  id: 'usbip://127.0.0.1:4000/1-1#2',
  vendorId: 0x0483,
  productId: 0xdf11,
  bcdDevice: 0x0200,
  serialNumber: '205B396A5242',
  path: '1-1',
};
const application = {
  ...rom,
  id: 'usbip://127.0.0.1:4000/1-1#1',
  vendorId: 0x1209,
  productId: 1,
  serialNumber: 'APP1',
};
const stage = (id: 'found' | 'detached' | 'entered' | 'written', verdict: 'passed' | 'failed' = 'passed') =>
  ({ id, title: id, verdict, ms: 1, evidence: [] }) as const;
const record = (some: Partial<FlashRecord> = {}): FlashRecord => ({
  board: 'bench-g0b1',
  chip: 'STM32G0B1RE',
  verdict: 'under way',
  startedAt: '2026-11-21T22:01:13.000Z',
  pid: 4711,
  stages: [stage('found'), stage('detached'), stage('entered')],
  before: application,
  rom,
  progress: { phase: 'write', done: 20_480, total: 61_112 },
  ...some,
});
const dead = () => false;
const alive = () => true;

describe('what the last run left behind', () => {
  test('of one that was killed: where it was, how far, and what it had seen', () => {
    writeFlashRecord(file, record());
    const broken = readBrokenOff(file, dead);
    expect(broken).toMatchObject({ how: 'it was killed', stage: 'written', before: application, rom });
    expect(broken === undefined ? '' : brokenOffText(broken)).toBe(
      "of 2026-11-21 22:01:13 broke off in 'erased, wrote and read back' (it was killed): write was at 20480 of 61112 bytes",
    );
  });

  test('of one that failed: the stage that failed', () => {
    writeFlashRecord(file, record({ verdict: 'failed', stages: [stage('found'), stage('detached', 'failed')] }));
    expect(readBrokenOff(file, alive)).toMatchObject({ how: 'it failed', stage: 'detached' });
  });

  test('outlives a run that saw no ROM, and no other', () => {
    writeFlashRecord(file, record());
    const earlier = readBrokenOff(file, dead) as BrokenOff;
    const { rom: _, before: __, progress: ___, ...nothingSeen } = record({ verdict: 'failed', stages: [] });
    writeFlashRecord(file, { ...nothingSeen, earlier });
    expect(readBrokenOff(file, dead)).toEqual(earlier);
    writeFlashRecord(file, record({ verdict: 'failed', stages: [stage('found', 'failed')], earlier }));
    expect(readBrokenOff(file, dead)).toMatchObject({ stage: 'found' });
  });

  test('is nothing while its process runs, and after one that came to its end', () => {
    writeFlashRecord(file, record());
    expect(readBrokenOff(file, alive)).toBeUndefined();
    writeFlashRecord(file, record({ verdict: 'passed' }));
    expect(readBrokenOff(file, dead)).toBeUndefined();
  });

  test('is nothing where there is no file, or one that is no record', () => {
    expect(readBrokenOff(join(folder, 'none.json'), dead)).toBeUndefined();
    const other = join(folder, 'other.json');
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        writeFileSync(other, text);
        expect(readBrokenOff(other, dead)).toBeUndefined();
      }),
      { numRuns: 50 },
    );
  });

  test('is replaced as a whole', () => {
    writeFlashRecord(file, record());
    expect(readdirSync(join(folder, 'flash'))).toEqual(['board.json']);
  });
});

test('a device is the same after a new plugging, and another in another socket or with another serial number', () => {
  expect(isSameDevice(rom, { ...rom, id: 'usbip://127.0.0.1:4000/1-1#9' })).toBe(true);
  expect(isSameDevice(rom, { ...rom, path: '1-2' })).toBe(false);
  expect(isSameDevice(rom, { ...rom, serialNumber: '205B396A5243' })).toBe(false);
});
