import { expect, test } from '@jest/globals';
import { intoDfuExchanges } from './dfu-exchanges.ts';

const ok = (setup: string, data = ''): { setup: string; data: string; status: number } => ({ setup, data, status: 0 });

test('a page erase with what GETSTATUS said until it was done, a GETSTATUS more, and a leave', () => {
  const exchanges = intoDfuExchanges(
    [
      ok('8006000100001200', '1201000100000040830411df002201020301'),
      ok('010b000000000000'),
      ok('a103000000000600', '000000000200'),
      ok('2101000000000500', '4100000008'),
      ok('a103000000000600', '002800000400'),
      ok('a103000000000600', '000000000500'),
      ok('a103000000000600', '000000000500'),
      ok('2106000000000000'),
      ok('2101000000000000'),
      { setup: 'a103000000000600', data: '', status: -108 },
    ],
    2048,
  );
  expect(exchanges.map(({ text }) => text)).toEqual([
    'SET_INTERFACE 0',
    'GETSTATUS 2/0',
    'ERASE 08000000 4/40 5/0',
    'GETSTATUS 5/0',
    'ABORT',
    'LEAVE error -108',
  ]);
});

test('blocks are named by the address that they mean, whichever way it was counted', () => {
  const byBlocks = intoDfuExchanges(
    [ok('2101000000000500', '2100000008'), ok('2101020000000200', 'beef'), ok('2101030000000200', 'cafe')],
    1024,
  );
  const byPointers = intoDfuExchanges(
    [
      ok('2101000000000500', '2100000008'),
      ok('2101020000000200', 'beef'),
      ok('2101000000000500', '2100040008'),
      ok('2101020000000200', 'cafe'),
    ],
    1024,
  );
  const blocks = ['DNLOAD 08000000 beef', 'DNLOAD 08000400 cafe'];
  expect(byBlocks.slice(1).map(({ text }) => text)).toEqual(blocks);
  expect([byPointers[1]?.text, byPointers[3]?.text]).toEqual(blocks);
  expect(intoDfuExchanges([ok('a102000000000400', '00214192')], 1024)[0]?.text).toBe('UPLOAD block 0 00214192');
});

test('a mass erase is told from the erase of a page by its length', () => {
  expect(intoDfuExchanges([ok('2101000000000100', '41')], 1024).map(({ name }) => name)).toEqual(['ERASE_ALL']);
});

test('a stall and a bad status show, and a refused address is none', () => {
  const exchanges = intoDfuExchanges(
    [
      { setup: '2101000000000500', data: '2100000030', status: -32 },
      ok('a103000000000600', '080000000a00'),
      ok('a102020000000200', 'beef'),
    ],
    1024,
  );
  expect(exchanges.map(({ text }) => text)).toEqual([
    'SET_ADDRESS 30000000 STALL',
    'GETSTATUS 10/0!8',
    'UPLOAD 00000000 beef',
  ]);
});
