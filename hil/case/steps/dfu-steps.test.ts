import { describe, expect, test } from '@jest/globals';
import { createFakeDfuRom, type FakeDfuBehaviour, type FakeDfuRom } from '../../bootloader/dfuse/fake-dfu-rom.ts';
import { chipNamed } from '../../chip/lookup.ts';
import { doStep, fakeUsbStage } from './fake-usb-stage.ts';
import type { Stage } from './stage.ts';

const chip = chipNamed('STM32G0B1RE');
const AT = chip.flash.base + 0x1000;
const OWN_CLASS = '@Internal Flash   /0x08000000/16*001Ka,16*001Kg';

function over(behaviour: FakeDfuBehaviour = {}, erase: 'none' | 'pages' = 'pages'): [Stage, FakeDfuRom] {
  const rom = createFakeDfuRom(chip, behaviour);
  return [fakeUsbStage({ chip, bus: rom.bus, flash: rom.flash, erase }), rom];
}

describe('dfu-download', () => {
  test('writes in blocks of wTransferSize, and the probe finds what was sent', async () => {
    const [stage, rom] = over();
    await doStep(stage, 'dfu-download', { address: AT, length: 2048 });
    expect(stage.readings).toMatchObject({
      'download.what': 'done',
      'download.blocks': 2,
      'download.transfer_size': 1024,
    });
    expect(rom.requests.filter((one) => /^DNLOAD [2-9]/.test(one))).toEqual([
      'DNLOAD 2: 1024 bytes',
      'DNLOAD 3: 1024 bytes',
    ]);
  });

  test('in longer blocks is refused at the first one', async () => {
    const [stage] = over();
    await doStep(stage, 'dfu-download', { address: AT, length: 2048, block: 2048 });
    expect(stage.readings).toMatchObject({ 'download.what': 'refused', 'download.blocks': 0, 'error.code': 325 });
    expect(stage.readings['download.detail']).toMatch(/block 2 of 2048 bytes \(STALL\)/);
  });

  test('that is acknowledged and dropped is told from one that is done', async () => {
    const [stage] = over({ dropsWrites: true });
    await doStep(stage, 'dfu-download', { address: AT, length: 64 });
    expect(stage.readings['download.what']).toBe('wrong');
  });

  test('to what the map forbids is not sent', async () => {
    const [stage, rom] = over({ usb: { alternates: [OWN_CLASS] } });
    await doStep(stage, 'dfu-download', { address: chip.flash.base, length: 64 });
    expect(stage.readings['download.what']).toBe('not writeable');
    expect(rom.requests).toEqual([]);
  });

  test('to what the guard does not permit is not sent', async () => {
    const [stage, rom] = over({}, 'none');
    await expect(doStep(stage, 'dfu-download', { address: AT, length: 64 })).rejects.toMatchObject({ code: 451 });
    expect(rom.requests).toEqual([]);
  });

  test('finds no device in DFU mode where an application runs', async () => {
    const [stage] = over({ protocol: 1 });
    await doStep(stage, 'dfu-download', { address: AT, length: 64 });
    expect(stage.readings['download.what']).toBe('no device in DFU mode');
  });
});

describe('dfu-leave', () => {
  test.each([
    ['goes', 'success', 'dfuMANIFEST'],
    ['goes-before-status', 'failure', 'gone'],
    ['refuses', 'failure', 'dfuERROR'],
  ] as const)('of a device that %s is a %s for a tool that goes by the status', async (how, what, status) => {
    const [stage] = over({ leave: how });
    await doStep(stage, 'dfu-leave', { 'judged-by': 'status' });
    expect(stage.readings).toMatchObject({ 'leave.what': what, 'leave.status': status, 'go.what': 'silent' });
  });

  test.each([
    ['goes', 'success'],
    ['goes-before-status', 'success'],
    ['refuses', 'failure'],
  ] as const)('of a device that %s is a %s for a tool that looks at the bus', async (how, what) => {
    const [stage] = over({ leave: how });
    await doStep(stage, 'dfu-leave', { 'judged-by': 'bus' });
    expect(stage.readings['leave.what']).toBe(what);
  });
});
