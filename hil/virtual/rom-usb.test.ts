import { readFileSync } from 'node:fs';
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { contains, endOf, erasedWord, pageAt } from '../chip/chip.ts';
import { chipNamed, chips } from '../chip/lookup.ts';
import type { VirtualBoard } from './board-types.ts';
import { coreRegister, hostLine, peek, romBoard, startMs } from './rom-line.ts';
import { firstWire, jump, pass, poke, type RomUnderTest, romsUnderTest, spinningProgram } from './rom-parts.ts';
import {
  type DfuHost,
  dfuHost,
  dfuIn,
  dfuState,
  done,
  enumerated,
  enumerationMs,
  failed,
  SET_CONFIGURATION_1,
  usbOf,
} from './rom-usb-host.ts';

/** The ROMs as DFU devices (AN3156), one of each part: versions do not differ in it. */

const onUsb = chips.filter((chip) => chip.rom.usb !== undefined).map((chip) => chip.name);
const roms = romsUnderTest.filter(
  ([, { part }], i, all) => onUsb.includes(part) && all.findIndex(([, other]) => other.part === part) === i,
);
const romOf = (part: string): RomUnderTest => (roms.find(([, rom]) => rom.part === part) ?? roms[0]!)[1];

const ERR_TARGET = 0x01;
const ERR_FIRMWARE = 0x0a;
const ERR_VENDOR = 0x0b;
const ERR_STALLED_PACKET = 0x0f;
const PC = 15;
const LONGEST_ERASE_MS = 20_000;

const busy = (pollMs: number) => ({ status: 0, pollMs, state: dfuState.dnbusy });
const little32 = (word: number): number[] => [0, 8, 16, 24].map((shift) => (word >>> shift) & 0xff);
const pattern = (count: number): number[] => Array.from({ length: count }, (_, i) => (i * 7 + 3) & 0xff);

test('the ROMs of these parts are on USB', () => {
  expect(roms.map(([, { part }]) => part).sort()).toEqual(
    ['STM32C071RB', 'STM32F042K6', 'STM32F411RE', 'STM32G0B1RE', 'STM32L073RZ', 'STM32L476RG'].sort(),
  );
});

