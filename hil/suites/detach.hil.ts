import { expect, test } from '@jest/globals';
import { type Bench, entryRow, flashOverDfu, isHilError, onBoard } from '../index.ts';

/** The application with a DFU run-time interface; it copes with the machine as the ROM leaves it (case g070-go-vtor). */
const RUNTIME = { 'start.usb': 'runtime', 'start.vtor': 'flash', 'start.rcc': 'reset' };
const VECTOR_TABLE = 0x0800_0000;
/** Of the first enumeration until the last: two devices come and go, and the flash is written in between. */
const DEADLINE_MS = 60_000;

/** What the documents say of a jump on this board: `returns`, and the ROM is not seen. */
async function staysInRom(bench: Bench<'usb'>): Promise<boolean> {
  return entryRow(bench.chip.name, await bench.romId())?.jump !== 'returns';
}

onBoard('an application that is asked to be on USB', {}, (bench) => {
  test('starts and answers on its console, on a part without USB too', async () => {
    const app = await bench.flash('handover', RUNTIME);
    await app.ping();
    expect(await app.get('start.usb')).toBe('runtime');
  });
});

onBoard('detach from a running application', { port: 'usb', deadlineMs: DEADLINE_MS }, (bench) => {
  test('DFU_DETACH leads into the ROM, and leaving it back to the same device', async () => {
    const stays = await staysInRom(bench);
    const before = await bench.flash('handover', RUNTIME);
    await bench.usb.plug(true);
    const application = await bench.usb.awaitDetachable();
    await application.detach();
    const outcome = await bench.whoAnswers();
    if (!stays) {
      expect(outcome.application?.boot.n).toBe(before.boot.n + 1);
      return;
    }
    expect(outcome.what).toBe('rom');
    const again = await outcome.rom?.go(VECTOR_TABLE);
    expect(again?.boot.n).toBe(before.boot.n + 1);
    const { device } = await bench.usb.awaitDetachable();
    expect(device).toMatchObject({
      vendorId: application.device.vendorId,
      productId: application.device.productId,
      serialNumber: application.device.serialNumber,
    });
    expect(device.id).not.toBe(application.device.id);
  });

  test('flashing takes it from the running application to the new one, each stage seen; where the ROM goes back, it says so', async () => {
    const stays = await staysInRom(bench);
    await bench.flash('handover', RUNTIME);
    await bench.usb.plug(true);
    const { board, chip, permissions, scope, usb } = bench;
    const stages: string[] = [];
    const report = await flashOverDfu({
      board,
      chip,
      permissions,
      bus: usb.bus,
      scope,
      recorder: scope.recorder,
      segments: bench.image('handover').segments,
      start: VECTOR_TABLE,
      leave: true,
      waitMs: 4_000,
      onStage: ({ id, verdict }) => stages.push(`${id} ${verdict}`),
    });
    if (!stays) {
      expect(stages.slice(0, 3)).toEqual(['found passed', 'detached passed', 'entered failed']);
      expect(report.stages.find(({ id }) => id === 'entered')?.error?.code).toBe(331);
      expect((await bench.look()).where).toBe('flash');
      return;
    }
    expect(report).toMatchObject({ verdict: 'passed', after: { serialNumber: report.before?.serialNumber } });
    expect(stages).toEqual(['found', 'detached', 'entered', 'written', 'left', 'back'].map((id) => `${id} passed`));
    expect((await bench.look()).where).toBe('flash');
  });

  test('an application that shows the class of DFU mode is not taken for the ROM, and nothing is sent to it', async () => {
    const app = await bench.flash('handover', { 'start.usb': 'dfu-mode' });
    await bench.usb.plug(true);
    const error: unknown = await bench.meetBootloader().catch((thrown: unknown) => thrown);
    expect(isHilError(error) && error.code).toBe(323);
    expect((await bench.look()).where).toBe('flash');
    // It answers as if nothing had been: the same start.
    expect((await bench.whoAnswers()).what).not.toBe('rom');
    expect(app.boot.n).toBeGreaterThan(0);
  });
});
