import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Chip, pageAt, type RomUsb } from '../../chip/chip.ts';
import { chipNamed } from '../../chip/lookup.ts';
import { formatError } from '../../error/format-error.ts';
import { NO_PERMISSIONS, type Permissions } from '../../guard/access.ts';
import { createRecorder, memorySink } from '../../trace/recorder.ts';
import type { Progress } from '../rom-session.ts';
import { createFakeDfuRom, type FakeDfuBehaviour, type FakeDfuRom } from './fake-dfu-rom.ts';
import { type DfuseOptions, type DfuseSession, openDfuse } from './session.ts';

const chip = chipNamed('STM32G0B1RE');
const EVERYTHING: Permissions = { erase: 'mass', write_protection: true, option_bytes: true, rdp1: true };
const FLASH = chip.flash.base;
const romUsb = chip.rom.usb as RomUsb;

async function meet(rom: FakeDfuRom, some: Partial<DfuseOptions> = {}): Promise<DfuseSession> {
  return openDfuse(rom.port, { chip, board: 'g0b1', permissions: EVERYTHING, bus: rom.bus, ...some });
}

async function met(
  behaviour: FakeDfuBehaviour = {},
  some: Partial<DfuseOptions> = {},
): Promise<[DfuseSession, FakeDfuRom]> {
  const rom = createFakeDfuRom(some.chip ?? chip, behaviour);
  return [await meet(rom, some), rom];
}

const counting = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 7 + 3) & 0xff);
/** A vector table that can start: SP at the end of RAM, reset vector into the flash. */
function startable(): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setUint32(0, 0x2000_8000, true);
  new DataView(bytes.buffer).setUint32(4, FLASH + 0x101, true);
  return bytes;
}
const failure = async (work: Promise<unknown>): Promise<Error & { code: number; context: Record<string, unknown> }> =>
  work.then(
    () => {
      throw new Error('it did not fail');
    },
    (error) => error,
  );

describe('first contact', () => {
  test('tells who answers: map, generation, transfer size, commands', async () => {
    const [session] = await met();
    expect(session.id).toMatchObject({
      bcdDevice: 0x0200,
      serial: '203739645542',
      product: 'DFU in FS Mode',
      wTransferSize: 1024,
      commands: [0x00, 0x21, 0x41, 0x92],
      device: { vendorId: 0x0483, productId: 0xdf11, path: '1-1' },
    });
    expect(session.id.alternates.map(({ name }) => name)).toEqual(chip.rom.usb?.alternates);
  });

  test('a ROM that starts in dfuERROR, errFIRMWARE, is cleared and taken as it is', async () => {
    const [session, rom] = await met({ startsInError: true });
    expect(session.id.first).toMatchObject({ state: 'dfuERROR', statusName: 'errFIRMWARE' });
    expect(rom.requests.slice(0, 3)).toEqual(['GETSTATUS', 'CLRSTATUS', 'GETSTATUS']);
  });

  test('a ROM that is idle is sent no CLRSTATUS, which some stall then', async () => {
    const [, rom] = await met({ stallsClear: true });
    expect(rom.requests).not.toContain('CLRSTATUS');
  });

  test('system memory that the ROM does not show leaves its version unknown, and the session goes on', async () => {
    const [session] = await met();
    expect(session.id).toMatchObject({ romId: undefined, romVersion: undefined });
    expect((await session.status()).state).toBe('dfuERROR');
    expect(await session.readMemory(FLASH, 4)).toEqual(new Uint8Array(4).fill(0xff));
  });

  test('a functional descriptor outside of the configuration is asked for', async () => {
    const [session] = await met({ functional: 'asked-for' });
    expect(session.id.wTransferSize).toBe(1024);
  });

  test('without a functional descriptor nobody knows the transfer size', async () => {
    await expect(met({ functional: 'missing' })).rejects.toMatchObject({ code: 320 });
  });

  test('an application that offers to detach is not yet in DFU mode', async () => {
    const error = await failure(met({ protocol: 1 }));
    expect(error).toMatchObject({ code: 320, context: { runtime: true } });
    expect(formatError(error)).toContain('send DFU_DETACH first');
  });

  test('a device without DFU is named', async () => {
    await expect(met({ protocol: 'none' })).rejects.toMatchObject({ code: 320, context: { runtime: false } });
  });

  test("an application's own DFU class is told by its map, though it names itself like the ROM", async () => {
    const names = { product: 'DFU in FS Mode', alternates: ['@Internal Flash   /0x08000000/8*02Ka,248*02Kg'] };
    const error = await failure(met({ usb: names }));
    expect(error.code).toBe(323);
    expect(error.message).toContain("an application's own DFU class, not the ROM");
    expect(error.message).toContain('forbids to write 8 x 2048 bytes from 0x0800_0000');
  });

  test('the ROM of another part is told from an application', async () => {
    const usb = { bcdDevice: 0x2200, alternates: ['@Internal Flash  /0x08000000/04*016Kg,01*064Kg,03*128Kg'] };
    await expect(met({ usb })).rejects.toMatchObject({ code: 324 });
  });

  test('another chip of the same part is told by the serial number that its ROM makes of the unique ID', async () => {
    await expect(met({}, { uniqueId: '2B0007000C50425539393020' })).rejects.toMatchObject({ code: 102 });
    await expect(met({ serial: '643930204255' }, { uniqueId: '2B0000000000000039393020' })).rejects.toMatchObject({
      code: 102,
    });
  });

  test('a part whose ROM has no USB is refused before anything is asked', async () => {
    await expect(met({}, {}).then(([, rom]) => meet(rom, { chip: chipNamed('STM32G070RB') }))).rejects.toMatchObject({
      code: 320,
      blame: 'test',
    });
  });
});

