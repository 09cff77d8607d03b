import { describe, expect, test } from '@jest/globals';
import { usbIn } from './diagnose-usb.ts';

const nothing = { steps: [] };

describe('what a variant saw on USB, as evidence', () => {
  test('is nothing where it did not look there', () => {
    expect(usbIn({ 'jump.what': 'rom' }, nothing)).toEqual({});
  });

  test('is who was there in the end, and what speaks against the ROM', () => {
    const readings = { 'device.who': 'application', 'device.against': ['its map'] };
    expect(usbIn(readings, nothing)).toEqual({ usb: { who: 'application', against: ['its map'] } });
  });

  test('is what DFU_DETACH came to', () => {
    const readings = { 'detach.what': 'stays', 'detach.will': false, 'detach.time_out': 255 };
    expect(usbIn(readings, nothing)).toEqual({ usb: { detach: { what: 'stays', will: false, timeOutMs: 255 } } });
  });

  test('is nothing of a detach where there was nothing to detach', () => {
    expect(usbIn({ 'detach.what': 'nothing to detach' }, nothing)).toEqual({});
  });

  test("is the size of a download's blocks, its own or the device's", () => {
    const readings = { 'download.what': 'refused', 'download.transfer_size': 1024 };
    const steps = [{ verb: 'dfu-download', args: { address: 0x0800_0000, length: 2048, block: 2048 } }];
    expect(usbIn(readings, { steps })).toEqual({
      usb: { download: { what: 'refused', block: 2048, transferSize: 1024 } },
    });
    expect(usbIn(readings, nothing).usb?.download?.block).toBe(1024);
  });

  test('is how a leave was answered', () => {
    expect(usbIn({ 'leave.what': 'failure', 'leave.status': 'gone' }, nothing)).toEqual({
      usb: { leave: { what: 'failure', status: 'gone' } },
    });
  });
});
