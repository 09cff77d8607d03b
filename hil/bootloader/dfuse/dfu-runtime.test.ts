import { describe, expect, test } from '@jest/globals';
import { formatError } from '../../error/format-error.ts';
import type { DeadlineScope } from '../../trace/deadline.ts';
import { usbError } from '../../transport/usb/usb-failure.ts';
import type { UsbBus, UsbFailure, UsbPort } from '../../transport/usb/usb-port.ts';
import { detachableApplication, isRomId, untilRom } from './dfu-runtime.ts';
import { readDfuDevice } from './read-device.ts';

interface Application {
  readonly bus: UsbBus;
  readonly port: UsbPort;
  readonly asked: string[];
}

interface Behaviour {
  readonly willDetach?: boolean;
  readonly runtime?: boolean;
  readonly hasReset?: boolean;
  readonly onDetach?: UsbFailure | 'goes' | 'stays';
}

/** An application with a run-time interface, made from DFU 1.1 4.1 alone. */
function application(behaviour: Behaviour = {}, looked: () => void = () => {}): Application {
  const { willDetach = true, runtime = true, hasReset = false, onDetach = 'goes' } = behaviour;
  const asked: string[] = [];
  let there = true;
  const attributes = willDetach ? 0x09 : 0x01;
  const configuration = [
    ...[9, 2, 0, 0, 1, 1, 0, 0x80, 50],
    ...(runtime
      ? [9, 4, 2, 0, 0, 0xfe, 1, 1, 0, 9, 0x21, attributes, 0xff, 0, 0, 4, 0x10, 1]
      : [9, 4, 2, 0, 0, 2, 2, 1, 0]),
  ];
  configuration[2] = configuration.length;
  const device = [18, 1, 0, 2, 0, 0, 0, 64, 0x09, 0x12, 0x01, 0x00, 0, 1, 0, 0, 0, 1];
  const port: UsbPort = {
    id: 'app:1',
    vendorId: 0x1209,
    productId: 0x0001,
    bcdDevice: 0x0100,
    serialNumber: undefined,
    path: '1-1',
    open: async () => {},
    close: async () => {},
    claimInterface: async (number) => {
      asked.push(`claim ${number}`);
    },
    releaseInterface: async () => {},
    selectAlternateInterface: async () => {},
    controlTransferIn: async ({ value }, length) => {
      looked();
      if (!there) throw usbError('disconnected', 'gone');
      return Uint8Array.from(value === 0x0100 ? device : configuration).slice(0, length);
    },
    controlTransferOut: async ({ request, value, index }) => {
      asked.push(`request ${request} ${value} to ${index}`);
      if (onDetach === 'stall') throw usbError('stall', 'refused');
      if (onDetach !== 'stays') there = !willDetach && onDetach === 'goes';
      if (onDetach !== 'goes' && onDetach !== 'stays') throw usbError(onDetach, 'in the middle');
    },
    ...(hasReset
      ? {
          reset: async () => {
            asked.push('reset');
            there = false;
            throw usbError('disconnected', 'gone with the reset');
          },
        }
      : {}),
  };
  const bus: UsbBus = { name: 'fake bus', list: async () => (there ? [port] : []), close: async () => {} };
  return { bus, port, asked };
}

/** A clock that a look at the device moves on, so that deadlines pass without waiting. */
function hurriedClock(): { readonly tick: () => void; readonly scope: DeadlineScope } {
  let now = 0;
  const tick = (): void => {
    now += 2000;
  };
  return { tick, scope: { board: 'app', now: () => now } };
}

async function detachIt(behaviour: Behaviour = {}): Promise<Application> {
  const { tick, scope } = hurriedClock();
  const app = application(behaviour, tick);
  const found = await detachableApplication(app.port, (await readDfuDevice(app.port)).interfaces);
  if (found === undefined) throw new Error('nothing to detach');
  await found.detach(scope);
  return app;
}

describe('an application that is asked to detach', () => {
  test('and detaches by itself is asked once, with its own time-out, and never reset', async () => {
    const app = await detachIt({ hasReset: true });
    expect(app.asked).toEqual(['claim 2', 'request 0 255 to 2']);
  });

  test.each(['disconnected', 'io', 'timeout'] as const)(
    'and is gone before the status stage (%s) has detached',
    async (how) => {
      await expect(detachIt({ onDetach: how })).resolves.toBeDefined();
    },
  );

  test('and wants a bus reset gets one', async () => {
    const app = await detachIt({ willDetach: false, hasReset: true });
    expect(app.asked.at(-1)).toBe('reset');
  });

  test('and wants a bus reset where there is none is told as such', async () => {
    const error: unknown = await detachIt({ willDetach: false }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 330, context: { willDetach: false } });
    expect(formatError(error)).toContain('set bitWillDetach');
  });

  test('and promises to, but stays (bitWillDetach that never happens)', async () => {
    const error: unknown = await detachIt({ onDetach: 'stays' }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 330, context: { willDetach: true, wDetachTimeOutMs: 255 } });
    expect((error as Error).message).toContain('still on the bus 5255 ms after DFU_DETACH');
  });

  test('and refuses', async () => {
    await expect(detachIt({ onDetach: 'stall' })).rejects.toMatchObject({ code: 330 });
  });

  test('must have a run-time interface', async () => {
    const { port } = application({ runtime: false });
    expect(await detachableApplication(port, (await readDfuDevice(port)).interfaces)).toBeUndefined();
  });
});

describe('the ROM that should come up', () => {
  const device = (id: string, serialNumber: string): UsbPort => ({
    ...application().port,
    id,
    vendorId: 0x0483,
    productId: 0xdf11,
    serialNumber,
  });
  const busOf = (...ports: UsbPort[]): UsbBus => ({ name: 'fake bus', list: async () => ports, close: async () => {} });

  test('is the device with the ids of ST that fits', async () => {
    const bus = busOf(application().port, device('rom:1', 'A'), device('rom:2', 'B'));
    const found = await untilRom({ bus, fits: ({ serialNumber }) => serialNumber === 'B' });
    expect(found.id).toBe('rom:2');
    expect(isRomId(application().port)).toBe(false);
  });

  test('is not chosen from two: the message names both', async () => {
    const error: unknown = await untilRom({ bus: busOf(device('rom:1', 'A'), device('rom:2', 'B')) }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code: 262, context: { devices: ['rom:1', 'rom:2'] } });
    expect((error as Error).message).toMatch(/serial A.* and .*serial B/);
  });

  test('and does not: the message tells what is there instead', async () => {
    const { tick, scope } = hurriedClock();
    const { bus } = application();
    const list = async (): Promise<readonly UsbPort[]> => {
      tick();
      return bus.list();
    };
    const error: unknown = await untilRom({ scope, bus: { ...bus, list } }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 331 });
    expect((error as Error).message).toContain('got 1209:0001 ver 0100, path 1-1');
  });
});