test('a device that answers whatever to everything is refused in words, and never waited for without end', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 64 }), { minLength: 1, maxLength: 12 }), async (answers) => {
      const { port, bus } = createFakeDfuRom(chip);
      let asked = 0;
      const controlTransferIn = async (): Promise<Uint8Array> => answers[asked++ % answers.length] as Uint8Array;
      const error = await failure(
        openDfuse({ ...port, controlTransferIn }, { chip, board: 'g0b1', permissions: EVERYTHING, bus }),
      );
      expect([320, 321, 322, 323, 324, 326, 329]).toContain(error.code);
    }),
  );
});

test('malformed answers in the middle of the work: no call hangs, none reports success', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 60 }), fc.uint8Array({ maxLength: 5 }), async (at, bytes) => {
      const rom = createFakeDfuRom(chip);
      const session = await meet(rom);
      const transfer = rom.port.controlTransferIn;
      let asked = 0;
      let broken = false;
      (rom.port as { controlTransferIn: typeof transfer }).controlTransferIn = (...all) => {
        if (asked++ !== at) return transfer(...all);
        broken = true;
        return Promise.resolve(bytes);
      };
      const work = session.eraseAndWrite([{ address: FLASH, bytes: counting(3000) }]);
      const outcome = await work.then(
        () => 'done',
        (error: { code: number }) => error.code,
      );
      expect(broken ? [329] : ['done']).toContain(outcome);
    }),
    { numRuns: 30 },
  );
});

