import { describe, expect, test } from '@jest/globals';
import { chipNamed } from '../chip/lookup.ts';
import { makeImage } from '../image/image.ts';
import type { Probe } from '../probe/probe.ts';
import { callFunction, endlessLoopIn } from './call-function.ts';
import { testScope } from './test-looks.ts';

const chip = chipNamed('STM32G070RB');
const code = new Uint8Array(256);
code.set([0xfe, 0xe7], 0x42);
const image = makeImage('app.elf', [{ address: 0x0800_0000, bytes: code }]);

type Core = { pc: number; sp: number; xPSR: number; primask: number };
const thread: Core = { pc: 0x0800_0010, sp: 0x2000_7fec, xPSR: 0x6100_0000, primask: 0 };

/** A probe that meets the core in these states, the last one again and again, and notes what is done. */
function probeThatMeets(...states: readonly Partial<Core>[]) {
  const done: unknown[] = [];
  let looks = 0;
  const probe = {
    reacquire: async () => {},
    halt: async () => {},
    resume: async () => void done.push('resume'),
    release: async () => void done.push('release'),
    readRegisters: async () => ({ ...thread, ...states[Math.min(looks++, states.length - 1)] }),
    writeRegister: async (name: string, value: number) => void done.push([name, value]),
    releaseAt: async (registers: unknown) => void done.push(registers),
  } as unknown as Probe;
  const bench = { board: 'g070', chip, probe, scope: testScope() };
  return { bench, done };
}

describe('a call by the probe', () => {
  test('begins like one through a function pointer: aligned stack, Thumb, flags and IT state of the caller gone', async () => {
    const { bench, done } = probeThatMeets({});
    const call = await callFunction(bench, image, 0x0800_0100);
    expect(done).toEqual([{ sp: 0x2000_7fe8, lr: 0x0800_0043, pc: 0x0800_0100, xpsr: 0x0100_0000 }]);
    expect(call).toMatchObject({ looks: 1, sp: 0x2000_7fe8, returnsTo: 0x0800_0042, from: { pc: 0x0800_0010 } });
  });

  test('waits until the core is out of its handlers', async () => {
    const { bench, done } = probeThatMeets({ xPSR: 0x0100_000f }, { xPSR: 0x0100_0003 }, {});
    expect((await callFunction(bench, image, 0x0800_0100)).looks).toBe(3);
    expect(done.slice(0, 2)).toEqual(['resume', 'resume']);
  });

  test('waits for enabled interrupts, but not for ever: some applications never have them', async () => {
    const { bench } = probeThatMeets({ primask: 1 }, {});
    expect((await callFunction(bench, image, 0x0800_0100)).looks).toBe(2);
    const never = probeThatMeets({ primask: 1 });
    expect(await callFunction(never.bench, image, 0x0800_0100)).toMatchObject({ looks: 26, from: { primask: 1 } });
  });

  test('is refused where the core never leaves its handlers, and the core goes on', async () => {
    const { bench, done } = probeThatMeets({ xPSR: 0x0100_000f });
    await expect(callFunction(bench, image, 0x0800_0100)).rejects.toThrow(/in exception 15 in the last of 50 looks/);
    expect(done.at(-1)).toBe('release');
  });

  test('is refused at an address where no code can be, before the core is halted', async () => {
    const { bench, done } = probeThatMeets({});
    await expect(callFunction(bench, image, 0x4000_0000)).rejects.toThrow(/neither in flash nor in RAM.*HIL-472/);
    expect(done).toEqual([]);
  });

  test('without an endless loop in the image returns to where it was made', async () => {
    const { bench, done } = probeThatMeets({});
    const loopless = makeImage('app', [{ address: 0x0800_0000, bytes: new Uint8Array(256) }]);
    expect((await callFunction(bench, loopless, 0x0800_0100)).returnsTo).toBeUndefined();
    expect(done).toMatchObject([{ lr: 0x0800_0011 }]);
  });

  test('watched, keeps the probe: PC is written last', async () => {
    const { bench, done } = probeThatMeets({});
    await callFunction(bench, image, 0x0800_0100, { keepProbe: true });
    expect(done).toEqual([
      ['sp', 0x2000_7fe8],
      ['lr', 0x0800_0043],
      ['xPSR', 0x0100_0000],
      ['pc', 0x0800_0100],
      'resume',
    ]);
  });
});

test('an endless loop is found at even addresses only', () => {
  const bytes = new Uint8Array(16);
  bytes.set([0xfe, 0xe7], 3);
  expect(endlessLoopIn(makeImage('app', [{ address: 0x0800_0000, bytes }]))).toBeUndefined();
  expect(endlessLoopIn(makeImage('app', [{ address: 0x0800_0001, bytes }]))).toBe(0x0800_0004);
});
