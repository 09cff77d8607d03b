import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createInPipe } from '../usb/in-pipe.ts';
import { phaseOf } from './stlink-usb-phases.ts';
import { createBulkProbe } from './stlink-usb-probe.ts';

const command = (hex: string): Uint8Array => {
  const bytes = new Uint8Array(16);
  bytes.set(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
  return bytes;
};

describe('what follows a command on the bulk endpoints', () => {
  // Lengths as OpenOCD 0.12 asks for them.
  test.each([
    ['f1', 'in', 6],
    ['f5', 'in', 2],
    ['f7', 'in', 8],
    ['f3 07', 'none', 0],
    ['f2 21', 'none', 0],
    ['f2 30 a3', 'in', 2],
    ['f2 31', 'in', 12],
    ['f2 32', 'in', 2],
    ['f2 33 0f', 'in', 8],
    ['f2 34 0f 78563412', 'in', 2],
    ['f2 35 f0ed00e0 03005fa0', 'in', 2],
    ['f2 36 f0ed00e0', 'in', 8],
    ['f2 3a', 'in', 88],
    ['f2 3b', 'in', 2],
    ['f2 3e', 'in', 12],
    ['f2 3c 02', 'in', 2],
    ['f2 43 0100', 'in', 2],
    ['f2 45 ffff 0400', 'in', 8],
    ['f2 46 ffff 0400 000000f0', 'in', 2],
    ['f2 4b 00', 'in', 2],
    ['f2 52', 'in', 'answer'],
    ['f2 07 00000020 0004', 'in', 1024],
    ['f2 0c 00000020 0100', 'in', 2],
    ['f2 0c 00000020 0300', 'in', 3],
    ['f2 47 00000020 0600', 'in', 6],
    ['f2 54 00000020 0800', 'in', 8],
    ['f2 08 00000020 0004', 'out', 1024],
    ['f2 0d 00000020 0100', 'out', 1],
    ['f2 48 00000020 0600', 'out', 6],
    ['f2 50 00000020 0800', 'out', 8],
    ['f2 08 00000020 0000', 'none', 0],
    ['f2 51 05000000', 'out', 8 + 20],
    ['f2 51 04000000', 'out', 4 + 16],
    ['77', 'in', 2],
  ] as const)('%s: %s %s', (hex, kind, bytes) => {
    expect(phaseOf(command(hex))).toEqual(kind === 'none' ? { kind } : { kind, bytes });
  });
});

interface Ran {
  readonly command: string;
  readonly data: string | undefined;
  readonly size: number;
}

function setUp(answer: Uint8Array | null = Uint8Array.of(0x80, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)) {
  const ran: Ran[] = [];
  const answers = createInPipe({ maxPacket: 64 });
  const probe = createBulkProbe({
    answers,
    execute(bytes, data, size) {
      if (answer === null) return undefined;
      const hex = (of: Uint8Array): string => Buffer.from(of).toString('hex');
      ran.push({ command: hex(bytes), data: data === undefined ? undefined : hex(data), size });
      return answer;
    },
  });
  const read = (length: number): string => {
    let got = 'nothing';
    answers.submit(length, ({ data }) => {
      got = Buffer.from(data).toString('hex');
    });
    return got;
  };
  return { ran, answers, probe, read };
}

describe('the debug interface', () => {
  test('says of itself V2J37M27, and knows nothing of what a V3 has', () => {
    const { probe, read, ran } = setUp();
    probe.out(command('f1 80'));
    expect(read(6)).toBe('295b83044b37');
    for (const unknown of ['fb', 'f2 61', 'f2 62']) {
      probe.out(command(unknown));
      expect(read(64)).toBe('8100');
    }
    expect(ran).toEqual([]);
  });

  test('cuts and fills an answer to the length that the host waits for', () => {
    const { probe, read } = setUp();
    probe.out(command('f2 3b'));
    expect(read(64)).toBe('8000');
    probe.out(command('f2 07 00000020 1000'));
    expect(read(64)).toBe('80000102030405060708090a00000000');
  });

  test('runs a write when all its data has come, in transfers of any size', () => {
    const { probe, ran, answers } = setUp();
    expect(probe.out(command('f2 08 00000020 0800'))).toMatchObject({ status: 0, actual: 16 });
    expect(ran).toHaveLength(0);
    probe.out(Uint8Array.of(1, 2, 3));
    expect(ran).toHaveLength(0);
    probe.out(Uint8Array.of(4, 5, 6, 7, 8, 9));
    expect(ran).toEqual([{ command: `f208000000200800${'00'.repeat(8)}`, data: '0102030405060708', size: 0 }]);
    expect(answers.held).toBe(0);
    probe.out(command('f2 3b'));
    expect(ran).toHaveLength(2);
  });

  test('forgets an answer that nobody took, and a write that was given up by a reset', () => {
    const { probe, read, ran } = setUp();
    probe.out(command('f2 31'));
    probe.out(command('f2 3b'));
    expect(read(64)).toBe('8000');
    expect(read(64)).toBe('nothing');
    probe.out(command('f2 08 00000020 0800'));
    probe.reset();
    probe.out(command('f2 3b'));
    expect(ran.at(-1)?.command.slice(0, 4)).toBe('f23b');
  });

  test('stalls while somebody else has the probe open, and at more data than it has room for', () => {
    const { probe } = setUp(null);
    expect(probe.out(command('f2 3b'))).toMatchObject({ status: -32 });
    expect(setUp().probe.out(command('f2 51 ffffff7f'))).toMatchObject({ status: -32 });
  });

  test('carries any write, however the host cuts it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 1024 }), fc.array(fc.nat(1023)), (data, cuts) => {
        const { probe, ran } = setUp();
        const bytes = Buffer.alloc(8);
        bytes.writeUInt16BE(0xf20d);
        bytes.writeUInt16LE(data.length, 6);
        probe.out(command(bytes.toString('hex')));
        const at = [0, ...cuts.filter((cut) => cut < data.length).sort((a, b) => a - b), data.length];
        for (let i = 1; i < at.length; i++) if (at[i] !== at[i - 1]) probe.out(data.subarray(at[i - 1], at[i]));
        expect(ran.map((each) => each.data)).toEqual([Buffer.from(data).toString('hex')]);
      }),
    );
  });

  test('survives any bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 80 })), (transfers) => {
        const { probe } = setUp();
        for (const transfer of transfers) expect([0, -32]).toContain(probe.out(transfer).status);
      }),
    );
  });
});
