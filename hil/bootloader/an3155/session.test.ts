import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { chipNamed } from '../../chip/lookup.ts';
import { formatError } from '../../error/format-error.ts';
import { NO_PERMISSIONS, type Permissions } from '../../guard/access.ts';
import { createRecorder, memorySink } from '../../trace/recorder.ts';
import type { Progress } from '../rom-session.ts';
import { createFakeRom, type FakeRom, type FakeRomOptions } from './fake-rom.ts';
import { type BootloaderOptions, type BootloaderSession, openBootloader } from './session.ts';

const chip = chipNamed('STM32G070RB');
const EVERYTHING: Permissions = { erase: 'mass', write_protection: true, option_bytes: true, rdp1: true };

async function meet(rom: FakeRom, some: Partial<BootloaderOptions> = {}): Promise<BootloaderSession> {
  return openBootloader(rom.line, { chip, board: 'g070', permissions: EVERYTHING, ...some });
}

async function met(
  options: FakeRomOptions = {},
  some: Partial<BootloaderOptions> = {},
): Promise<[BootloaderSession, FakeRom]> {
  const rom = createFakeRom(options);
  return [await meet(rom, some), rom];
}

function contents(rom: FakeRom, address: number, length: number): number[] {
  return Array.from({ length }, (_, i) => rom.memory.get(address + i) ?? 0xff);
}

const bytesOf = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);
const text = (bytes: readonly number[]): string => Buffer.from(bytes).toString('hex');

describe('first contact', () => {
  test('a fresh ROM: 7F, Get, Get ID, and its ID byte read as proof', async () => {
    const [session, rom] = await met({ romId: 0xb3 });
    expect(session.id).toEqual({
      sync: 'fresh',
      protocolVersion: 0x31,
      commands: chip.rom.getCommands,
      productId: 0x460,
      romId: 0xb3,
      romVersion: 'V11.3',
    });
    expect(text(rom.received)).toBe('7f' + '00ff' + '02fd' + '11ee' + '1fff6ffe71' + '00ff');
  });

  test('a ROM that is synchronised already answers the second 7F with NACK', async () => {
    const [session, rom] = await met({ pending: [] });
    expect(session.id.sync).toBe('already synchronised');
    expect(text(rom.received.slice(0, 4))).toBe('7f7f00ff');
  });

  test('a ROM left with half a command answers the first 7F with NACK', async () => {
    const [session, rom] = await met({ pending: [0x11] });
    expect(session.id.sync).toBe('already synchronised');
    expect(text(rom.received.slice(0, 3))).toBe('7f00ff');
  });

  test('a zero before the ACK is a glitch of the line, not an answer', async () => {
    const rom = createFakeRom();
    let first = true;
    rom.corrupt = (byte) => {
      const arriving = first ? [0x00, byte] : [byte];
      first = false;
      return arriving;
    };
    expect((await meet(rom)).id.sync).toBe('fresh');
  });

  test('a ROM that still holds half a command after its ACK is brought in step, since Get alone would stay one byte off', async () => {
    const rom = createFakeRom();
    let first = true;
    rom.corrupt = (byte) => {
      if (first) queueMicrotask(() => rom.line.sink.write(Uint8Array.of(0x0a), null as never));
      first = false;
      return [byte];
    };
    expect((await meet(rom)).id.productId).toBe(0x460);
    expect(text(rom.received.slice(0, 7))).toBe('7f0a00ff0a00ff');
  });

  test('an ID that is not listed leaves the version open', async () => {
    const [session] = await met({ romId: 0xb9 });
    expect(session.id).toMatchObject({ romId: 0xb9, romVersion: undefined });
  });

  test('a readout-protected ROM is met without its ID byte', async () => {
    const [session] = await met({ protectedRead: true });
    expect(session.id).toMatchObject({ productId: 0x460, romId: undefined });
  });

  test('another chip is named', async () => {
    await expect(met({ productId: 0x467 })).rejects.toMatchObject({
      code: 102,
      blame: 'rig',
      message: expect.stringContaining('Get ID answered 0x0467, the STM32G070RB has 0x0460'),
    });
  });

  test.each([
    ['silence in even parity', {}, [], 301, 'silence'],
    ['silence without parity', { parity: 'none' as const }, [], 301, 'parity'],
    ['text of an application', {}, [...Buffer.from('Hello\r\n')], 302, 'application-text'],
    ['zeros (STM32L031 with a noisy RX, community m-p/335336)', {}, [0, 0, 0, 0], 302, 'held-low'],
    ['the echo of 7F', {}, [0x7f], 302, 'echo'],
    ['bytes of another baud rate', {}, [0xe6, 0x80], 302, 'baud-rate'],
  ])('%s is diagnosed', async (_, format, answer, code, cause) => {
    const rom = createFakeRom({ format });
    rom.corrupt = () => answer;
    const failure = await meet(rom).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code, context: { cause } });
    expect(formatError(failure)).toMatch(/^g070: no ACK to 0x7F at 115200 8[EN]1 within .*\nTry: /);
  });

  test('a parity error reported by the far end names parity', async () => {
    const rom = createFakeRom({ format: { parity: 'none' } });
    rom.corrupt = () => [0x3c];
    rom.reportLineError({ parity: true, framing: false, overrun: false, break: false });
    const opening = meet(rom);
    rom.reportLineError({ parity: true, framing: false, overrun: false, break: false });
    await expect(opening).rejects.toMatchObject({ code: 302, context: { cause: 'parity' } });
  });

  test('0x7F passes without parity, so the first command that stumbles names it', async () => {
    const rom = createFakeRom({ format: { parity: 'none' } });
    rom.corrupt = (byte) => (rom.received.length > 1 ? [0x1f] : [byte]);
    await expect(meet(rom)).rejects.toMatchObject({
      code: 302,
      message: expect.stringContaining('the line is 115200 8N1: the ROM wants even parity'),
    });
  });
});

