import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  addressFrame,
  checksumParameterFrame,
  commandFrame,
  commands,
  commandText,
  eraseAllFrame,
  eraseFrame,
  extendedEraseFrame,
  parseChecksumReply,
  parseGetReply,
  parseIdReply,
  parseVersionReply,
  readCountFrame,
  replyLength,
  specialEraseFrame,
  versionText,
  writeFrame,
  writeProtectFrame,
  xor,
} from './coder.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));

describe('frames, byte by byte as AN3155 prints them', () => {
  test.each([
    ['GET', '00ff'],
    ['GV', '01fe'],
    ['GID', '02fd'],
    ['RM', '11ee'],
    ['GO', '21de'],
    ['WM', '31ce'],
    ['ER', '43bc'],
    ['EER', '44bb'],
    ['WP', '639c'],
    ['WPUN', '738c'],
    ['RDP', '827d'],
    ['RDU', '926d'],
    ['CRC', 'a15e'],
  ] as const)('%s is the code and its complement', (name, expected) => {
    expect(hex(commandFrame(commands[name]))).toBe(expected);
  });

  test.each([
    [0x0800_0000, '0800000008'],
    [0x0800_0200, '080002000a'],
    [0x2000_3000, '2000300010'],
    [0x1fff_7800, '1fff780098'],
    // The exchange of an F407 with a tool that asked for the F0's size register (community.st.com 0D50X0000C9h1fV).
    [0x1fff_f7cc, '1ffff7ccdb'],
    [0, '0000000000'],
    [0xffff_ffff, 'ffffffff00'],
  ])('address %i', (address, expected) => {
    expect(hex(addressFrame(address))).toBe(expected);
  });

  test.each([
    [1, '00ff'],
    [4, '03fc'],
    [256, 'ff00'],
  ])('read %i bytes', (count, expected) => {
    expect(hex(readCountFrame(count))).toBe(expected);
  });

  test('write of one word', () => {
    expect(hex(writeFrame(bytes('00 20 00 20')))).toBe('030020002003');
  });

  test('erase of pages 0 and 255, and of everything', () => {
    expect(hex(eraseFrame([0, 255]))).toBe('0100fffe');
    expect(hex(eraseAllFrame())).toBe('ff00');
  });

  test('extended erase of pages 0 and 0x0102', () => {
    expect(hex(extendedEraseFrame([0, 0x0102]))).toBe('00010000010202');
  });

  test.each([
    ['mass', 'ffff00'],
    ['bank1', 'fffe01'],
    ['bank2', 'fffd02'],
  ] as const)('special erase: %s', (what, expected) => {
    expect(hex(specialEraseFrame(what))).toBe(expected);
  });

  test('write protection of sectors 1 and 2', () => {
    expect(hex(writeProtectFrame([1, 2]))).toBe('01010202');
  });

  test('parameter of the checksum command', () => {
    expect(hex(checksumParameterFrame(0x04c1_1db7))).toBe('04c11db76f');
  });
});

describe('replies of real chips', () => {
  // STM32L072 at 19200 8E1, bytes as captured in public by the makers of a LoRa carrier board.
  test('GET of an L072', () => {
    const reply = parseGetReply(bytes('0b 31 00 01 02 11 21 31 44 63 73 82 92 79'));
    expect(reply).toEqual({
      version: 0x31,
      commands: [0x00, 0x01, 0x02, 0x11, 0x21, 0x31, 0x44, 0x63, 0x73, 0x82, 0x92],
    });
    expect(versionText(reply.version)).toBe('V3.1');
  });

  test('GET ID of an L072', () => {
    expect(parseIdReply(bytes('01 04 47 79'))).toBe(0x447);
  });

  // STM32G491 with bits lost on the line (qa-community, "garbled after sync"): good would have been 01 04 79 79.
  test('a garbled GET ID is refused', () => {
    expect(() => parseIdReply(bytes('03 04 7b 7b'))).toThrow(/count byte does not fit.*03 04 7b 7b.*HIL-306/);
  });

  test('GET VERSION', () => {
    expect(parseVersionReply(bytes('31 00 00 79'))).toEqual({ version: 0x31, optionBytes: [0, 0] });
    expect(() => parseVersionReply(bytes('31 00 00 1f'))).toThrow(/HIL-306/);
  });

  test('a reply that does not end with ACK is refused', () => {
    expect(() => parseIdReply(bytes('01 04 60 1f'))).toThrow(/does not end with ACK/);
    expect(() => parseGetReply(bytes('0b 31'))).toThrow(/count byte/);
  });

  test('a checksum with a wrong XOR is refused', () => {
    expect(parseChecksumReply(bytes('12 34 56 78 08'))).toBe(0x1234_5678);
    expect(() => parseChecksumReply(bytes('12 34 56 78 09'))).toThrow(/HIL-306/);
  });
});

