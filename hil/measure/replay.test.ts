import { describe, expect, test } from '@jest/globals';
import type { Bench } from '../board/bench-types.ts';
import { chipNamed } from '../chip/lookup.ts';
import { romBehavioursOf } from '../chip/rom-behaviours.ts';
import { HilError } from '../error/hil-error.ts';
import type { Measurement } from './measurement.ts';
import { boardToCompare, replay, replayText, whyNotCompared } from './replay.ts';

/** A board whose ROM keeps its vector table so: handlers from 0x1FFF_1001 on, `b .` at each unless said otherwise. */
function modelled(code: Readonly<Record<number, number>> = {}): Bench<'usart'> {
  const chip = chipNamed('STM32G070RB');
  return {
    chip,
    probe: {
      reacquire: async () => {},
      release: async () => {},
      readWords: async (addresses: readonly number[]) =>
        addresses
          .map((address) => (address - chip.systemMemory.base) / 4)
          .map((slot) => (slot < 4 ? 0x1fff_1001 + 16 * slot : 0)),
      readMemory: async (address: number) => [code[address] ?? 0xe7fe],
    },
    measured: () => {},
  } as unknown as Bench<'usart'>;
}

const measured = (change: Partial<Measurement> = {}): Measurement => ({
  part: 'STM32G070RB',
  rom_id: 0xb4,
  die_revision: '0x2000',
  uid_hash: '0123456789abcdef',
  board: 'NUCLEO-G070RB',
  question: 'exception-slots',
  answer: { 'exception 2': 'endless loop', 'exception 3': 'endless loop' },
  evidence: {},
  date: '2026-01-31',
  tool: 'stm32-hil 0.1.0',
  ...change,
});

describe('a measurement, replayed', () => {
  test('agrees with a board that answers the same', async () => {
    expect(await replay(modelled(), measured())).toEqual({ verdict: 'agrees' });
  });

  test('contradicts one that answers otherwise: question, both answers and the source of the model are named', async () => {
    const replayed = await replay(modelled({ 536809520: 0x4770 }), measured());
    const [row] = romBehavioursOf('STM32G070RB').filter(({ question }) => question === 'exception-slots');
    const text = replayText('one.yaml', replayed);
    expect(text.split('\n')).toEqual([
      'one.yaml  CONTRADICTS the model',
      '  question   exception-slots',
      '  measured   {"exception 2":"endless loop","exception 3":"endless loop"}',
      '  modelled   {"exception 2":"endless loop","exception 3":"code"}',
      `  source     rom-exceptions-spin: ${row?.behaviour} [${row?.confidence}: ${row?.source}]`,
    ]);
  });

  test('contradicts a board that gives no answer where the chip gave one', async () => {
    const silent = modelled();
    const probe = {
      ...silent.probe,
      readMemory: async () => {
        throw new HilError(301, 'nothing answers', { blame: 'firmware' });
      },
    };
    const replayed = await replay({ ...silent, probe } as unknown as Bench<'usart'>, measured());
    expect(replayed).toMatchObject({ verdict: 'contradicts', model: expect.stringContaining('nothing answers') });
  });

  test('is not compared, and so confirms nothing, where only a person can', async () => {
    expect(await replay(modelled(), measured({ question: 'rdp-byte' }))).toMatchObject({ verdict: 'not compared' });
    expect(whyNotCompared({ question: 'rdp-byte' })).toMatch(/person/);
    expect(whyNotCompared(measured())).toBeUndefined();
  });

  test('lets a fault of the rig through: it says nothing of the model', async () => {
    const broken = modelled();
    const probe = {
      ...broken.probe,
      reacquire: async () => {
        throw new HilError(222, 'OpenOCD died', { blame: 'rig' });
      },
    };
    await expect(replay({ ...broken, probe } as unknown as Bench<'usart'>, measured())).rejects.toMatchObject({
      code: 222,
    });
  });
});

test('a measurement is compared with the same part and the same version of its ROM alone', () => {
  const boards = [
    { name: 'older', part: 'STM32G070RB', romId: 0xb3 },
    { name: 'other', part: 'STM32G0B1RE', romId: 0xb4 },
    { name: 'it', part: 'STM32G070RB', romId: 0xb4 },
  ];
  expect(boardToCompare(measured(), boards)?.name).toBe('it');
  expect(boardToCompare(measured({ rom_id: 0xb2 }), boards)).toBeUndefined();
});