describe('erase and write', () => {
  test('erases the pages that hold a byte of the image, in one command, writes in blocks and reads back', async () => {
    const progress: Progress[] = [];
    const [session, rom] = await met({}, { onProgress: (event) => progress.push(event) });
    rom.memory.set(0x0800_0fff, 0x55);
    rom.memory.set(0x0800_2000, 0x66);
    const bytes = Uint8Array.from({ length: 700 }, (_, i) => i % 251);
    await session.eraseAndWrite([{ address: 0x0800_0f80, bytes }]);
    expect(rom.erasedPages).toEqual([[1, 2]]);
    expect(contents(rom, 0x0800_0f80, 700)).toEqual([...bytes]);
    expect(rom.memory.get(0x0800_2000)).toBe(0x66);
    expect(progress.at(-1)).toEqual({ phase: 'read-back', done: 704, total: 704 });
    expect(progress.filter(({ phase }) => phase === 'write').at(-1)).toEqual({ phase: 'write', done: 704, total: 704 });
  });

  test('ROM 0xB3 gets a list in one command when its defect is to be shown', async () => {
    const [session, rom] = await met({ romId: 0xb3 });
    await session.erasePages([60, 61], { knownDefects: 'ignore' });
    expect(rom.erasedPages).toEqual([[60, 61]]);
  });

  test('ROM 0xB3 gets one page per Extended Erase (AN2606 T108)', async () => {
    const [session, rom] = await met({ romId: 0xb3 });
    await session.erasePages([5, 3, 4, 3]);
    expect(rom.erasedPages).toEqual([[3], [4], [5]]);
  });

  test('ROM 0xB3 that still holds half a command after an erase is brought in step and asked once more', async () => {
    const [session, rom] = await met({ romId: 0xb3 });
    let late = true;
    rom.corrupt = (byte) => {
      // The NACK that ends the pause after the first page: a filler byte that was taken for answered comes behind it.
      if (byte === 0x1f && late) {
        late = false;
        queueMicrotask(() => rom.line.sink.write(Uint8Array.of(0x0a), null as never));
      }
      return [byte];
    };
    await session.erasePages([3, 4]);
    expect(rom.erasedPages).toEqual([[3], [4]]);
  });

  test('ROM 0xB4 gets them together', async () => {
    const [session, rom] = await met({ romId: 0xb4 });
    await session.erasePages([5, 3, 4, 3]);
    expect(rom.erasedPages).toEqual([[3, 4, 5]]);
  });

  test('a page that did not take the write is found by reading back', async () => {
    const [session, rom] = await met();
    rom.protectedFrom = 0x0800_0104;
    const failure = await session
      .eraseAndWrite([{ address: 0x0800_0000, bytes: new Uint8Array(512).fill(0xa5) }])
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 307,
      context: { address: 0x0800_0104, differentBytes: 252, stillErased: true },
    });
    expect(formatError(failure)).toMatch(/Try: .*write-protection/);
  });

  test('blocks of erased bytes are not sent, but read back', async () => {
    const [session, rom] = await met();
    const bytes = new Uint8Array(1024).fill(0xff);
    bytes[0] = 1;
    bytes[1023] = 2;
    const before = rom.received.length;
    await session.eraseAndWrite([{ address: 0x0800_0000, bytes }]);
    const commands = text(rom.received.slice(before));
    expect(commands.match(/31ce/g)).toHaveLength(2);
    expect(commands.match(/11ee/g)).toHaveLength(4);
  });

  test('without permission not a byte is sent', async () => {
    const [session, rom] = await met({}, { permissions: NO_PERMISSIONS });
    const before = rom.received.length;
    const segments = [{ address: 0x0800_0000, bytes: bytesOf(1, 2, 3) }];
    await expect(session.eraseAndWrite(segments)).rejects.toMatchObject({ code: 451 });
    await expect(session.erasePages([0])).rejects.toMatchObject({ code: 451 });
    await expect(session.massErase()).rejects.toMatchObject({ code: 451 });
    await expect(session.writeMemory(0x0800_0000, bytesOf(1))).rejects.toMatchObject({ code: 451 });
    await expect(session.writeWithBadChecksum(0x0800_0000, bytesOf(1))).rejects.toMatchObject({ code: 451 });
    await expect(session.writeProtect([0])).rejects.toMatchObject({ code: 452 });
    await expect(session.writeUnprotect()).rejects.toMatchObject({ code: 452 });
    await expect(session.readoutProtect()).rejects.toMatchObject({ code: 454 });
    await expect(session.readoutUnprotect()).rejects.toMatchObject({ code: 454 });
    await expect(session.writeOptionBytes(new Uint8Array(8).fill(0xaa))).rejects.toMatchObject({ code: 453 });
    expect(rom.received.length).toBe(before);
  });

  test('permission to erase pages is none to erase everything', async () => {
    const [session, rom] = await met({}, { permissions: { ...NO_PERMISSIONS, erase: 'pages' } });
    await expect(session.massErase()).rejects.toMatchObject({ code: 451 });
    expect(rom.massErases).toBe(0);
    await session.erasePages([7]);
    expect(rom.erasedPages).toEqual([[7]]);
  });

  test('whatever the segments, the flash ends up holding them', async () => {
    const segment = fc.record({
      address: fc.integer({ min: 0x0800_0000, max: 0x0800_0c00 }),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 700 }),
    });
    await fc.assert(
      fc.asyncProperty(segment, async ({ address, bytes }) => {
        const [session, rom] = await met();
        await session.eraseAndWrite([{ address, bytes }]);
        expect(contents(rom, address, bytes.length)).toEqual([...bytes]);
      }),
      { numRuns: 40 },
    );
  });
});