describe.each(roms)('%s', (_, rom) => {
  const chip = chipNamed(rom.part);
  const usb = usbOf(chip);
  const { wTransferSize } = usb;
  const lastPage = pageAt(chip, chip.flash.pages.reduce((sum, run) => sum + run.count, 0) - 1)!;
  const erased = [0, 8, 16, 24].map((shift) => (erasedWord(chip) >>> shift) & 0xff);
  let board: VirtualBoard;
  let dfu: DfuHost;

  beforeAll(() => {
    board = romBoard(rom);
    dfu = dfuHost(board);
    if (!enumerated(board, dfu, enumerationMs(rom.part))) throw new Error('no enumeration');
  });

  const write = (address: number, data: readonly number[]): void => {
    dfu.setPointer(address);
    expect(dfu.work(2, data).at(-1)).toEqual(done);
    dfu.abort();
  };
  const read = (address: number, count: number): unknown => {
    dfu.setPointer(address);
    dfu.abort();
    const bytes = dfu.upload(2, count);
    dfu.abort();
    return bytes;
  };

  /** Configured and in dfuIDLE, also for a test that runs alone. */
  const ready = (): void => {
    expect(dfu.control(SET_CONFIGURATION_1)).toEqual([]);
    expect(dfu.clearStatus()).toEqual([]);
    expect(dfu.getState()).toEqual([dfuState.idle]);
  };

  describe('says of itself', () => {
    test('what the chip facts say: the device descriptor', () => {
      const [low, high] = [usb.bcdUSB & 0xff, usb.bcdUSB >> 8];
      const version = [usb.bcdDevice & 0xff, usb.bcdDevice >> 8];
      expect(dfu.descriptor(1, 0)).toEqual([
        18,
        1,
        low,
        high,
        0,
        0,
        0,
        64,
        0x83,
        0x04,
        0x11,
        0xdf,
        ...version,
        1,
        2,
        3,
        1,
      ]);
    });

    test('one interface with an alternate setting for each memory, and one functional descriptor behind them', () => {
      const interfaces = usb.alternates.flatMap((_name, i) => [9, 4, 0, i, 0, 0xfe, 1, 2, 4 + i]);
      const total = 9 + interfaces.length + 9;
      const sizes = [usb.wDetachTimeOut, wTransferSize, usb.bcdDFUVersion].flatMap((half) => [half & 0xff, half >> 8]);
      const functional = [9, 0x21, usb.bmAttributes, ...sizes];
      expect(dfu.descriptor(2, 0)).toEqual([
        ...[9, 2, total, 0, 1, 1, 0, 0xc0, usb.maxPowerMa / 2],
        ...interfaces,
        ...functional,
      ]);
      expect(dfu.descriptor(0x21, 0, 9)).toEqual(functional);
    });

    test('its names, blank by blank', () => {
      expect(dfu.text(1)).toBe(usb.manufacturer);
      expect(dfu.text(2)).toBe(usb.product);
      expect(usb.alternates.map((_name, i) => dfu.text(4 + i))).toEqual(usb.alternates);
      expect(dfu.descriptor(3, 0)).toEqual([4, 3, 9, 4]);
    });

    test('its serial number', () => {
      const { base, words = [0, 4, 8] } = chip.identity.uniqueId;
      const [u0 = 0, u1 = 0, u2 = 0] = words.map((offset) => peek(board, base + offset));
      const hex = (value: number, digits: number): string => value.toString(16).toUpperCase().padStart(digits, '0');
      const computed = hex((u0 + u2) >>> 0, 8) + hex(u1 >>> 16, 4);
      expect(dfu.text(3)).toBe(usb.serial === 'unique-id' ? computed : usb.serial);
    });

    test('nothing by other names: STALL', () => {
      expect(dfu.descriptor(3, 4 + usb.alternates.length)).toBe('stall');
      expect(dfu.descriptor(6, 0)).toBe('stall');
      expect(dfu.descriptor(2, 1)).toBe('stall');
    });
  });

  test('refuses requests of DFU until the host has configured it, and serves its alternates then', () => {
    expect(dfu.getState()).toBe('stall');
    expect(dfu.control(SET_CONFIGURATION_1)).toEqual([]);
    const alternates = usb.alternates.length;
    for (let i = 0; i < alternates; i++) {
      expect(dfu.control([0x01, 11, i, 0, 0, 0, 0, 0])).toEqual([]);
      expect(dfu.control([0x81, 10, 0, 0, 0, 0, 1, 0])).toEqual([i]);
    }
    expect(dfu.control([0x01, 11, alternates, 0, 0, 0, 0, 0])).toBe('stall');
    expect(dfu.control([0x00, 9, 2, 0, 0, 0, 0, 0])).toBe('stall');
  });

  test('begins in dfuERROR with errFIRMWARE or in dfuIDLE, as its generation does', () => {
    const idle = { status: 0, pollMs: 0, state: dfuState.idle };
    const first = usb.bcdDevice === 0x2200 ? failed(ERR_FIRMWARE) : idle;
    expect(dfu.control(SET_CONFIGURATION_1)).toEqual([]);
    expect(dfu.getStatus()).toEqual(first);
    expect(dfu.clearStatus()).toEqual([]);
    expect(dfu.getStatus()).toEqual(idle);
  });

  test('lists its commands as block 0', () => {
    ready();
    expect(dfu.upload(0, 64)).toEqual([0x00, 0x21, 0x41, 0x92]);
    expect(dfu.getState()).toEqual([dfuState.idle]);
  });

  test('erases, writes and reads back the last page', () => {
    ready();
    expect(dfu.erasePage(lastPage.base, LONGEST_ERASE_MS).at(-1)).toEqual(done);
    dfu.setPointer(lastPage.base);
    const bytes = pattern(Math.min(64, lastPage.size));
    expect(dfu.work(2, bytes).at(-1)).toEqual(done);
    dfu.abort();
    expect(dfu.upload(2, bytes.length)).toEqual(bytes);
    expect(dfu.getState()).toEqual([dfuState.uploadIdle]);
    dfu.abort();
    expect(dfu.erasePage(lastPage.base + 8, LONGEST_ERASE_MS).at(-1)).toEqual(done);
    dfu.abort();
    expect(dfu.upload(2, 4)).toEqual(erased);
    dfu.abort();
  });

  test('writes whole blocks one after the other behind the pointer', () => {
    ready();
    const base = chip.flash.base;
    const pages = Math.ceil((2 * wTransferSize) / pageAt(chip, 0)!.size);
    for (let i = 0; i < pages; i++) dfu.erasePage(pageAt(chip, i)!.base, LONGEST_ERASE_MS);
    dfu.setPointer(base);
    const bytes = pattern(2 * wTransferSize);
    expect(dfu.work(2, bytes.slice(0, wTransferSize)).at(-1)).toEqual(done);
    expect(dfu.work(3, bytes.slice(wTransferSize)).at(-1)).toEqual(done);
    dfu.abort();
    expect(dfu.upload(3, wTransferSize)).toEqual(bytes.slice(wTransferSize));
    dfu.abort();
    expect(read(base, wTransferSize)).toEqual(bytes.slice(0, wTransferSize));
    // By the pointer, so that a block that lies elsewhere than one wTransferSize behind the one before it is found.
    expect(read(base + wTransferSize, wTransferSize)).toEqual(bytes.slice(wTransferSize));
    for (let i = 0; i < pages; i++) dfu.erasePage(pageAt(chip, i)!.base, LONGEST_ERASE_MS);
    dfu.abort();
  });

  test('announces its work by dfuDNBUSY and a time, and the end of it without one', () => {
    ready();
    dfu.dnload(0, [0x21, ...little32(chip.flash.base)]);
    expect(dfu.getState()).toEqual([dfuState.dnloadSync]);
    expect(dfu.getStatus()).toMatchObject({ status: 0, state: dfuState.dnbusy });
    expect(dfu.getState()).toEqual([dfuState.dnloadSync]);
    expect(dfu.getStatus()).toEqual(done);
    dfu.abort();
  });

  test('answers nothing while it works', () => {
    ready();
    // In bank 1: the G0B1 does not wait for the other (AN2606 r70 T112).
    dfu.dnload(0, [0x41, ...little32(pageAt(chip, 3)!.base)]);
    const before = board.schedule.now();
    expect(dfu.getStatus()).toMatchObject({ state: dfuState.dnbusy });
    const announced = board.schedule.now();
    expect(dfu.getStatus(LONGEST_ERASE_MS)).toEqual(done);
    const waited = (board.schedule.now() - announced) / 1e6;
    expect((announced - before) / 1e6).toBeLessThan(2);
    expect(waited).toBeGreaterThan(1);
    dfu.abort();
  });

  describe('refuses', () => {
    const recover = (): void => {
      expect(dfu.clearStatus()).toEqual([]);
      expect(dfu.getState()).toEqual([dfuState.idle]);
    };
    beforeEach(ready);

    test('addresses where nothing is: errTARGET at the second GETSTATUS', () => {
      expect(dfu.setPointer(0x0000_0040).at(-1)).toEqual(failed(ERR_TARGET));
      recover();
      expect(dfu.erasePage(endOf(chip.flash)).at(-1)).toEqual(failed(ERR_TARGET));
      recover();
    });

    test('to write behind the end of flash', () => {
      dfu.setPointer(endOf(chip.flash) - 8);
      expect(dfu.work(3, [1, 2, 3, 4, 5, 6, 7, 8]).at(-1)).toEqual(failed(ERR_TARGET));
      recover();
      dfu.setPointer(chip.flash.base);
      dfu.abort();
    });

    test('blocks that are longer than wTransferSize, and block 1', () => {
      expect(dfu.dnload(2, pattern(wTransferSize + 1))).toBe('stall');
      expect(dfu.getStatus()).toEqual(failed(ERR_STALLED_PACKET));
      recover();
      expect(dfu.upload(2, wTransferSize + 1)).toBe('stall');
      recover();
      expect(dfu.dnload(1, [1, 2, 3, 4])).toBe('stall');
      recover();
    });

    test('commands that do not exist, in their status stage', () => {
      for (const bytes of [[0x55], [0x21], [0x41, 1], [0x92, 0, 0, 0, 0]]) {
        expect(dfu.dnload(0, bytes)).toBe('stall');
        expect(dfu.getStatus()).toEqual(failed(ERR_STALLED_PACKET));
        recover();
      }
    });

    test.each<[string, readonly number[], readonly number[]]>([
      ['a GETSTATUS that brings data', [0x21, 3, 0, 0, 0, 0, 6, 0], [1, 2, 3, 4, 5, 6]],
      ['a GETSTATE that brings data', [0x21, 5, 0, 0, 0, 0, 1, 0], [1]],
      ['an UPLOAD that brings data', [0x21, 2, 0, 0, 0, 0, 4, 0], [1, 2, 3, 4]],
      ['a DNLOAD that wants data', [0xa1, 1, 2, 0, 0, 0, 4, 0], []],
      ['a CLRSTATUS that wants data', [0xa1, 4, 0, 0, 0, 0, 1, 0], []],
    ])('%s', (_name, setup, data) => {
      expect(dfu.control(setup, data)).toBe('stall');
      expect(dfu.getStatus()).toEqual(failed(ERR_STALLED_PACKET));
      recover();
    });

    test('what the state does not allow: an upload within a download, and all but asking in dfuERROR', () => {
      dfu.setPointer(chip.flash.base);
      expect(dfu.upload(2, 8)).toBe('stall');
      expect(dfu.getState()).toEqual([dfuState.error]);
      expect(dfu.dnload(2, [1, 2, 3, 4])).toBe('stall');
      expect(dfu.abort()).toBe('stall');
      expect(dfu.getStatus()).toEqual(failed(ERR_STALLED_PACKET));
      recover();
    });
  });

  test('keeps its state over a bus reset', () => {
    ready();
    dfu.dnload(0, [0x21, ...little32(chip.flash.base)]);
    dfu.controller.reset();
    pass(board, 100);
    dfu.control(SET_CONFIGURATION_1);
    expect(dfu.getState()).toEqual([dfuState.dnloadSync]);
    expect([dfu.getStatus(), dfu.getStatus()].at(-1)).toEqual(done);
    dfu.abort();
  });

  test('pads the tail of a block with what erased flash reads', () => {
    ready();
    dfu.erasePage(lastPage.base, LONGEST_ERASE_MS);
    // What stands in the ROM's buffer afterwards is not what erased flash reads.
    write(lastPage.base, [0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88]);
    dfu.erasePage(lastPage.base, LONGEST_ERASE_MS);
    write(lastPage.base, [1, 2, 3, 4, 5]);
    expect(read(lastPage.base, 8)).toEqual([1, 2, 3, 4, 5, ...erased.slice(0, 3)]);
  });

  test('leaves for the program at the pointer: off the bus, and running it', () => {
    ready();
    const at = lastPage.base;
    dfu.erasePage(at, LONGEST_ERASE_MS);
    write(at, spinningProgram(at, endOf(chip.sram)));
    dfu.setPointer(at);
    expect(dfu.dnload(0, [])).toEqual([]);
    const answer = dfu.getStatus();
    expect(answer).toEqual(rom.part === 'STM32G0B1RE' ? 'gone' : { status: 0, pollMs: 0, state: dfuState.manifest });
    pass(board, 2);
    expect(dfu.controller.attached).toBe(false);
    // The G0B1's GO takes the debugger's access away (AN2606 r70 T112).
    if (rom.part === 'STM32G0B1RE') expect(() => coreRegister(board, PC)).toThrow();
    else expect(contains(lastPage, coreRegister(board, PC))).toBe(true);
  });
});