const byte = fc.integer({ min: 0, max: 0xff });

describe('whatever is asked for', () => {
  test('the XOR of a frame with its checksum is 0', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.nat({ max: 0xffff_ffff }).map(addressFrame),
          fc.uint8Array({ minLength: 1, maxLength: 256 }).map(writeFrame),
          fc.array(byte, { minLength: 1, maxLength: 255 }).map(eraseFrame),
          fc.array(fc.nat({ max: 0xffff }), { minLength: 1, maxLength: 600 }).map(extendedEraseFrame),
          fc.array(byte, { minLength: 1, maxLength: 256 }).map(writeProtectFrame),
          fc.constantFrom('mass' as const, 'bank1' as const, 'bank2' as const).map(specialEraseFrame),
        ),
        (frame) => {
          expect(xor(frame)).toBe(0);
        },
      ),
    );
  });

  test('code and complement, count and complement, have the XOR 0xFF', () => {
    for (const command of Object.values(commands)) expect(xor(commandFrame(command))).toBe(0xff);
    for (let count = 1; count <= 256; count++) expect(xor(readCountFrame(count))).toBe(0xff);
  });

  test('an address, data and pages can be read back from their frames', () => {
    fc.assert(
      fc.property(fc.nat({ max: 0xffff_ffff }), (address) => {
        expect(Buffer.from(addressFrame(address)).readUInt32BE(0)).toBe(address);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 256 }), (data) => {
        const frame = writeFrame(data);
        expect(frame[0]).toBe(data.length - 1);
        expect(frame.slice(1, -1)).toEqual(data);
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 0xffff }), { minLength: 1, maxLength: 300 }), (pages) => {
        const frame = Buffer.from(extendedEraseFrame(pages));
        expect(frame.readUInt16BE(0)).toBe(pages.length - 1);
        expect(pages.map((_, i) => frame.readUInt16BE(2 + 2 * i))).toEqual(pages);
      }),
    );
  });

  test('GET and GET ID read what a ROM would have sent', () => {
    fc.assert(
      fc.property(byte, fc.array(byte, { maxLength: 200 }), (version, codes) => {
        const reply = Uint8Array.of(codes.length, version, ...codes, 0x79);
        expect(reply.length).toBe(1 + replyLength(codes.length));
        expect(parseGetReply(reply)).toEqual({ version, commands: codes });
      }),
    );
    fc.assert(
      fc.property(fc.nat({ max: 0xffff }), (id) => {
        expect(parseIdReply(Uint8Array.of(1, id >> 8, id & 0xff, 0x79))).toBe(id);
      }),
    );
  });

  test('arguments outside of the limits are refused and named', () => {
    const refused: readonly (() => unknown)[] = [
      () => addressFrame(-1),
      () => addressFrame(0x1_0000_0000),
      () => addressFrame(0.5),
      () => readCountFrame(0),
      () => readCountFrame(257),
      () => writeFrame(new Uint8Array(0)),
      () => writeFrame(new Uint8Array(257)),
      () => eraseFrame([]),
      () => eraseFrame([256]),
      () => eraseFrame(new Array<number>(256).fill(0)),
      () => extendedEraseFrame([]),
      () => extendedEraseFrame([0x1_0000]),
      () => extendedEraseFrame(new Array<number>(0xfff1).fill(0)),
      () => writeProtectFrame([256]),
    ];
    for (const call of refused) expect(call).toThrow(/must be an integer from .*HIL-312/);
    expect(extendedEraseFrame(new Array<number>(0xfff0).fill(0)).length).toBe(2 + 2 * 0xfff0 + 1);
  });
});

test('a command is named with its code', () => {
  expect(commandText(commands.EER)).toBe('Extended Erase (0x44)');
});
