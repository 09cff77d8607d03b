import { describe, expect, test } from '@jest/globals';
import { onBoard } from '../index.ts';
import { measured, mustEnter, mustFault } from './jump-table.ts';

onBoard('jump into the ROM bootloader', { port: 'usart' }, (bench) => {
  describe('the ROM answers, and the PC is in system memory, after', () => {
    test.each(mustEnter)('$name', async ({ settings }) => {
      const app = await bench.flash('handover');
      const { proof } = await app.enterBootloader(settings);
      expect(proof.productId).toBe(bench.chip.identity.devId);
      expect(proof.core.where).toBe('system memory');
      expect(proof.romId).toBe(await bench.romId());
    });
  });

  describe('the ROM does not answer after', () => {
    test.each(mustFault)('$name', async ({ settings }) => {
      const app = await bench.flash('handover');
      const outcome = await app.jump(settings);
      expect(outcome.what).not.toBe('rom');
    });
  });

  describe('is measured, as no document settles it, after', () => {
    test.each(measured)('$name', async ({ settings }) => {
      const app = await bench.flash('handover');
      const outcome = await app.jump(settings);
      // Whatever it is, port and probe must agree about it.
      if (outcome.what === 'rom') expect(outcome.core.where).toBe('system memory');
      if (outcome.what === 'application') expect(outcome.core.where).toBe('flash');
      bench.measured('jump', { settings, what: outcome.what, pc: outcome.core.pc, ipsr: outcome.core.ipsr });
    });
  });

  test.each([
    { name: "the guide's sequence", settings: {} },
    { name: 'an even address', settings: { 'jump.target': 'vector-even' } },
  ])('comes to the same with the probe attached and released: $name', async ({ settings }) => {
    const released = await (await bench.flash('handover')).jump(settings);
    const app = await bench.flash('handover');
    await bench.probe.reacquire();
    const attached = await app.jump(settings);
    expect(attached.what).toBe(released.what);
    expect(attached.core.where).toBe(released.core.where);
  });

  test('leaves a handle of the application that refuses to be used', async () => {
    const app = await bench.flash('handover');
    await app.enterBootloader();
    await expect(app.ping()).rejects.toMatchObject({ code: 110 });
  });
});

onBoard('boot into the ROM bootloader', { port: 'usart', erase: 'mass', controls: true }, (bench) => {
  test('a part whose flash was erased boots its ROM at the next power-on', async () => {
    await bench.flash('handover');
    await bench.probe.reacquire();
    await bench.probe.flashMassErase();
    await bench.probe.release();
    await bench.controls.power(false);
    await bench.controls.power(true);
    const { proof } = await bench.meetBootloader();
    expect(proof.core.where).toBe('system memory');
  });
});