describe('reading', () => {
  test('goes by blocks of the transfer size, and a short one has a pointer of its own', async () => {
    const [session, rom] = await met();
    rom.flash.set(counting(2500));
    const from = rom.requests.length;
    expect(await session.readMemory(FLASH, 2500)).toEqual(counting(2500));
    expect(rom.requests.slice(from).filter((one) => /^(DNLOAD|UPLOAD)/.test(one))).toEqual([
      'DNLOAD 0: 21 00 00 00 08',
      'UPLOAD 2: 1024',
      'UPLOAD 3: 1024',
      'DNLOAD 0: 21 00 08 00 08',
      'UPLOAD 2: 452',
    ]);
  });

  test('of memory that is not there ends in errTARGET, and the session goes on', async () => {
    const [session] = await met();
    const error = await failure(session.readMemory(0x3000_0000, 16));
    expect(error).toMatchObject({ code: 325, context: { status: 'errTARGET', state: 'dfuERROR' } });
    expect(error.message).toContain('0x3000_0000');
    expect(await session.readMemory(FLASH, 1)).toEqual(Uint8Array.of(0xff));
  });

  test('under readout protection ends in errVENDOR, with the advice to look at RDP', async () => {
    const [session] = await met({ readProtected: true });
    const error = await failure(session.readMemory(FLASH, 16));
    expect(error).toMatchObject({ code: 325, context: { status: 'errVENDOR' } });
    expect(formatError(error)).toContain('RDP');
  });
});

describe('erase and write', () => {
  test('pages of the image, blocks of the transfer size, then all of it read back', async () => {
    const [session, rom] = await met();
    rom.flash.fill(0);
    const from = rom.requests.length;
    await session.eraseAndWrite([{ address: FLASH + 2048, bytes: counting(3000) }]);
    expect(rom.flash.subarray(2048, 5048)).toEqual(counting(3000));
    expect(rom.flash[2047]).toBe(0);
    expect(rom.flash[6143]).toBe(0xff);
    const asked = rom.requests.slice(from).filter((one) => /^DNLOAD/.test(one));
    expect(asked.slice(0, 7)).toEqual([
      'DNLOAD 0: 41 00 08 00 08',
      'DNLOAD 0: 41 00 10 00 08',
      'DNLOAD 0: 21 00 0c 00 08',
      'DNLOAD 2: 1024 bytes',
      'DNLOAD 0: 21 00 10 00 08',
      'DNLOAD 2: 952 bytes',
      'DNLOAD 0: 21 00 08 00 08',
    ]);
    expect(asked[7]).toBe('DNLOAD 2: 1024 bytes');
  });

  test('blank blocks are left out, and those after them land where they belong', async () => {
    const [session, rom] = await met();
    const bytes = new Uint8Array(4096).fill(0xff);
    bytes.set(counting(1024), 3072);
    const from = rom.requests.length;
    await session.eraseAndWrite([{ address: FLASH, bytes }]);
    expect(rom.requests.slice(from)).toContain('DNLOAD 4: 1024 bytes');
    expect(rom.requests.slice(from)).not.toContain('DNLOAD 2: 1024 bytes');
    expect(rom.flash.subarray(0, 4096)).toEqual(bytes);
  });

  test('any image at any address holds, whatever its length', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 10_000 }),
        fc.uint8Array({ minLength: 1, maxLength: 5000 }),
        async (offset, bytes) => {
          const [session, rom] = await met();
          await session.eraseAndWrite([{ address: FLASH + offset, bytes }]);
          expect(rom.flash.subarray(offset, offset + bytes.length)).toEqual(bytes);
        },
      ),
      { numRuns: 25 },
    );
  });

  test('an unaligned write keeps what stands around it', async () => {
    const [session, rom] = await met();
    rom.flash.set([1, 2, 3, 4, 5, 6, 7, 8]);
    await session.writeMemory(FLASH + 3, Uint8Array.of(0xa0, 0xa1));
    expect([...rom.flash.subarray(0, 8)]).toEqual([1, 2, 3, 0xa0, 0xa1, 6, 7, 8]);
  });

  test('a write that was acknowledged and dropped (WRP; RDP level 1 of U5) is found by reading back', async () => {
    const [session] = await met({ dropsWrites: true });
    const error = await failure(session.eraseAndWrite([{ address: FLASH, bytes: counting(64) }]));
    expect(error).toMatchObject({ code: 307, context: { stillErased: true } });
    expect(formatError(error)).toContain('write-protection');
  });

  test('mass erase is one command', async () => {
    const [session, rom] = await met();
    rom.flash.fill(0);
    await session.massErase();
    expect(rom.flash.every((byte) => byte === 0xff)).toBe(true);
    expect(rom.requests).toContain('DNLOAD 0: 41');
  });

  test('on L0, which knows no mass erase, it goes page by page', async () => {
    const l0 = chipNamed('STM32L073RZ');
    const alternates = ['@Internal Flash  /0x08000000/64*128g'];
    const small: Chip = {
      ...l0,
      flash: { ...l0.flash, size: 8192, pages: [{ count: 64, size: 128, eraseMs: 4 }] },
      rom: { ...l0.rom, usb: { ...(l0.rom.usb as RomUsb), alternates } },
    };
    const [session, rom] = await met({}, { chip: small });
    rom.flash.fill(1);
    await session.massErase();
    expect(rom.requests).not.toContain('DNLOAD 0: 41');
    expect(rom.requests.filter((one) => one.startsWith('DNLOAD 0: 41 '))).toHaveLength(64);
    expect(rom.flash.every((byte) => byte === 0)).toBe(true);
  });

  test('on F4 the ROM is first told that it may program by words', async () => {
    const f4 = chipNamed('STM32F411RE');
    const [session, rom] = await met({}, { chip: f4 });
    await session.erasePages([1]);
    const selected = rom.requests.indexOf('SET_INTERFACE 0 3');
    expect(rom.requests.slice(selected)).toContain('DNLOAD 0: 21 00 00 ff ff');
    expect(rom.requests.slice(selected)).toContain('DNLOAD 0: 41 00 40 00 08');
  });

  test('progress counts pages, then bytes', async () => {
    const seen: Progress[] = [];
    const [session] = await met({}, { onProgress: (progress) => seen.push(progress) });
    await session.eraseAndWrite([{ address: FLASH, bytes: counting(3000) }]);
    expect(seen.filter(({ phase }) => phase === 'erase')).toEqual([
      { phase: 'erase', done: 1, total: 2 },
      { phase: 'erase', done: 2, total: 2 },
    ]);
    expect(seen.at(-1)).toEqual({ phase: 'read-back', done: 3000, total: 3000 });
  });

  test('a page that the chip does not have is refused', async () => {
    const [session, rom] = await met();
    const from = rom.requests.length;
    await expect(session.erasePages([256])).rejects.toMatchObject({ code: 312 });
    expect(rom.requests.slice(from)).toEqual([]);
  });
});

