import { describe, expect, test } from '@jest/globals';
import { revocable } from './revocable.ts';

function bench() {
  const calls: string[] = [];
  const session = { id: { productId: 0x460 }, erase: async () => void calls.push('erase') };
  return {
    calls,
    target: {
      board: 'b',
      name: () => 'b',
      flash: async () => ({ what: 'rom' as const, rom: { session }, bytes: new Uint8Array([1, 2]) }),
    },
  };
}

const revoked = new Error('revoked');

describe('a membrane', () => {
  test('passes calls, data and handles while it is whole', async () => {
    const { target, calls } = bench();
    const outcome = await revocable(target).value.flash();
    await outcome.rom.session.erase();
    expect(calls).toEqual(['erase']);
    expect(outcome).toMatchObject({ what: 'rom', rom: { session: { id: { productId: 0x460 } } } });
    expect(outcome.bytes).toEqual(new Uint8Array([1, 2]));
  });

  test('cuts off handles that were obtained before', async () => {
    const { target, calls } = bench();
    const membrane = revocable(target);
    const { rom } = await membrane.value.flash();
    membrane.revoke(revoked);
    await expect(rom.session.erase()).rejects.toBe(revoked);
    expect(calls).toEqual([]);
  });

  test('cuts off handles that come out of a call that was under way', async () => {
    const { target, calls } = bench();
    const membrane = revocable(target);
    const pending = membrane.value.flash();
    membrane.revoke(revoked);
    await expect((await pending).rom.session.erase()).rejects.toBe(revoked);
    expect(calls).toEqual([]);
  });

  test('throws from functions that return no promise', () => {
    const membrane = revocable(bench().target, new Set(['name']));
    expect(membrane.value.name()).toBe('b');
    membrane.revoke(revoked);
    expect(() => membrane.value.name()).toThrow(revoked);
  });

  test('lets timers run while a loop swallows its errors', async () => {
    const membrane = revocable(bench().target);
    membrane.revoke(revoked);
    let over = false;
    setTimeout(() => {
      over = true;
    }, 5);
    let turns = 0;
    while (!over) {
      await membrane.value.flash().catch(() => {});
      turns += 1;
      if (turns > 1_000_000) throw new Error('the timer never ran');
    }
    expect(over).toBe(true);
  });
});