describe('which side wins', () => {
  test.each(roms)('%s leaves the bus when a USART has its 0x7F', (_, rom) => {
    const board = romBoard(rom);
    const dfu = dfuHost(board);
    const line = hostLine(board, firstWire(rom.part));
    line.runMs(startMs(rom) + 20);
    expect(dfu.controller.attached).toBe(true);
    expect(line.exchange([0x7f], 1)).toEqual([0x79]);
    expect(dfu.controller.attached).toBe(false);
  });

  test.each(roms)('%s hears no USART once a host has configured it', (_, rom) => {
    const board = romBoard(rom);
    dfuIn(board, rom.part);
    const line = hostLine(board, firstWire(rom.part));
    expect(line.exchange([0x7f], 1)).toEqual([]);
  });
});

describe('the 48 MHz', () => {
  test('of the F411 come from HSE, once a host resets the bus', () => {
    const board = romBoard(romOf('STM32F411RE'));
    const pllFromHse = (): boolean => (peek(board, 0x4002_3804) & (1 << 22)) !== 0;
    pass(board, startMs(romOf('STM32F411RE')) + 20);
    expect(pllFromHse()).toBe(false);
    dfuIn(board, 'STM32F411RE');
    expect(pllFromHse()).toBe(true);
    expect(peek(board, 0x4002_3804) & 0x3f).toBe(8);
  });
});