describe('waits', () => {
  test('the time that the device names passes before it is asked again', async () => {
    const [session] = await met({ pollMs: 40 });
    const before = performance.now();
    await session.erasePages([0]);
    expect(performance.now() - before).toBeGreaterThanOrEqual(39);
  });

  test('a device that is still busy then is asked again', async () => {
    const [session, rom] = await met({ pollMs: 1, busyRounds: 3 });
    const from = rom.requests.length;
    await session.erasePages([0]);
    expect(rom.requests.slice(from).filter((one) => one === 'GETSTATUS').length).toBeGreaterThanOrEqual(5);
  });

  test('a device that leaves GETSTATUS unanswered while it works is asked again (F405: mass erase)', async () => {
    const [session, rom] = await met({ unanswered: 2 });
    rom.flash.fill(0);
    await session.erasePages([0]);
    expect(rom.flash[0]).toBe(0xff);
  });

  test('one that stays busy beyond its time is told as such', async () => {
    let now = 0;
    const rom = createFakeDfuRom(chip, { pollMs: 1 });
    const session = await meet(rom, { scope: { now: () => now } });
    const port = rom.port as { controlTransferIn: typeof rom.port.controlTransferIn };
    const transfer = port.controlTransferIn;
    port.controlTransferIn = async (setup, length, timeoutMs) => {
      if (setup.type === 'class' && setup.request === 3 && rom.requests.includes('DNLOAD 0: 41 00 00 00 08')) {
        now += 20_000;
        return Uint8Array.of(0, 1, 0, 0, 4, 0);
      }
      return transfer(setup, length, timeoutMs);
    };
    const error = await failure(session.erasePages([0]));
    expect(error).toMatchObject({ code: 326 });
    expect(error.message).toMatch(/no end of .* within .* ms; got dfuDNBUSY/);
  });
});