describe('memory', () => {
  test('a read of any length is cut into commands of 256 bytes', async () => {
    const [session, rom] = await met();
    for (let i = 0; i < 600; i++) rom.memory.set(0x2000_3000 + i, i & 0xff);
    const before = rom.received.length;
    const bytes = await session.readMemory(0x2000_3001, 513);
    expect([...bytes]).toEqual(Array.from({ length: 513 }, (_, i) => (i + 1) & 0xff));
    expect(text(rom.received.slice(before))).toBe('11ee2000300111ff00' + '11ee2000310110ff00' + '11ee200032011300ff');
  });

  test('an unaligned write keeps its neighbours', async () => {
    const [session, rom] = await met();
    for (let i = 0; i < 16; i++) rom.memory.set(0x2000_3000 + i, 0x10 + i);
    await session.writeMemory(0x2000_3003, bytesOf(0xaa, 0xbb));
    expect(text(contents(rom, 0x2000_3000, 9))).toBe('101112aabb15161718');
  });

  test('in flash a write is filled up to a double word', async () => {
    const [session, rom] = await met();
    const before = rom.received.length;
    await session.writeMemory(0x0800_0000, bytesOf(1, 2, 3, 4));
    expect(text(rom.received.slice(before))).toContain('31ce' + '0800000008' + '07' + '01020304ffffffff');
  });

  test('option bytes have a call of their own', async () => {
    const [session] = await met();
    await expect(session.writeMemory(0x1fff_7800, bytesOf(0xaa))).rejects.toMatchObject({ code: 312 });
  });

  test('a bad checksum is answered with NACK, and the session goes on', async () => {
    const [session, rom] = await met();
    await expect(session.writeWithBadChecksum(0x0800_0000, bytesOf(1, 2, 3, 4))).rejects.toMatchObject({ code: 304 });
    expect(rom.memory.has(0x0800_0000)).toBe(false);
    expect(await session.getId()).toBe(0x460);
  });
});

