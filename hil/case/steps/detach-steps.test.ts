import { describe, expect, test } from '@jest/globals';
import { createFakeDfuRom } from '../../bootloader/dfuse/fake-dfu-rom.ts';
import { chipNamed } from '../../chip/lookup.ts';
import { usbError } from '../../transport/usb/usb-failure.ts';
import type { UsbBus, UsbFailure, UsbPort } from '../../transport/usb/usb-port.ts';
import { doStep, fakeUsbStage } from './fake-usb-stage.ts';

const chip = chipNamed('STM32G0B1RE');
const TIME_OUT_MS = 60;

/** How an application meets DFU_DETACH. */
type Manner = 'goes' | 'stays' | 'refuses' | 'goes-unacknowledged';

/** An application with a run-time interface, made from DFU 1.1 4.1 alone. */
function application(manner: Manner, willDetach = true): UsbBus {
  let there = true;
  const functional = [9, 0x21, willDetach ? 0x09 : 0x01, TIME_OUT_MS, 0, 0, 4, 0x10, 1];
  const configuration = [9, 2, 27, 0, 1, 1, 0, 0x80, 50, 9, 4, 0, 0, 0, 0xfe, 1, 1, 0, ...functional];
  const device = [18, 1, 0, 2, 0, 0, 0, 64, 0x09, 0x12, 0x01, 0x00, 0, 1, 0, 0, 0, 1];
  const fail = (failure: UsbFailure): never => {
    throw usbError(failure, 'fake');
  };
  const port: UsbPort = {
    id: 'app:1',
    vendorId: 0x1209,
    productId: 0x0001,
    bcdDevice: 0x0100,
    serialNumber: undefined,
    path: '1-1',
    open: async () => {},
    close: async () => {},
    claimInterface: async () => {},
    releaseInterface: async () => {},
    selectAlternateInterface: async () => {},
    controlTransferIn: async ({ value }, length) =>
      there ? Uint8Array.from(value === 0x0100 ? device : configuration).slice(0, length) : fail('disconnected'),
    controlTransferOut: async () => {
      if (manner === 'refuses') fail('stall');
      there = manner === 'stays';
      if (manner === 'goes-unacknowledged') fail('disconnected');
    },
  };
  return { name: 'fake bus', list: async () => (there ? [port] : []), close: async () => {} };
}

async function readingsOf(step: string, bus: UsbBus): Promise<Readonly<Record<string, unknown>>> {
  const stage = fakeUsbStage({ chip, bus });
  await doStep(stage, step);
  return stage.readings;
}

describe('dfu-detach, as another tool does it', () => {
  test.each([
    ['goes', 'acknowledged', 'gone'],
    ['stays', 'acknowledged', 'stays'],
    ['refuses', 'refused', 'stays'],
    ['goes-unacknowledged', 'not acknowledged', 'gone'],
  ] as const)('an application that %s: the request is %s, the device %s', async (manner, request, what) => {
    expect(await readingsOf('dfu-detach', application(manner))).toMatchObject({
      'detach.request': request,
      'detach.what': what,
      'detach.will': true,
      'detach.time_out': TIME_OUT_MS,
    });
  });

  test('finds nothing to detach where DFU mode is shown', async () => {
    expect(await readingsOf('dfu-detach', createFakeDfuRom(chip).bus)).toEqual({
      'detach.what': 'nothing to detach',
    });
  });
});

describe('detach, as this tool does it', () => {
  test('believes the bus and not the request', async () => {
    expect(await readingsOf('detach', application('goes-unacknowledged'))).toMatchObject({ 'detach.what': 'gone' });
  });

  test('says what an application does that waits for a bus reset, where there is none', async () => {
    const { 'detach.what': what, 'detach.detail': detail } = await readingsOf('detach', application('stays', false));
    expect(what).toBe('stays');
    expect(detail).toMatch(/waits for a bus reset/);
  });

  test('finds nothing to detach where DFU mode is shown', async () => {
    expect(await readingsOf('detach', createFakeDfuRom(chip).bus)).toEqual({ 'detach.what': 'nothing to detach' });
  });
});