describe('quirks', () => {
  test('N25: a ROM that stays busy after an erase is brought back by CLRSTATUS, twice', async () => {
    let now = 0;
    const rom = createFakeDfuRom(chip, { busyUntilCleared: true });
    const session = await meet(rom, { scope: { now: () => now } });
    const transfer = rom.port.controlTransferIn;
    (rom.port as { controlTransferIn: typeof transfer }).controlTransferIn = (...all) => {
      now += 1000;
      return transfer(...all);
    };
    await expect(session.erasePages([0])).rejects.toMatchObject({ code: 326 });
    const from = rom.requests.length;
    await session.abort();
    expect((await session.status()).state).toBe('dfuIDLE');
    expect(rom.requests.slice(from).filter((one) => one === 'CLRSTATUS')).toHaveLength(2);
  });

  test('N26: a ROM that stalls CLRSTATUS outside of dfuERROR is worked with to the end', async () => {
    const [session, rom] = await met({ stallsClear: true });
    await session.eraseAndWrite([{ address: FLASH, bytes: counting(100) }]);
    expect(rom.flash.subarray(0, 100)).toEqual(counting(100));
  });

  const l476 = chipNamed('STM32L476RG');
  test('N23: on L47x a tail that is no multiple of 8 is filled up; sent as it is, it is spoilt and found', async () => {
    const [session, rom] = await met({ spoilsTail: true }, { chip: l476 });
    await session.writeMemory(FLASH, counting(260));
    expect(rom.flash.subarray(0, 260)).toEqual(counting(260));
    const error = await failure(session.writeMemory(FLASH + 4096, counting(260), { knownDefects: 'ignore' }));
    expect(error).toMatchObject({ code: 307, context: { address: FLASH + 4096 + 259 } });
  });

  test('N22: erases of the second bank that do nothing are found by looking (F42x)', async () => {
    const alternates = ['@Internal Flash   /0x08000000/1024*02Kg'];
    const f42x: Chip = {
      ...chip,
      identity: { ...chip.identity, devId: 0x419 },
      flash: { ...chip.flash, size: 0x20_0000, pages: [{ count: 1024, size: 2048, eraseMs: 40 }] },
      rom: { ...chip.rom, usb: { ...romUsb, alternates } },
    };
    const [session, rom] = await met({ deafEraseFrom: 0x0810_0000 }, { chip: f42x });
    rom.flash.fill(0);
    await session.erasePages([0]);
    const error = await failure(session.erasePages([512]));
    expect(error).toMatchObject({ code: 475, context: { page: 512 } });
    await session.erasePages([513], { knownDefects: 'ignore' });
    expect(rom.flash[513 * 2048]).toBe(0);
  });

  test('N40: no transfer is longer than the functional descriptor allows', async () => {
    const [session, rom] = await met({ usb: { wTransferSize: 512 } });
    await session.eraseAndWrite([{ address: FLASH, bytes: counting(2048) }]);
    const lengths = rom.requests.flatMap(
      (one) => /^(?:DNLOAD [2-9]: (\d+) bytes|UPLOAD [2-9]: (\d+))/.exec(one)?.slice(1) ?? [],
    );
    expect(new Set(lengths.filter((one) => one !== undefined))).toEqual(new Set(['512', '1']));
  });
});

