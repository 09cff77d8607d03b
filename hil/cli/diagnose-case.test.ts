import { describe, expect, test } from '@jest/globals';
import { loadCaseNamed } from '../case/load-case.ts';
import { casesFolder } from '../rig/paths.ts';
import { contactIn, operationsIn, variantNamed } from './diagnose-case.ts';

const firstContact = loadCaseNamed(casesFolder(), 'any-uart-first-contact');
const erase = loadCaseNamed(casesFolder(), 'g070-multi-page-erase');

describe('what a variant saw, as evidence', () => {
  test('an erase that was refused, with the number of its pages', () => {
    const variant = variantNamed(erase, 'two pages in one command');
    expect(operationsIn(variant, { 'op.erase': 'refused', 'op.erase.detail': 'NACK', 'app.starts': 1 })).toEqual({
      operations: [{ name: 'erase', result: 'refused', pages: 2 }],
    });
  });

  test('no operations where none was tried', () => {
    expect(operationsIn(variantNamed(erase, undefined), { 'jump.what': 'rom' })).toEqual({});
  });

  test('the bytes of a first contact that failed, and its frame', () => {
    const readings = { 'contact.answers': '79 | 1f 00', 'contact.last': 'NACK' };
    expect(contactIn(readings, variantNamed(firstContact, '8N1'))).toEqual({
      contact: { format: '8N1', came: [0x1f, 0], lineErrors: [] },
    });
  });

  test('nothing of a first contact that succeeded', () => {
    const readings = { 'contact.answers': '79 | 79', 'contact.last': 'ACK' };
    expect(contactIn(readings, variantNamed(firstContact, '8E1'))).toEqual({});
  });
});

test('a variant that does not exist is told with those that do', () => {
  expect(() => variantNamed(erase, 'three pages')).toThrow(
    /has no variant 'three pages'; it has two pages in one command/,
  );
});

test('without a name it is the first that was reported of this chip, and the first of all for a chip that has none', () => {
  const masked = loadCaseNamed(casesFolder(), 'any-usb-interrupts-masked');
  const first = variantNamed(masked, undefined);
  const ofG0b1 = variantNamed(masked, undefined, 'STM32G0B1RE');
  expect(first.chips).not.toContain('STM32G0B1RE');
  expect(ofG0b1.role).toBe('reported');
  expect(ofG0b1.chips ?? ['STM32G0B1RE']).toContain('STM32G0B1RE');
  expect(variantNamed(masked, undefined, 'STM32G070RB')).toBe(first);
});
