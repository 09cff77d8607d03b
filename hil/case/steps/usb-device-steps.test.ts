import { describe, expect, test } from '@jest/globals';
import { createFakeDfuRom, type FakeDfuBehaviour } from '../../bootloader/dfuse/fake-dfu-rom.ts';
import { chipNamed } from '../../chip/lookup.ts';
import { doStep, fakeUsbStage } from './fake-usb-stage.ts';

const chip = chipNamed('STM32G0B1RE');
/** Of a board that printed both: the serial number of the fake ROM is made of it. */
const UNIQUE_ID = '0007002b5542500c20303939';

async function look(behaviour: FakeDfuBehaviour = {}): Promise<Readonly<Record<string, unknown>>> {
  const { bus } = createFakeDfuRom(chip, behaviour);
  const stage = fakeUsbStage({ chip, bus, uniqueId: UNIQUE_ID });
  await doStep(stage, 'usb-device');
  return stage.readings;
}

describe('who is on the cable', () => {
  test('is the ROM, which lets the flash be written', async () => {
    expect(await look()).toMatchObject({
      'device.who': 'rom',
      'device.ids': '0483:df11',
      'device.bcd': '0200',
      'device.writeable': true,
      'device.against': [],
    });
  });

  test('is an application under the same ids, whose map protects its pages', async () => {
    const map = '@Internal Flash   /0x08000000/16*001Ka,16*001Kg';
    expect(await look({ usb: { alternates: [map] } })).toMatchObject({
      'device.who': 'application',
      'device.ids': '0483:df11',
      'device.map': map,
      'device.writeable': false,
    });
  });

  test('is an application that offers to detach', async () => {
    expect(await look({ protocol: 1 })).toMatchObject({ 'device.who': 'runtime' });
  });

  test('is something without DFU', async () => {
    expect(await look({ protocol: 'none' })).toMatchObject({ 'device.who': 'other' });
  });

  test('is nobody', async () => {
    const rom = createFakeDfuRom(chip);
    rom.unplug();
    const stage = fakeUsbStage({ chip, bus: rom.bus });
    await doStep(stage, 'usb-device');
    expect(stage.readings).toEqual({ 'device.who': 'none' });
  });

  test('a case of another port than USB is told that it needs one', async () => {
    const stage = fakeUsbStage({ chip, bus: createFakeDfuRom(chip).bus });
    const { usb: _, ...usart } = stage.bench;
    await expect(doStep({ ...stage, bench: usart as typeof stage.bench }, 'usb-device')).rejects.toMatchObject({
      code: 652,
    });
  });
});