describe('leave', () => {
  test.each(['goes', 'goes-before-status', 'goes-at-request', 'goes-with-io'] as const)(
    'N28: is a success when the device %s',
    async (leave) => {
      const [session, rom] = await met({ leave });
      rom.flash.set(startable());
      await session.go(FLASH);
      expect(rom.startedAt).toBe(FLASH);
      expect(session.ended).toContain('started the application at 0x0800_0000');
      await expect(session.readMemory(FLASH, 1)).rejects.toMatchObject({ code: 310 });
    },
  );

  test('is not sent where nothing can start', async () => {
    const [session, rom] = await met();
    await expect(session.go(FLASH)).rejects.toMatchObject({ code: 308 });
    expect(rom.requests).not.toContain('DNLOAD 2: ');
    await session.go(FLASH, { unchecked: true });
    expect(rom.startedAt).toBe(FLASH);
  });

  test.each([
    ['stalls', /refused to leave/],
    ['refuses', /did not leave for 0x0800_0000: it answered dfuERROR, errTARGET/],
  ] as const)('is a failure when the device %s', async (leave, words) => {
    const [session, rom] = await met({ leave });
    rom.flash.set(startable());
    const error = await failure(session.go(FLASH));
    expect([325, 327]).toContain(error.code);
    expect(error.message).toMatch(words);
    expect(session.ended).toBeUndefined();
  });

  test.each([
    ['stays', /still on the bus 5000 ms later, in dfuMANIFEST/],
    ['falls-silent', /still on the bus 5000 ms later, does not answer/],
  ] as const)('is a failure when the device %s', async (leave, words) => {
    let now = 0;
    const rom = createFakeDfuRom(chip, { leave });
    const bus = {
      ...rom.bus,
      list: () => {
        now += 600;
        return rom.bus.list();
      },
    };
    const session = await meet(rom, { bus, scope: { now: () => now } });
    rom.flash.set(startable());
    const error = await failure(session.go(FLASH));
    expect(error.code).toBe(327);
    expect(error.message).toMatch(words);
  });
});

describe('what ends the session', () => {
  test('a cable that is pulled: this call says so, and the next that the session is over', async () => {
    const [session, rom] = await met();
    rom.unplug();
    await expect(session.readMemory(FLASH, 4)).rejects.toMatchObject({ code: 252, context: { usb: 'disconnected' } });
    await expect(session.readMemory(FLASH, 4)).rejects.toMatchObject({ code: 310 });
  });

  test('pulled at any request of a download, no call hangs, and none reports success', async () => {
    const whole = await met();
    const before = whole[1].requests.length;
    await whole[0].eraseAndWrite([{ address: FLASH, bytes: counting(3000) }]);
    for (let at = before; at < whole[1].requests.length; at += 3) {
      const [session] = await met({ unplugAt: at });
      await expect(session.eraseAndWrite([{ address: FLASH, bytes: counting(3000) }])).rejects.toMatchObject({
        code: 252,
      });
    }
  });

  test('pulled at any request of a download, the flash starts nothing: its first block is the last to be written', async () => {
    const image = counting(3000);
    const whole = await met();
    const before = whole[1].requests.length;
    await whole[0].eraseAndWrite([{ address: FLASH, bytes: image }]);
    const firstBlocks: string[] = [];
    for (let at = before; at < whole[1].requests.length; at += 2) {
      const [session, rom] = await met({ unplugAt: at });
      await session.eraseAndWrite([{ address: FLASH, bytes: image }]).catch(() => {});
      const isBlank = rom.flash.subarray(0, 1024).every((byte) => byte === 0xff);
      if (!isBlank) expect(rom.flash.subarray(0, 3000)).toEqual(image);
      firstBlocks.push(isBlank ? 'blank' : 'written');
    }
    expect(new Set(firstBlocks)).toEqual(new Set(['blank', 'written']));
  });

  test('a failure of the cable names what was under way: the address and the block', async () => {
    const image = [{ address: FLASH, bytes: counting(2000) }];
    const [whole, requests] = await met().then(([session, rom]) => [session, rom.requests] as const);
    await whole.eraseAndWrite(image);
    const pulledAt = async (request: string): Promise<Error> => {
      const [session] = await met({ unplugAt: requests.indexOf(request) });
      return failure(session.eraseAndWrite(image));
    };
    const writing = await pulledAt('DNLOAD 2: 976 bytes');
    expect(writing.message).toMatch(/^g0b1: broke off when asked to write 976 bytes at 0x0800_0400: .* \[HIL-252\]$/);
    expect(writing).toMatchObject({ code: 252, context: { block: 2, bytes: 976 } });
    expect((await pulledAt('DNLOAD 0: 41 00 00 00 08')).message).toContain('to erase the page at 0x0800_0000');
  });

  test('option bytes: written as a whole, then the chip resets', async () => {
    const [session, rom] = await met();
    await session.writeOptionBytes(rom.options.slice());
    expect(session.ended).toContain('option bytes');
  });

  test('read unprotect: the flash is erased, then the chip resets', async () => {
    const [session, rom] = await met();
    rom.flash.fill(0);
    await session.readoutUnprotect();
    expect(rom.requests).toContain('DNLOAD 0: 92');
    expect(rom.flash[0]).toBe(0xff);
    expect(session.ended).toContain('Read Unprotect');
  });

  test('closing: the interface is given back', async () => {
    const [session] = await met();
    session.close();
    await expect(session.massErase()).rejects.toMatchObject({ code: 310 });
  });
});

