import { describe, expect, test } from '@jest/globals';
import { CONFIGURATION, DEVICE, stringDescriptor } from './stlink-usb-descriptors.ts';

/** Descriptors one after the other, by their lengths (USB 2.0 9.5), read apart from what wrote them. */
function split(bytes: Uint8Array): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes[at] ?? 0;
    if (length < 2) throw new Error(`descriptor at ${at} has ${length} bytes`);
    parts.push(Buffer.from(bytes.subarray(at, at + length)));
    at += length;
  }
  return parts;
}

const parts = split(CONFIGURATION);
const ofType = (type: number): Buffer[] => parts.filter((part) => part[1] === type);

describe('the ST-LINK/V2-1 on USB', () => {
  test('is 0483:374B, a full-speed device of several functions joined by an association', () => {
    expect(Buffer.from(DEVICE).toString('hex')).toBe(
      '1201' + '0002' + 'ef0201' + '40' + '8304' + '4b37' + '0001' + '01020301',
    );
  });

  test('has a configuration as long as it says, in whole descriptors: the 128 bytes of its successor', () => {
    expect(CONFIGURATION).toHaveLength(128);
    expect(parts[0]?.readUInt16LE(2)).toBe(128);
    expect(parts.reduce((sum, part) => sum + part.length, 0)).toBe(128);
    expect(parts.at(-1)).toHaveLength(7);
  });

  test('shows debug, disk, and a serial port on interfaces 2 and 3', () => {
    expect(parts[0]?.[4]).toBe(4);
    expect(ofType(4).map((each) => [each[2], each.toString('hex', 5, 8), each[4]])).toEqual([
      [0, 'ffffff', 3],
      [1, '080650', 2],
      [2, '020201', 1],
      [3, '0a0000', 2],
    ]);
    expect(ofType(11).map((each) => [...each.subarray(2, 7)])).toEqual([[2, 2, 2, 2, 1]]);
  });

  test('gives each interface the endpoints that OpenOCD and the serial driver of Linux look for', () => {
    const found: Record<number, string[]> = {};
    let current = -1;
    for (const part of parts) {
      if (part[1] === 4) current = part[2] ?? -1;
      if (part[1] === 5) {
        const kind = { 2: 'bulk', 3: 'interrupt' }[part[3] ?? 0] ?? 'other';
        found[current] = [...(found[current] ?? []), `${part.toString('hex', 2, 3)} ${kind} ${part.readUInt16LE(4)}`];
      }
    }
    expect(found).toEqual({
      0: ['81 bulk 64', '01 bulk 64', '82 bulk 64'],
      1: ['83 bulk 64', '03 bulk 64'],
      2: ['84 interrupt 10'],
      3: ['85 bulk 64', '05 bulk 64'],
    });
  });

  test('joins the two interfaces of its serial port, which knows line coding and break', () => {
    expect(ofType(0x24).map((each) => each.toString('hex', 2))).toEqual(['001001', '010003', '0206', '060203']);
  });

  test('has the strings from which udev makes a name', () => {
    const text = (index: number): string =>
      Buffer.from(stringDescriptor(index, '066EFF303435554157104527') ?? [])
        .subarray(2)
        .toString('utf16le');
    expect([1, 2, 3].map((i) => text(DEVICE[13 + i] ?? 0))).toEqual([
      'STMicroelectronics',
      'STM32 STLink',
      '066EFF303435554157104527',
    ]);
    expect(text(ofType(4)[2]?.[8] ?? 0)).toBe('ST-Link VCP Ctrl');
    expect(Buffer.from(stringDescriptor(0, '') ?? []).toString('hex')).toBe('04030904');
    expect(stringDescriptor(0xee, '')).toBeUndefined();
    for (const index of [1, 2, 3, 4, 5, 6]) {
      const bytes = stringDescriptor(index, 'AB') ?? new Uint8Array(0);
      expect([bytes[0], bytes[1]]).toEqual([bytes.length, 3]);
    }
  });
});
