import { expect, test } from '@jest/globals';
import { endOf, type GoRow, goRow, goSignature, onBoard, type Page, pageAt } from '../index.ts';

/** The application's own vector table, and settings that make it one of the three applications of case S1. */
const VECTOR_TABLE = 0x0800_0000;
const LEAVES_VTOR = { 'start.vtor': 'unset', 'start.clock': 'fast' };
const SETS_VTOR = { 'start.vtor': 'flash', 'start.clock': 'fast' };
const applications: readonly {
  readonly application: GoRow['application'];
  readonly settings: Readonly<Record<string, string>>;
}[] = [
  { application: 'leaves VTOR alone', settings: LEAVES_VTOR },
  { application: 'sets VTOR, keeps the clock tree it finds', settings: SETS_VTOR },
  { application: 'sets VTOR and resets the clock tree', settings: { ...SETS_VTOR, 'start.rcc': 'reset' } },
];

onBoard('GO to the vector table of an application', { port: 'usart' }, (bench) => {
  test.each(applications)(
    'that $application ends as the table says for this ROM',
    async ({ application, settings }) => {
      const { rom } = await bench.reachBootloader(settings);
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

  test('that sets VTOR does not die in the vector table of the ROM', async () => {
    const { rom } = await bench.reachBootloader(SETS_VTOR);
    expect(goSignature(bench.chip, await rom.goAndLook(VECTOR_TABLE))).not.toBe('vector-table');
  });

  test('starts one that sets VTOR and needs no other clock', async () => {
    const { rom, before } = await bench.reachBootloader({
      'start.vtor': 'flash',
      'start.clock': 'reset',
      'start.rcc': 'reset',
    });
    const again = await rom.go(VECTOR_TABLE);
    expect(again.boot.n).toBe(before.boot.n + 1);
  });
});

onBoard('GO to the reset vtable', { port: 'usart' }, (bench) => {
  test.each([
    { name: 'that leaves VTOR alone', settings: LEAVES_VTOR },
    { name: 'as a careful one', settings: { 'start.vtor': 'flash', 'start.clock': 'reset' } },
  ])('restarts an application $name with the listed registers at their reset values', async ({ settings }) => {
    const { rom, before } = await bench.reachBootloader(settings);
    const again = await rom.go(bench.symbol('force_reset_vtable'));
    expect(again).toHaveRestartedCleanly(before);
  });

  test('restarts as cleanly an application that the ROM has just erased and written', async () => {
    const { rom, before } = await bench.reachBootloader(LEAVES_VTOR);
    await rom.session.eraseAndWrite(bench.image('handover').segments);
    expect(await rom.go(bench.symbol('force_reset_vtable'))).toHaveRestartedCleanly(before);
  });

  test('lies where the guide puts it, behind the main vector table', () => {
    expect(bench.symbol('force_reset_vtable')).toBe(0x0800_0200);
  });
});

onBoard('leaving DFU for the application', { port: 'usb' }, (bench) => {
  test.each(applications)(
    'that $application is measured, and what is seen lasts',
    async ({ application, settings }) => {
      const { rom } = await bench.reachBootloader(settings);
      const outcome = await rom.goAndLook(VECTOR_TABLE);
      const seen = goSignature(bench.chip, outcome);
      const row = goRow(bench.chip.name, await bench.romId(), application);
      bench.measured('leave', { application, seen, sameOverUsart: row?.outcome, core: outcome.core });
      expect((await bench.look()).where).toBe(outcome.core.where);
    },
  );

  test('starts one that sets VTOR and needs no other clock', async () => {
    const { rom, before } = await bench.reachBootloader({
      'start.vtor': 'flash',
      'start.clock': 'reset',
      'start.rcc': 'reset',
    });
    expect((await rom.go(VECTOR_TABLE)).boot.n).toBe(before.boot.n + 1);
  });

  test('through the reset vtable restarts one that the ROM has just erased and written, with the listed registers at their reset values', async () => {
    const { rom, before } = await bench.reachBootloader(LEAVES_VTOR);
    await rom.session.eraseAndWrite(bench.image('handover').segments);
    expect(await rom.go(bench.symbol('force_reset_vtable'))).toHaveRestartedCleanly(before);
  });

  test('at a table that was erased is refused with a reason, and the device stays', async () => {
    const { rom } = await bench.reachBootloader();
    await rom.session.erasePages([0]);
    await expect(rom.go(VECTOR_TABLE)).rejects.toMatchObject({ code: 308 });
    expect(await rom.session.readMemory(VECTOR_TABLE, 4)).toHaveLength(4);
  });
});

onBoard('restart through a routine in RAM', { port: 'usart' }, (bench) => {
  test('needs nothing of the firmware in flash and is as clean; without RAM for it, it says so', async () => {
    const { rom, before } = await bench.reachBootloader(LEAVES_VTOR);
    const { ramValid, ramUsed } = bench.chip.rom;
    if (endOf(ramValid) <= endOf(ramUsed)) await expect(rom.goRamStub()).rejects.toMatchObject({ code: 312 });
    else expect(await rom.goRamStub()).toHaveRestartedCleanly(before);
  });
});

onBoard('GO to a table that was erased', { port: 'usart' }, (bench) => {
  test.each([
    { table: '0x0800_0000', address: VECTOR_TABLE },
    { table: '0x0800_0200', address: 0x0800_0200 },
  ])('is refused with a reason: $table', async ({ address }) => {
    const { rom } = await bench.reachBootloader();
    await rom.session.erasePages(pagesUpTo(address));
    await expect(rom.go(address)).rejects.toMatchObject({
      code: 308,
      message: expect.stringMatching(/erased/) as unknown,
    });
    // Refused before anything was sent: the ROM still listens.
    expect(await rom.session.getId()).toBe(bench.chip.identity.devId);
  });

  /** Pages from the first to the one that holds `address`. */
  function pagesUpTo(address: number): readonly number[] {
    const pages: number[] = [];
    for (let i = 0, page = pageAt(bench.chip, 0); page !== undefined && page.base <= address; ) {
      pages.push((page as Page).index);
      i += 1;
      page = pageAt(bench.chip, i);
    }
    return pages;
  }
});
