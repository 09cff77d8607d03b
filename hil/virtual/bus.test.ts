import { describe, expect, test } from '@jest/globals';
import type { MemoryRegion } from './bus.ts';
import { busFault, createBus, isBusFault } from './bus.ts';

function createMap() {
  const bus = createBus();
  const flash = bus.addMemory({ name: 'flash', base: 0x0800_0000, size: 0x1000 });
  const ram = bus.addMemory({ name: 'ram', base: 0x2000_0000, size: 0x800, writable: true });
  return { bus, flash, ram };
}

describe('the memory map', () => {
  test('a memory answers in all widths, little endian, unsigned', () => {
    const { bus } = createMap();
    bus.write(0x2000_0000, 0xfedc_ba98, 4);
    expect(bus.read(0x2000_0000, 4)).toBe(0xfedc_ba98);
    expect(bus.read(0x2000_0002, 2)).toBe(0xfedc);
    expect(bus.read(0x2000_0001, 1)).toBe(0xba);
  });

  test.each([
    ['unmapped', 0x3000_0000, 4],
    ['behind the end of a memory', 0x2000_0800, 4],
    ['at 0 without an alias', 0, 4],
    ['unaligned', 0x2000_0002, 4],
  ] as const)('a read %s is a bus fault that names the address', (_name, address, width) => {
    const { bus } = createMap();
    expect(() => bus.read(address, width)).toThrow(`bus fault at 0x${address.toString(16).padStart(8, '0')}`);
    try {
      bus.read(address, width);
    } catch (error) {
      expect(isBusFault(error)).toBe(true);
    }
  });

  test('a store to a memory that is not writable faults, unless it has a write handler', () => {
    const { bus } = createMap();
    expect(() => bus.write(0x0800_0000, 1, 4)).toThrow('bus fault');
    const seen: number[][] = [];
    bus.addMemory({ name: 'otp', base: 0x1fff_7000, size: 0x400, onWrite: (...write) => seen.push(write) });
    bus.write(0x1fff_7008, 0xffff_fffe, 4);
    expect(seen).toEqual([[8, 0xffff_fffe, 4]]);
    expect(bus.read(0x1fff_7008, 4)).toBe(0);
  });

  test('the alias at 0 is the same memory, and only as large as it', () => {
    const { bus, flash, ram } = createMap();
    flash.words[1] = 0x1234;
    bus.setAlias(flash);
    expect(bus.read(4, 4)).toBe(0x1234);
    bus.setAlias(ram);
    bus.write(8, 77, 4);
    expect(bus.read(0x2000_0008, 4)).toBe(77);
    expect(() => bus.read(0x800, 4)).toThrow('bus fault');
  });

  test('two devices in one page answer at their own offsets; between them nothing does', () => {
    const { bus } = createMap();
    const device = (name: number) => ({ read: (offset: number) => name + offset, write: () => undefined });
    bus.addDevice(0x4001_0000, 0x20, device(100));
    bus.addDevice(0x4001_0080, 0x20, device(200));
    expect([bus.read(0x4001_0004, 4), bus.read(0x4001_0084, 4)]).toEqual([104, 204]);
    expect(() => bus.read(0x4001_0040, 4)).toThrow('bus fault');
    expect(() => bus.addDevice(0x4001_0090, 0x20, device(0))).toThrow('two devices at 0x40010090');
  });

  test('a device may answer with a fault', () => {
    const { bus } = createMap();
    bus.addDevice(0x4000_0000, 4, { read: () => busFault(0x4000_0000), write: () => undefined });
    expect(() => bus.read(0x4000_0000, 4)).toThrow('bus fault at 0x40000000');
  });

  test('a read fault makes reads fail and is lifted again', () => {
    const { bus, flash } = createMap();
    bus.setReadFault(flash, true);
    expect(() => bus.read(0x0800_0000, 4)).toThrow('bus fault');
    bus.setReadFault(flash, false);
    expect(bus.read(0x0800_0000, 4)).toBe(0);
  });
});

describe('what listeners hear', () => {
  test('every change of content, with place and length, and every change of the map once', () => {
    const { bus, flash, ram } = createMap();
    const heard: unknown[] = [];
    bus.listen({
      contentChanged: (region: MemoryRegion, offset: number, length: number) =>
        heard.push([region.name, offset, length]),
      mapChanged: () => heard.push('map'),
    });
    bus.write(0x2000_0006, 1, 2);
    bus.invalidate(flash, 0x100, 8);
    bus.setAlias(ram);
    bus.setAlias(ram);
    bus.setStalled(flash, true);
    bus.setWaitStates(flash, 2);
    expect(heard).toEqual([['ram', 6, 2], ['flash', 0x100, 8], 'map', 'map', 'map']);
  });
});

describe('quiet accesses', () => {
  test('memory reads are quiet, devices say so themselves', () => {
    const { bus } = createMap();
    bus.addDevice(0x4000_0000, 8, {
      read: () => 0,
      write: () => undefined,
      quietRead: (offset) => offset === 4,
      quietWrite: (_offset, value) => value === 0xaaaa,
    });
    bus.addDevice(0x4000_1000, 8, { read: () => 0, write: () => undefined });
    expect([0x0800_0000, 0x4000_0000, 0x4000_0004, 0x4000_1000].map((a) => bus.quietRead(a))).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect(bus.quietWrite(0x4000_0000, 0xaaaa)).toBe(true);
    expect(bus.quietWrite(0x4000_0000, 0x5555)).toBe(false);
    expect(bus.quietWrite(0x2000_0000, 0)).toBe(false);
  });
});
