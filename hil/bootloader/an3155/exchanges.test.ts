import { expect, test } from '@jest/globals';
import { unmatched } from '../exchange.ts';
import { intoExchanges } from './exchanges.ts';

const turns = (...words: readonly string[]) =>
  words.map((word) => ({
    from: word.startsWith('>') ? ('host' as const) : ('board' as const),
    bytes: [...Buffer.from(word.slice(1), 'hex')],
  }));

const conversation = turns(
  '>7f',
  '<79',
  '>11ee',
  '<79',
  '>0800000008',
  '<79',
  '>00ff',
  '<79aa',
  '>31ce',
  '<79',
  '>3000000030',
  '<1f',
  '>02fd',
  '<7901046079',
);

test('a conversation is cut into commands; a length that looks like a command stays with its command, a NACK ends one', () => {
  expect(intoExchanges(conversation)).toEqual([
    { name: 'SYNC', text: '> 7f < 79', parameters: [] },
    { name: 'RM', text: '> 11ee < 79 > 0800000008 < 79 > 00ff < 79aa', parameters: ['0800000008', '00ff'] },
    { name: 'WM', text: '> 31ce < 79 > 3000000030 < 1f', parameters: ['3000000030'] },
    { name: 'GID', text: '> 02fd < 7901046079', parameters: [] },
  ]);
});

test('a host that does not wait is told from one that does', () => {
  const [impatient] = intoExchanges(turns('>11ee0800000008', '<7979'));
  expect(impatient?.name).toBe('?');
});

test('what only one side says is found, whatever else both say', () => {
  const both = intoExchanges(conversation);
  const only = unmatched(
    both,
    both.filter(({ name }) => name !== 'WM'),
  );
  expect(only.left.map(({ name }) => name)).toEqual(['WM']);
  expect(only.right).toEqual([]);
  const other = unmatched(both.slice(0, 2), [...intoExchanges(turns('>01fe', '<7931000079')), ...both.slice(0, 2)]);
  expect(other).toMatchObject({ left: [], right: [{ name: 'GV' }] });
});

test('the same command in another order is on both sides', () => {
  const [sync, read, write] = intoExchanges(conversation);
  if (sync === undefined || read === undefined || write === undefined) throw new Error('the conversation has three');
  expect(unmatched([sync, read, write], [sync, write, read])).toMatchObject({
    left: [{ text: read.text }],
    right: [{ text: read.text }],
  });
});
