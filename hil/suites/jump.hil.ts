import { describe, expect, test } from '@jest/globals';
import { type Application, entryRow, type JumpOutcome, onBoard, type Port } from '../index.ts';
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

/** Whatever answered, port and probe must agree about it. */
function expectAgreement(outcome: JumpOutcome<Port>): void {
  if (outcome.what === 'rom') expect(outcome.core.where).toBe('system memory');
  if (outcome.what === 'application') expect(outcome.core.where).toBe('flash');
}

onBoard('jump into the ROM bootloader', { port: 'usart' }, (bench) => {
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

onBoard('jump into the ROM bootloader, met on USB', { port: 'usb' }, (bench) => {
  describe('ends as documented for this ROM, after', () => {
    test.each(sound)('$name', async ({ settings }) => {
      const row = entryRow(bench.chip.name, await bench.romId());
      const app = await bench.flash('handover');
      const outcome = await app.jump(settings);
      bench.measured('jump, USB', { settings, expected: row?.jump, what: outcome.what, core: outcome.core });
      expectAgreement(outcome);
      if (row === undefined || row.provenance.confidence === 'hypothesis') return;
      if (row.jump === 'returns') expect(outcome.application?.boot.n).toBe(app.boot.n + 1);
      else expect(outcome.rom?.proof.device).toMatchObject({ vendorId: 0x0483, productId: 0xdf11 });
    });
  });

  test('with interrupts left masked is measured: AN2606 asks for them, and one report has a ROM that enumerates without', async () => {
    const outcome = await (await bench.flash('handover')).jump(masked.settings);
    bench.measured('jump, USB', { settings: masked.settings, what: outcome.what, core: outcome.core });
    expectAgreement(outcome);
  });

  test('from an even address enumerates nothing', async () => {
    const app = await bench.flash('handover');
    expect((await app.jump({ 'jump.target': 'vector-even' })).what).not.toBe('rom');
  });

  test('gives a device with the identity that AN2606 and listings of real boards have for this part', async () => {
    const { rom } = await bench.reachBootloader();
    const { device } = rom.proof;
    const facts = bench.chip.rom.usb;
    expect(device.bcdDevice).toBe(facts?.bcdDevice);
    expect(rom.session.id.alternates.map(({ name }) => name)).toEqual(facts?.alternates);
    expect(rom.session.id.wTransferSize).toBe(facts?.wTransferSize);
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