test('the F411 enumerates whatever the deviation of its HSI: HSE serves USB', () => {
  const rom = romOf('STM32F411RE');
  for (const seed of [1, 8, 23]) {
    const board = romBoard(rom, undefined, seed);
    expect([seed, enumerated(board, dfuHost(board), enumerationMs(rom.part))]).toEqual([seed, true]);
  }
});

describe('entered with PRIMASK set', () => {
  const masked = (rom: RomUnderTest): boolean => {
    const board = jump(rom, { primask: true, flash: new Uint8Array(0) });
    return enumerated(board, dfuHost(board), enumerationMs(rom.part));
  };

  test('the C071 enumerates', () => {
    expect(masked(romOf('STM32C071RB'))).toBe(true);
  });

  test.each([['STM32G0B1RE'], ['STM32F411RE']])('the %s does not answer its host', (part) => {
    expect(masked(romOf(part))).toBe(false);
  });
});

describe('entered on a core without VTOR', () => {
  /** What lies at address 0: SYSCFG_CFGR1.MEM_MODE, with the clock of SYSCFG on. */
  const enumeratesWith = (memMode: number): boolean => {
    const rom = romOf('STM32F042K6');
    const board = jump(rom, {
      flash: new Uint8Array(0),
      before(halted) {
        poke(halted, 0x4002_1018, 1);
        poke(halted, 0x4001_0000, memMode);
      },
    });
    return enumerated(board, dfuHost(board), enumerationMs(rom.part));
  };

  test('USB works with system memory at 0, and not with main flash there: its interrupt needs the vectors of the ROM', () => {
    expect([enumeratesWith(1), enumeratesWith(0)]).toEqual([true, false]);
  });
});

