import { describe, expect, test } from '@jest/globals';
import { parseControl } from './control.ts';

describe('control requests', () => {
  test.each([
    ['{"op":"power","on":false}', { op: 'power', on: false, scope: 'target' }],
    ['{"op":"power","on":true,"scope":"usb-port"}', { op: 'power', on: true, scope: 'usb-port' }],
    ['{"op":"nrst","low":true}', { op: 'nrst', low: true }],
    ['{"op":"boot0","level":"released"}', { op: 'boot0', level: 'released' }],
    ['{"op":"boot0","level":1}', { op: 'boot0', level: 1 }],
    ['{"op":"button","pressed":true}', { op: 'button', pressed: true }],
    ['{"op":"wire","uart":"USART2","state":"noise"}', { op: 'wire', uart: 'USART2', state: 'noise' }],
    ['{"op":"usb","plugged":false}', { op: 'usb', plugged: false }],
    ['{"op":"status"}', { op: 'status' }],
    ['{"op":"trace"}', { op: 'trace', since: 0 }],
    ['{"op":"trace","since":12}', { op: 'trace', since: 12 }],
  ])('%s', (line, expected) => {
    expect(parseControl(line)).toEqual(expected);
  });

  test.each([
    ['{"op":"powr","on":true}', 'unknown op "powr"; known are power, nrst, boot0'],
    ['{}', 'unknown op undefined'],
    ['{"op":"toString"}', 'unknown op "toString"'],
    ['{"op":"power","on":true,"scop":"target"}', 'has no field "scop"; its fields: on, scope'],
    ['{"op":"status","verbose":true}', 'has no field "verbose"; its fields: none'],
    ['{"op":"power"}', '"on" must be true or false, got nothing'],
    ['{"op":"boot0","level":"1"}', '"level" must be one of 0, 1, "released", got "1"'],
    ['{"op":"trace","since":-1}', '"since" must be a sequence number from 0 on, got -1'],
    ['[]', 'one JSON object per line'],
    ['{"op":', 'not a JSON line'],
  ])('%s is refused with what would be right', (line, message) => {
    expect(() => parseControl(line)).toThrow(message);
  });
});
