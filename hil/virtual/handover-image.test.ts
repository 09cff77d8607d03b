import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readElf } from '../image/elf.ts';
import { bytesAt, wordAt } from '../image/image.ts';
import { handoverBin, handoverElf, symbol } from './handover-line.ts';

const script = fileURLToPath(new URL('../../scripts/check-firmware.mjs', import.meta.url));
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'check-firmware-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function check(elf: Uint8Array, part = 'stm32g070rb'): { status: number | null; defects: string } {
  const file = join(folder, `${part}.elf`);
  writeFileSync(file, elf);
  const { status, stderr } = spawnSync(process.execPath, [script, file], { encoding: 'utf8' });
  return { status, defects: stderr };
}

/** A writable view of the built ELF that finds its way by the names and addresses of its contents. */
function broken(change: (elf: ReturnType<typeof editor>) => void): Uint8Array {
  const bytes = Buffer.from(handoverElf());
  change(editor(bytes));
  return bytes;
}

function editor(bytes: Buffer) {
  const word = (at: number): number => bytes.readUInt32LE(at);
  const put = (at: number, value: number): void => {
    bytes.writeUInt32LE(value >>> 0, at);
  };
  const headers = (offset: number, size: number, count: number): number[] =>
    Array.from({ length: count }, (_, index) => offset + index * size);
  const programHeaders = headers(word(28), bytes.readUInt16LE(42), bytes.readUInt16LE(44));
  const sectionHeaders = headers(word(32), bytes.readUInt16LE(46), bytes.readUInt16LE(48));
  const stringAt = (at: number): string => bytes.toString('latin1', at, bytes.indexOf(0, at));
  const names = word((sectionHeaders[bytes.readUInt16LE(50)] ?? 0) + 16);
  const section = (name: string): number => {
    const found = sectionHeaders.find((at) => stringAt(names + word(at)) === name);
    if (found === undefined) throw new Error(`no section ${name}`);
    return found;
  };
  const symbolAt = (name: string): number => {
    const strings = word(section('.strtab') + 16);
    const table = section('.symtab');
    for (let at = word(table + 16); at < word(table + 16) + word(table + 20); at += 16) {
      if (stringAt(strings + word(at)) === name) return at;
    }
    throw new Error(`no symbol ${name}`);
  };
  return {
    setFlashWord(address: number, value: number) {
      const header =
        programHeaders.find((at) => word(at + 12) <= address && address < word(at + 12) + word(at + 16)) ?? 0;
      put(word(header + 4) + address - word(header + 12), value);
    },
    setLoadAddress(from: number, to: number) {
      put((programHeaders.find((at) => word(at + 12) === from) ?? 0) + 12, to);
    },
    setSection(name: string, field: 'type' | 'address' | 'size', value: number) {
      put(section(name) + { type: 4, address: 12, size: 20 }[field], value);
    },
    setSymbol(name: string, value: number) {
      put(symbolAt(name) + 4, value);
    },
    renameSymbol(name: string) {
      const at = word(section('.strtab') + 16) + word(symbolAt(name));
      bytes.write('X', at, 'latin1');
    },
  };
}

describe('the built application', () => {
  test('passes its static checks', () => {
    expect(check(handoverElf())).toEqual({ status: 0, defects: '' });
  });

  test('has the fake vector table of the guide at 0x08000200', () => {
    const image = readElf('stm32g070rb.elf', handoverElf());
    expect(symbol('force_reset_vtable')).toBe(0x0800_0200);
    expect(wordAt(image, 0x0800_0200)).toBe(0x2000_7c00);
    expect(wordAt(image, 0x0800_0204)).toBe(symbol('Force_Reset_Handler') | 1);
  });

  test('is the same as BIN and as ELF', () => {
    const bin = handoverBin();
    expect(bin.length).toBeLessThan(0x2_0000);
    const image = readElf('stm32g070rb.elf', handoverElf());
    for (const { address, bytes } of image.segments) {
      expect(Buffer.compare(bin.subarray(address - 0x0800_0000, address - 0x0800_0000 + bytes.length), bytes)).toBe(0);
    }
    expect(bytesAt(image, 0x0800_0000, 8)).toEqual(new Uint8Array(bin.subarray(0, 8)));
  });
});

describe('the static checks fail when', () => {
  test('the name of the file is that of no part', () => {
    expect(check(handoverElf(), 'stm32g999')).toMatchObject({ status: 1 });
    expect(check(handoverElf(), 'stm32g999').defects).toContain('no part stm32g999 is known');
  });

  test('the application was built for a part with more memory', () => {
    expect(check(handoverElf('STM32G0B1RE'), 'stm32g070rb').defects).toContain('is in neither flash nor RAM');
  });

  test.each<[string, string, Parameters<typeof broken>[0]]>([
    [
      'the reset vtable has no stack',
      '0x08000200 is 0xffffffff, not _estack',
      (elf) => elf.setFlashWord(0x0800_0200, 0xffff_ffff),
    ],
    [
      'its entry has bit 0 clear',
      'not Force_Reset_Handler with bit 0 set',
      (elf) => elf.setFlashWord(0x0800_0204, symbol('Force_Reset_Handler')),
    ],
    [
      'it lies elsewhere',
      'force_reset_vtable is not at 0x08000200',
      (elf) => elf.setSymbol('force_reset_vtable', 0x0800_0300),
    ],
    ['the main table reaches into it', 'ends at 0x08000204', (elf) => elf.setSection('.isr_vector', 'size', 0x204)],
    [
      'two sections overlap',
      '.isr_vector and .secondary_isr_vector overlap',
      (elf) => elf.setSection('.isr_vector', 'size', 0x204),
    ],
    ['the main table has no stack', 'first word of the main vector table', (elf) => elf.setFlashWord(0x0800_0000, 0)],
    [
      'something is loaded outside flash',
      'is loaded outside flash',
      (elf) => elf.setLoadAddress(0x0800_0000, 0x0801_f000),
    ],
    ['a section is in no memory', 'in neither flash nor RAM', (elf) => elf.setSection('.bss', 'address', 0x1000_0000)],
    [
      'what must be retained lies in the RAM of the ROM',
      'lies in the RAM that the ROM uses',
      (elf) => elf.setSymbol('retained', 0x2000_2ff0),
    ],
    ['it lies outside its section', 'is not in section .retained', (elf) => elf.setSymbol('retained', 0x2000_4000)],
    ['it is initialised at the start', 'section .retained is loaded', (elf) => elf.setSection('.retained', 'type', 1)],
    [
      'the stack grows into it',
      'the stack grows into section .retained',
      (elf) => elf.setSymbol('_estack', 0x2000_7c80),
    ],
    ['a symbol is missing', 'symbol Error_Handler is missing', (elf) => elf.renameSymbol('Error_Handler')],
  ])('%s', (_, sentence, change) => {
    const { status, defects } = check(broken(change));
    expect(defects).toContain(sentence);
    expect(status).toBe(1);
  });

  test.each<[string, string, () => Uint8Array]>([
    ['the file is cut off', 'cut off', () => handoverElf().subarray(0, 4096)],
    ['the file is no ELF', 'not an ELF file', () => handoverBin()],
    ['the file is empty', 'not an ELF file', () => new Uint8Array(0)],
  ])('%s', (_, sentence, file) => {
    const { status, defects } = check(file());
    expect(defects).toContain(sentence);
    expect(status).toBe(1);
  });
});
