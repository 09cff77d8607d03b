import { describe, expect, test } from '@jest/globals';
import type { UsbIdentity } from '../../transport/usb/usb-port.ts';
import { busReadings } from './usb-bus-steps.ts';

const device = (vendorId: number, productId: number): UsbIdentity => ({
  id: 'usbip://127.0.0.1:4001/1-1#1',
  vendorId,
  productId,
  bcdDevice: 0x0100,
  serialNumber: undefined,
  path: '1-1',
});

describe('what the host lists', () => {
  test('is the ROM by its ids', () => {
    expect(busReadings([device(0x0483, 0x374b), device(0x0483, 0xdf11)])['usb.shows']).toBe('rom');
  });

  test('is the application that did not leave the bus', () => {
    const { 'usb.shows': shows, 'usb.device': text } = busReadings([device(0x1209, 0x0001)]);
    expect(shows).toBe('application');
    expect(text).toMatch(/1209:0001/i);
  });

  test('is nothing of the part where only others are there', () => {
    expect(busReadings([device(0x0483, 0x374b)])).toEqual({ 'usb.shows': 'nothing', 'usb.device': undefined });
  });
});
