import { describe, expect, test } from '@jest/globals';
import { openUsbBus } from './open-usb-bus.ts';
import { isSelected, parseUsbEndpoint } from './usb-endpoint.ts';

describe('a USB endpoint', () => {
  test.each([
    ['usb', { kind: 'usb', select: undefined }],
    ['usb:1-1.4', { kind: 'usb', select: '1-1.4' }],
    ['usb:205B396A5242', { kind: 'usb', select: '205B396A5242' }],
    ['usbip://127.0.0.1:4001', { kind: 'usbip', host: '127.0.0.1', port: 4001, busid: undefined }],
    ['usbip://localhost:4001/', { kind: 'usbip', host: 'localhost', port: 4001, busid: undefined }],
    ['usbip://[::1]:4001/1-1', { kind: 'usbip', host: '::1', port: 4001, busid: '1-1' }],
  ])('%s', (text, endpoint) => {
    expect(parseUsbEndpoint(text)).toEqual(endpoint);
  });

  test.each([
    '',
    'usb:',
    'usb:a b',
    'usbip://127.0.0.1',
    'usbip://127.0.0.1:0/1-1',
    'usbip://10.0.0.1:4001/1-1',
    'usbip://127.0.0.1:1/x',
    'rfc2217://127.0.0.1:1',
  ])("'%s' is none", (text) => {
    expect(() => parseUsbEndpoint(text)).toThrow(expect.objectContaining({ code: 603 }));
  });

  test('names one device by its path or its serial number', () => {
    const device = { id: 'usb:1/7', vendorId: 1, productId: 2, bcdDevice: 3, serialNumber: 'AB', path: '1-1' };
    expect(['1-1', 'AB', undefined].map((select) => isSelected(select, device))).toEqual([true, true, true]);
    expect(isSelected('1-1.4', device)).toBe(false);
  });

  test('opens nothing yet', () => {
    expect(openUsbBus('usbip://127.0.0.1:9/1-1').name).toBe('USB/IP server 127.0.0.1:9');
    expect(openUsbBus('usb:1-1').name).toContain('only 1-1');
  });
});