describe('the guard', () => {
  const nothing = { permissions: NO_PERMISSIONS };
  const unpermitted: readonly (readonly [string, number, (session: DfuseSession) => Promise<unknown>])[] = [
    ['erasePages', 451, (session) => session.erasePages([0])],
    ['massErase', 451, (session) => session.massErase()],
    ['eraseAndWrite', 451, (session) => session.eraseAndWrite([{ address: FLASH, bytes: counting(8) }])],
    ['writeMemory', 451, (session) => session.writeMemory(FLASH, counting(8))],
    ['readoutUnprotect', 454, (session) => session.readoutUnprotect()],
    ['writeOptionBytes', 453, (session) => session.writeOptionBytes(new Uint8Array(8).fill(0x55))],
  ];
  test.each(unpermitted)('%s is refused before anything was sent', async (_, code, work) => {
    const [session, rom] = await met({}, nothing);
    const from = rom.requests.length;
    const error = await failure(work(session));
    expect([code, 455]).toContain(error.code);
    expect(rom.requests.slice(from)).toEqual([]);
  });

  test('a map that forbids it is heeded too', async () => {
    const usb = { alternates: ['@Internal Flash   /0x08000000/128*02Kg,128*02Ke'] };
    const half: Chip = { ...chip, rom: { ...chip.rom, usb: { ...romUsb, ...usb } } };
    const [session, rom] = await met({ usb }, { chip: half });
    const from = rom.requests.length;
    const error = await failure(session.erasePages([128]));
    expect(error).toMatchObject({ code: 328 });
    expect(rom.requests.slice(from)).toEqual([]);
    expect(pageAt(chip, 128)?.base).toBe(error.context.address);
  });

  test('option bytes are not written by writeMemory', async () => {
    const [session] = await met();
    await expect(session.writeMemory(chip.optionBytes.base, counting(8))).rejects.toMatchObject({ code: 312 });
  });
});

test('each call is a step of the stream', async () => {
  const { sink, events } = memorySink();
  const [session] = await met({}, { recorder: createRecorder(sink) });
  await session.erasePages([3]);
  expect(events).toMatchObject([
    { type: 'start', action: 'bootloader erasePages', board: 'g0b1' },
    { type: 'end', ok: true },
  ]);
});