describe('GO', () => {
  const table = bytesOf(0x00, 0x80, 0x00, 0x20, 0xc1, 0x00, 0x00, 0x08);

  test('reads the table, sends the address and ends the session', async () => {
    const [session, rom] = await met();
    for (const [i, byte] of table.entries()) rom.memory.set(0x0800_0200 + i, byte);
    await session.go(0x0800_0200);
    expect(text(rom.received.slice(-7))).toBe('21de' + '080002000a');
    expect(rom.wentTo).toBe(0x0800_0200);
    expect(session.ended).toMatch(/started the application at 0x0800_0200/);
    await expect(session.getId()).rejects.toMatchObject({ code: 310 });
  });

  test.each([
    ['erased', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 'both words are erased'],
    ['a SP outside of RAM', [0, 0, 0, 0x30, 0xc1, 0, 0, 8], 'initial SP 0x3000_0000 is not in the RAM'],
    ['a SP at the very base of RAM', [0, 0, 0, 0x20, 0xc1, 0, 0, 8], 'is not in the RAM'],
    ['an even reset vector', [0, 0x80, 0, 0x20, 0xc0, 0, 0, 8], 'without the Thumb bit'],
    ['a reset vector into nothing', [0, 0x80, 0, 0x20, 0xc1, 0, 0, 0x40], 'neither flash nor RAM'],
  ])('%s: refused with the reason, nothing is sent, the session goes on', async (_, bytes, why) => {
    const [session, rom] = await met();
    for (const [i, byte] of bytes.entries()) rom.memory.set(0x0800_0200 + i, byte);
    await expect(session.go(0x0800_0200)).rejects.toMatchObject({ code: 308, message: expect.stringContaining(why) });
    expect(text(rom.received)).not.toContain('21de');
    expect(session.ended).toBeUndefined();
    await session.go(0x0800_0200, { unchecked: true });
    expect(rom.wentTo).toBe(0x0800_0200);
  });

  test('the RAM stub is a startable table above the RAM of the ROM, and resets the chip', async () => {
    const [session, rom] = await met();
    await session.goRamStub();
    expect(rom.wentTo).toBe(0x2000_3000);
    // arm-none-eabi-as, cortex-m0plus: clear FLASH_ACR.EMPTY, then AIRCR = VECTKEY | SYSRESETREQ.
    expect(text(contents(rom, 0x2000_3008, 40))).toBe(
      '0548' +
        '0649' +
        '0268' +
        '8a43' +
        '0260' +
        'bff34f8f' +
        '0448' +
        '0449' +
        '0160' +
        'fee7' +
        '00bf' +
        '00200240' +
        '00000100' +
        '0ced00e0' +
        '0400fa05',
    );
  });
});

