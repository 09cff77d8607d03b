import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { firstLanguage, parseDevice, parseString } from '../../transport/usb/descriptors.ts';
import { parseDfuConfiguration, parseFunctional } from './descriptors.ts';

const bytesOf = (hex: string): Uint8Array => Buffer.from(hex.replace(/[\s|]/g, ''), 'hex');

/** Descriptors as boards showed them (lsusb -v of F407, F437 and F401 boards; a clone by GigaDevice). */
const F4_DEVICE = bytesOf('12 01 00 01 00 00 00 40 83 04 11 DF 00 22 01 02 03 01');
const F4_CONFIGURATION = bytesOf(
  '09 02 36 00 01 01 00 C0 32 | 09 04 00 00 00 FE 01 02 04 | 09 04 00 01 00 FE 01 02 05 | 09 04 00 02 00 FE 01 02 06 | 09 04 00 03 00 FE 01 02 07 | 09 21 0B FF 00 00 08 1A 01',
);
const CLONE = bytesOf('09 02 1B 00 01 01 00 80 32 | 09 04 00 00 00 FE 01 02 00 | 09 21 0B FF 00 00 08 1A 01');
/** A composite application: CDC, then a run-time interface. */
const RUNTIME = bytesOf(
  '09 02 2D 00 02 01 00 80 32 | 09 04 00 00 01 02 02 01 00 | 09 21 11 01 00 01 22 40 00 | 09 04 02 00 00 FE 01 01 05 | 09 21 0D FF 00 00 04 10 01',
);

describe('the device descriptor', () => {
  test('of an F4 ROM', () => {
    expect(parseDevice(F4_DEVICE)).toEqual({
      bcdUSB: 0x0100,
      vendorId: 0x0483,
      productId: 0xdf11,
      bcdDevice: 0x2200,
      iManufacturer: 1,
      iProduct: 2,
      iSerialNumber: 3,
      numConfigurations: 1,
    });
  });

  test('that is cut short is refused', () => {
    expect(() => parseDevice(F4_DEVICE.subarray(0, 17))).toThrow(expect.objectContaining({ code: 321 }));
  });
});

describe('the configuration', () => {
  test('of an F4 ROM: four alternates, and one functional descriptor after the last', () => {
    const { value, interfaces } = parseDfuConfiguration(F4_CONFIGURATION);
    expect(value).toBe(1);
    expect(interfaces).toHaveLength(1);
    expect(interfaces[0]).toMatchObject({ number: 0, protocol: 2 });
    expect(interfaces[0]?.alternates.map(({ alternate, iInterface }) => [alternate, iInterface])).toEqual([
      [0, 4],
      [1, 5],
      [2, 6],
      [3, 7],
    ]);
    expect(interfaces[0]?.functional).toEqual({
      bmAttributes: 0x0b,
      canDownload: true,
      canUpload: true,
      manifestationTolerant: false,
      willDetach: true,
      wDetachTimeOut: 255,
      wTransferSize: 2048,
      bcdDFUVersion: 0x011a,
    });
  });

  test('of a clone has one alternate without a name', () => {
    expect(parseDfuConfiguration(CLONE).interfaces[0]?.alternates).toMatchObject([{ alternate: 0, iInterface: 0 }]);
  });

  test('of a composite application: the functional descriptor of another class is passed over', () => {
    const { interfaces } = parseDfuConfiguration(RUNTIME);
    expect(interfaces).toMatchObject([
      { number: 2, protocol: 1, functional: { willDetach: true, wTransferSize: 1024 } },
    ]);
  });

  test.each([
    ['a descriptor of no length', '09 02 0B 00 01 01 00 80 32 | 00 04'],
    ['one that ends behind the whole', '09 02 0B 00 01 01 00 80 32 | 09 04'],
    ['a whole that ends early', '09 02 36 00 01 01 00 80 32'],
    ['a length of nothing', '09 02 00 00 01 01 00 80 32'],
    ['an interface of four bytes', '09 02 0D 00 01 01 00 80 32 | 04 04 00 00'],
  ])('with %s is refused', (_, hex) => {
    expect(() => parseDfuConfiguration(bytesOf(hex))).toThrow(expect.objectContaining({ code: 321 }));
  });

  test('of whatever bytes is read or refused, and never loops', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (rest) => {
        const total = 9 + rest.length;
        try {
          parseDfuConfiguration(Uint8Array.from([9, 2, total, 0, 1, 1, 0, 0x80, 50, ...rest]));
        } catch (error) {
          expect(error).toMatchObject({ code: 321 });
        }
      }),
    );
  });

  test('the functional descriptor of DFU 1.0 has no version', () => {
    expect(parseFunctional(bytesOf('07 21 03 E8 03 00 04'))).toMatchObject({
      bcdDFUVersion: 0x0100,
      wDetachTimeOut: 1000,
    });
  });
});

describe('strings', () => {
  test('are UTF-16, blanks and all', () => {
    const text = '@Internal Flash   /0x08000000/256*02Kg';
    const bytes = Uint8Array.from([2 + 2 * text.length, 3, ...Buffer.from(text, 'utf16le')]);
    expect(parseString(bytes)).toBe(text);
  });

  test('tell the language to ask in', () => {
    expect(firstLanguage(bytesOf('04 03 09 04'))).toBe(0x0409);
    expect(firstLanguage(bytesOf('02 03'))).toBeUndefined();
  });

  test.each(['', '06 03 41 00', '05 03 41 00 42', '04 02 41 00'])("'%s' is none", (hex) => {
    expect(() => parseString(bytesOf(hex))).toThrow(expect.objectContaining({ code: 321 }));
  });
});
