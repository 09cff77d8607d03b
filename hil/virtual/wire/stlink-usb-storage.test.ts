import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createInPipe } from '../usb/in-pipe.ts';
import { createStorage } from './stlink-usb-storage.ts';

/** A command block wrapper: tag 0x1122_3344, `length` bytes wanted, and the SCSI command. */
function wrapper(length: number, toHost: boolean, scsi: string): Uint8Array {
  const bytes = Buffer.alloc(31);
  bytes.write('USBC', 0, 'latin1');
  bytes.writeUInt32LE(0x1122_3344, 4);
  bytes.writeUInt32LE(length, 8);
  bytes[12] = toHost ? 0x80 : 0;
  bytes[14] = scsi.length / 2;
  bytes.set(Buffer.from(scsi, 'hex'), 15);
  return bytes;
}

function setUp() {
  const answers = createInPipe({ maxPacket: 64 });
  const storage = createStorage(answers);
  const read = (length: number): Buffer | undefined => {
    let got: Buffer | undefined;
    answers.submit(length, ({ data }) => {
      got = Buffer.from(data);
    });
    return got;
  };
  const status = (): string | undefined => read(13)?.toString('hex');
  return { storage, read, status };
}

const TAG = '44332211';

describe('the disk of the ST-LINK', () => {
  test('says what it is', () => {
    const { storage, read, status } = setUp();
    storage.out(wrapper(36, true, '120000002400'));
    expect(read(36)?.toString('latin1', 8)).toBe('MBED    microcontroller 1.0 ');
    expect(status()).toBe(`55534253${TAG}0000000000`);
  });

  test('is not ready, since it has no medium', () => {
    const { storage, read, status } = setUp();
    storage.out(wrapper(0, false, '000000000000'));
    expect(status()).toBe(`55534253${TAG}0000000001`);
    storage.out(wrapper(18, true, '030000001200'));
    const sense = read(18);
    expect([(sense?.[2] ?? 0) & 15, sense?.[12]]).toEqual([2, 0x3a]);
    expect(status()).toBe(`55534253${TAG}0000000000`);
  });

  test('gives nothing of what it does not have, and takes what is written for lost', () => {
    const { storage, read, status } = setUp();
    storage.out(wrapper(512, true, '28000000000000000100'));
    expect(read(512)).toHaveLength(0);
    expect(status()).toBe(`55534253${TAG}0002000001`);
    storage.out(wrapper(512, false, '2a000000000000000100'));
    storage.out(new Uint8Array(500));
    expect(status()).toBeUndefined();
    storage.out(new Uint8Array(12));
  });

  test('stalls at what is no command', () => {
    const { storage } = setUp();
    expect(storage.out(Uint8Array.of(1, 2, 3))).toMatchObject({ status: -32 });
    expect(storage.out(new Uint8Array(31))).toMatchObject({ status: -32 });
  });

  test('survives any bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 64 })), (transfers) => {
        const { storage } = setUp();
        for (const transfer of transfers) expect([0, -32]).toContain(storage.out(transfer).status);
      }),
    );
  });
});
