import { expect, test } from '@jest/globals';
import { parseDfuUtilList } from './dfu-util-output.ts';

test('reads the list of a device with two alternate settings, in their order', () => {
  const output = `dfu-util 0.11

Copyright 2005-2009 Weston Schmidt, Harald Welte and OpenMoko Inc.

Found DFU: [0483:df11] ver=2200, devnum=2, cfg=1, intf=0, path="1-1", alt=1, name="@Option Bytes  /0x1FFFC000/01*016 e", serial="VB0000000001"
Found DFU: [0483:df11] ver=2200, devnum=2, cfg=1, intf=0, path="1-1", alt=0, name="@Internal Flash  /0x08000000/04*016Kg", serial="VB0000000001"
`;
  const device = {
    vendorId: 0x0483,
    productId: 0xdf11,
    bcdDevice: 0x2200,
    address: 2,
    path: '1-1',
    serial: 'VB0000000001',
    isRuntime: false,
  };
  expect(parseDfuUtilList(output)).toEqual([
    { ...device, alternate: 0, name: '@Internal Flash  /0x08000000/04*016Kg' },
    { ...device, alternate: 1, name: '@Option Bytes  /0x1FFFC000/01*016 e' },
  ]);
});

test('tells the DFU interface of an application from DFU mode', () => {
  const line =
    'Found Runtime: [cafe:4002] ver=0100, devnum=7, cfg=1, intf=0, path="2-1.4", alt=0, name="UNKNOWN", serial="UNKNOWN"';
  expect(parseDfuUtilList(line)).toMatchObject([{ isRuntime: true, path: '2-1.4', name: 'UNKNOWN' }]);
});

test('an empty list is empty, whatever else is said', () => {
  expect(parseDfuUtilList('dfu-util 0.11\n\ndfu-util: Cannot open DFU device 0483:df11\n')).toEqual([]);
});
