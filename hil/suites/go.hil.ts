import { expect, test } from '@jest/globals';
import { type GoRow, goRow, goSignature, onBoard } from '../index.ts';

/** The application's own vector table, and settings that make it one of the three applications of case S1. */
const VECTOR_TABLE = 0x0800_0000;
const applications: readonly {
  readonly application: GoRow['application'];
  readonly settings: Readonly<Record<string, string>>;
}[] = [
  { application: 'leaves VTOR alone', settings: { 'start.vtor': 'unset', 'start.clock': 'pll-64MHz' } },
  {
    application: 'sets VTOR, keeps the clock tree it finds',
    settings: { 'start.vtor': 'flash', 'start.clock': 'pll-64MHz' },
  },
  {
    application: 'sets VTOR and resets the clock tree',
    settings: { 'start.vtor': 'flash', 'start.clock': 'pll-64MHz', 'start.rcc': 'reset' },
  },
];

onBoard('GO to the vector table of an application', { port: 'usart' }, (bench) => {
  test.each(applications)(
    'that $application ends as the table says for this ROM',
    async ({ application, settings }) => {
      const app = await bench.flash('handover', settings);
      const rom = await app.enterBootloader();
      const outcome = await rom.goAndLook(VECTOR_TABLE);
      const seen = goSignature(bench.chip, outcome);
      const row = goRow(bench.chip.name, await bench.romId(), application);
      bench.measured('go', {
        application,
        seen,
        expected: row?.outcome,
        confidence: row?.provenance.confidence,
        core: outcome.core,
      });
      // A ROM that is not listed, or a row that is our guess, is measured; only what a source says is demanded.
      if (row !== undefined && row.provenance.confidence !== 'hypothesis') expect(seen).toBe(row.outcome);
      // What was measured must at least be a state that lasts: a second look finds the core in the same memory.
      else expect((await bench.look()).where).toBe(outcome.core.where);
    },
  );

  test('curing VTOR alone turns one failure into the other, where the clock is what is left', async () => {
    const died = await (await (await bench.flash('handover', applications[0]?.settings)).enterBootloader()).goAndLook(
      VECTOR_TABLE,
    );
    const cured = await (await (await bench.flash('handover', applications[1]?.settings)).enterBootloader()).goAndLook(
      VECTOR_TABLE,
    );
    expect(goSignature(bench.chip, died)).toBe('vector-table');
    expect(goSignature(bench.chip, cured)).not.toBe('vector-table');
  });

  test('starts an application that sets VTOR and needs no other clock', async () => {
    const app = await bench.flash('handover', { 'start.vtor': 'flash', 'start.clock': 'hsi16', 'start.rcc': 'reset' });
    const rom = await app.enterBootloader();
    const again = await rom.go(VECTOR_TABLE);
    expect(again.boot.n).toBe(app.boot.n + 1);
  });
});

onBoard('GO to the reset vtable', { port: 'usart' }, (bench) => {
  test.each([
    { name: 'that leaves VTOR alone', settings: { 'start.vtor': 'unset', 'start.clock': 'pll-64MHz' } },
    { name: 'as a careful one', settings: { 'start.vtor': 'flash', 'start.clock': 'hsi16' } },
  ])('restarts an application $name with the listed registers at their reset values', async ({ settings }) => {
    const app = await bench.flash('handover', settings);
    const rom = await app.enterBootloader();
    const again = await rom.go(bench.symbol('force_reset_vtable'));
    expect(again).toHaveRestartedCleanly(app);
  });

  test('restarts as cleanly an application that the ROM has just erased and written', async () => {
    const app = await bench.flash('handover', { 'start.vtor': 'unset', 'start.clock': 'pll-64MHz' });
    const rom = await app.enterBootloader();
    await rom.session.eraseAndWrite(bench.image('handover').segments);
    expect(await rom.go(bench.symbol('force_reset_vtable'))).toHaveRestartedCleanly(app);
  });

  test('lies where the guide puts it, behind the main vector table', () => {
    expect(bench.symbol('force_reset_vtable')).toBe(0x0800_0200);
  });
});

onBoard('restart through a routine in RAM', { port: 'usart' }, (bench) => {
  test('needs nothing of the firmware in flash and is as clean', async () => {
    const app = await bench.flash('handover', { 'start.vtor': 'unset', 'start.clock': 'pll-64MHz' });
    const rom = await app.enterBootloader();
    expect(await rom.goRamStub()).toHaveRestartedCleanly(app);
  });
});

onBoard('GO after a mass erase', { port: 'usart', erase: 'mass' }, (bench) => {
  test.each([
    { table: '0x0800_0000', address: VECTOR_TABLE },
    { table: '0x0800_0200', address: 0x0800_0200 },
  ])('is refused with a reason, since no table is at $table any more', async ({ address }) => {
    const app = await bench.flash('handover');
    const rom = await app.enterBootloader();
    await rom.session.massErase();
    await expect(rom.go(address)).rejects.toMatchObject({
      code: 308,
      message: expect.stringMatching(/erased/) as unknown,
    });
    // Refused before anything was sent: the ROM still listens.
    expect(await rom.session.getId()).toBe(bench.chip.identity.devId);
  });
});