describe('after a failure', () => {
  test.each([
    ['half a command', [0x31]],
    ['a command without its address', [0x31, 0xce]],
    ['half an address', [0x31, 0xce, 0x08, 0x00]],
    ['Write Memory in the middle of 256 bytes', [0x31, 0xce, 8, 0, 0, 0, 8, 0xff, 1, 2, 3]],
    ['Extended Erase without its pages', [0x44, 0xbb]],
    ['Extended Erase in the middle of its count', [0x44, 0xbb, 0x00]],
    ['Write Protect without its sectors', [0x63, 0x9c]],
    ['Read Memory without its length', [0x11, 0xee, 8, 0, 0, 0, 8]],
  ])('the ROM is brought back in step from %s, and nothing is destroyed on the way', async (_, pending) => {
    const [session, rom] = await met();
    rom.memory.set(0x0800_0000, 0x42);
    const { corrupt } = rom;
    rom.corrupt = () => [0x7b];
    await expect(session.getVersion()).rejects.toMatchObject({ code: 305 });
    rom.corrupt = corrupt;
    await rom.line.sink.write(Uint8Array.from(pending), null as never);
    expect(await session.getId()).toBe(0x460);
    expect(rom.idle()).toBe(true);
    expect(rom.erasedPages.flat().filter((page) => page < 2048)).toEqual([]);
    expect(rom.massErases).toBe(0);
    expect(rom.memory.get(0x0800_0000)).toBe(0x42);
    expect(rom.wentTo).toBeUndefined();
  });

  test('no answer, NACK and a foreign byte are three errors, each with what was sent', async () => {
    const [session, rom] = await met();
    rom.refuseWrites = true;
    await expect(session.writeMemory(0x2000_3000, bytesOf(1, 2, 3, 4))).rejects.toMatchObject({
      code: 304,
      message: expect.stringMatching(
        /^g070: no ACK to 4 bytes written at 0x2000_3000 within \d+ ms; got NACK \(0x1F\) after \d+ ms/,
      ),
      context: { sent: '03 01 02 03 04 07' },
    });
    rom.corrupt = () => [0x7b, 0x02];
    await expect(session.getId()).rejects.toMatchObject({
      code: 305,
      message: expect.stringContaining('no ACK to Get ID (0x02)'),
      context: { seen: expect.stringMatching(/^7b 02/) },
    });
  });

  test('a revoked bench rejects the wait at once', async () => {
    const abort = new AbortController();
    const [session, rom] = await met({}, { scope: { signal: abort.signal } });
    rom.corrupt = () => [];
    const waiting = session.getId();
    setTimeout(() => abort.abort(), 5);
    await expect(waiting).rejects.toMatchObject({ code: 501 });
  });
});

test('protection commands end the session', async () => {
  const calls: readonly ((session: BootloaderSession) => Promise<void>)[] = [
    (session) => session.writeProtect([0, 1]),
    (session) => session.writeUnprotect(),
    (session) => session.readoutProtect(),
    (session) => session.readoutUnprotect(),
  ];
  for (const change of calls) {
    const [session] = await met();
    await change(session);
    expect(session.ended).toMatch(/resets the chip/);
  }
});

test('calls made at once are served one after the other', async () => {
  const [session, rom] = await met();
  const before = rom.received.length;
  await Promise.all([session.getId(), session.getVersion(), session.readMemory(0x2000_3000, 4)]);
  expect(text(rom.received.slice(before))).toBe('02fd' + '01fe' + '11ee200030001003fc');
});

test('each call is a step in the stream', async () => {
  const memory = memorySink();
  const [session] = await met({}, { recorder: createRecorder(memory.sink) });
  await session.massErase();
  expect(memory.events).toMatchObject([
    { type: 'start', board: 'g070', action: 'bootloader massErase' },
    { type: 'end', ok: true },
  ]);
});
