import { describe, expect, test } from '@jest/globals';
import { type Application, entryRow, type JumpOutcome, onBoard } from '../index.ts';
import {
  EMPTY_CHECK_PATTERNS,
  type JumpRow,
  masked,
  maskedIsSettled,
  measured,
  mustFault,
  PIN_PATTERNS,
  sound,
} from './jump-table.ts';

onBoard('jump into the ROM bootloader', { port: 'usart' }, (bench) => {
  /** Whatever it is, port and probe must agree about it. */
  const expectAgreement = (outcome: JumpOutcome): void => {
    if (outcome.what === 'rom') expect(outcome.core.where).toBe('system memory');
    if (outcome.what === 'application') expect(outcome.core.where).toBe('flash');
  };

  const measure = async (app: Application, { settings }: JumpRow, expected?: string): Promise<void> => {
    const outcome = await app.jump(settings);
    bench.measured('jump', { settings, expected, what: outcome.what, pc: outcome.core.pc, ipsr: outcome.core.ipsr });
    expectAgreement(outcome);
  };

  /** A jump that is right: into the ROM, or back, as the documents say of this ROM; measured where they say nothing. */
  const endsAsDocumented = async (jump: JumpRow): Promise<void> => {
    const romId = await bench.romId();
    const row = entryRow(bench.chip.name, romId);
    const app = await bench.flash('handover');
    if (row === undefined || row.provenance.confidence === 'hypothesis') return measure(app, jump, row?.jump);
    if (row.jump === 'returns') {
      const { application, core } = await app.jump(jump.settings);
      expect(core.where).toBe('flash');
      expect(application?.boot.n).toBe(app.boot.n + 1);
      return;
    }
    const { proof } = await app.enterBootloader(jump.settings);
    expect(proof.productId).toBe(bench.chip.identity.devId);
    expect(proof.core.where).toBe('system memory');
    expect(proof.romId).toBe(romId);
  };

  describe('ends as documented for this ROM, after', () => {
    test.each(sound)('$name', endsAsDocumented);

    test(masked.name, async () => {
      if (maskedIsSettled(bench.romUsart)) await endsAsDocumented(masked);
      else await measure(await bench.flash('handover'), masked);
    });
  });

  describe('does not reach the ROM after', () => {
    test.each(mustFault)('$name', async (jump) => {
      if (!jump.on(bench.chip)) return endsAsDocumented(jump);
      const app = await bench.flash('handover');
      expect((await app.jump(jump.settings)).what).not.toBe('rom');
    });
  });

  describe('is measured, as no document settles it, after', () => {
    test.each(measured)('$name', async (jump) => measure(await bench.flash('handover'), jump));
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
    await app.jump();
    await expect(app.ping()).rejects.toMatchObject({ code: 110 });
  });
});

onBoard('boot into the ROM bootloader', { port: 'usart', erase: 'mass', controls: true }, (bench) => {
  test('erased flash boots the ROM at the next power-on, if the part has an empty check', async () => {
    await bench.flash('handover');
    await bench.probe.reacquire();
    await bench.probe.flashMassErase();
    await bench.probe.release();
    await bench.controls.power(false);
    await bench.controls.power(true);
    if (EMPTY_CHECK_PATTERNS.includes(bench.chip.rom.bootPattern)) {
      const { proof } = await bench.meetBootloader();
      expect(proof.core.where).toBe('system memory');
    } else {
      expect((await bench.look()).where).not.toBe('system memory');
    }
  });

  test('BOOT0 at 1 boots the ROM at the next reset, if the option bytes let the pin decide', async () => {
    const app = await bench.flash('handover');
    await bench.controls.boot0(1);
    await bench.controls.nrst(true);
    await bench.controls.nrst(false);
    if (PIN_PATTERNS.includes(bench.chip.rom.bootPattern)) {
      const { proof } = await bench.meetBootloader();
      expect(proof.productId).toBe(bench.chip.identity.devId);
    } else {
      expect((await bench.awaitApplication()).boot.n).toBe(app.boot.n + 1);
    }
  });
});