describe('flash and option bytes', () => {
  const g0b1 = romOf('STM32G0B1RE');
  const F411 = 'STM32F411RE';

  test('of the G0B1: mass erase', () => {
    const board = romBoard(g0b1);
    const dfu = dfuIn(board, g0b1.part);
    dfu.setPointer(0x0800_1000);
    dfu.work(2, pattern(16));
    expect(dfu.work(0, [0x41], LONGEST_ERASE_MS)).toEqual([busy(41), done]);
    dfu.abort();
    expect(dfu.upload(2, 4)).toEqual([0xff, 0xff, 0xff, 0xff]);
  });

  test('of the L073: no mass erase', () => {
    const rom = romOf('STM32L073RZ');
    const dfu = dfuIn(romBoard(rom), rom.part);
    expect(dfu.work(0, [0x41]).at(-1)).toEqual(failed(ERR_VENDOR));
  });

  test('of the L476: a block longer than 256 bytes loses the end that is no double word', () => {
    const rom = romOf('STM32L476RG');
    const dfu = dfuIn(romBoard(rom), rom.part);
    for (const [at, count] of [
      [0x0800_1000, 260],
      [0x0800_1800, 255],
    ] as const) {
      dfu.setPointer(at);
      dfu.work(2, pattern(count));
      dfu.abort();
    }
    expect(dfu.upload(2, 256)).toEqual([...pattern(255), 0xff]);
    dfu.abort();
    dfu.setPointer(0x0800_1000);
    dfu.abort();
    expect(dfu.upload(2, 264)).toEqual([...pattern(256), ...Array<number>(8).fill(0xff)]);
  });

  test('of the F411: 100 ms are announced for an erase, 104 ms for all else', () => {
    const dfu = dfuIn(romBoard(romOf(F411)), F411);
    expect(dfu.erasePage(0x0800_4000, LONGEST_ERASE_MS)).toEqual([busy(100), done]);
    expect(dfu.setPointer(0x0800_4000)).toEqual([busy(104), done]);
    expect(dfu.work(2, pattern(12))).toEqual([busy(104), done]);
  });

  test('under readout protection: errVENDOR for all but the way out', () => {
    const board = romBoard(g0b1);
    const line = hostLine(board, firstWire(g0b1.part));
    line.runMs(startMs(g0b1));
    line.exchange([0x7f], 1);
    expect(line.exchange([0x82, 0x7d], 2, 200)).toEqual([0x79, 0x79]);
    const dfu = dfuIn(board, g0b1.part);
    expect(dfu.upload(2, 4)).toBe('stall');
    expect(dfu.getStatus()).toEqual(failed(ERR_VENDOR));
    dfu.clearStatus();
    expect(dfu.erasePage(0x0800_0000).at(-1)).toEqual(failed(ERR_VENDOR));
    dfu.clearStatus();
    dfu.dnload(0, [0x92]);
    expect(dfu.getStatus()).toEqual(busy(41));
    pass(board, 200);
    expect(peek(board, 0x4002_2020) & 0xff).toBe(0xaa);
  });

  test('of the C071: option bytes that are written take effect by a reset, which ends DFU', () => {
    const rom = romOf('STM32C071RB');
    const board = romBoard(rom);
    const dfu = dfuIn(board, rom.part);
    const optr = peek(board, 0x1fff_7800);
    const changed = (optr & ~(3 << 10)) >>> 0; // BOR_LEV, which C0 has where the others do
    dfu.setPointer(0x1fff_7800);
    dfu.dnload(2, little32(changed));
    expect(dfu.getStatus()).toEqual(busy(16));
    pass(board, 100);
    expect(dfu.controller.device).toBeUndefined();
    expect(peek(board, 0x4002_2020)).toBe(changed);
  });
});

test('a ROM without USB has none of it', () => {
  const image = readFileSync(new URL('../../build/firmware/rom/stm32g070-0xB4.bin', import.meta.url));
  expect(image.includes(Buffer.from('STMicroelectronics'))).toBe(false);
  const board = romBoard({ part: 'STM32G070RB', romId: 0xb4 });
  expect(board.usb).toBeUndefined();
});
