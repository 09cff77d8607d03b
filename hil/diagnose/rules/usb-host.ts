import { dfuQuirksOf } from '../../bootloader/dfuse/dfu-quirks.ts';
import type { OperationSight } from '../evidence.ts';
import { consistent, decisive, type Rule, type Seen } from '../rule.ts';

export const ownDfuClass: Rule = {
  id: 'own-dfu-class',
  attempt: 'any',
  look: ({ e }) =>
    e.usb?.who === 'application' ? decisive('the device on USB is in DFU mode', ...(e.usb.against ?? [])) : undefined,
  says: () => "The device in DFU mode is the application's own DFU class, not the ROM.",
  fix: 'show a DFU run-time interface (FE/01/01) under ids of your own, and jump into the ROM on DFU_DETACH; or bring that device into its ROM first.',
  provenance: {
    source: 'DFU 1.1 4.1.2 (bInterfaceProtocol); AN3156 (the memory map in the names of the alternates)',
    confidence: 'documented',
  },
};

export const awaitsBusReset: Rule = {
  id: 'awaits-bus-reset',
  attempt: 'any',
  look: ({ e: { usb } }) =>
    usb?.detach?.what === 'stays' && !usb.detach.will
      ? decisive('bitWillDetach is 0', 'the application was still on the bus after DFU_DETACH')
      : undefined,
  says: () => 'The application waits for a reset of the bus after DFU_DETACH, and none came.',
  fix: 'reset the bus after DFU_DETACH where bitWillDetach is 0, or pull the cable; in firmware, set bitWillDetach and go by yourself.',
  provenance: { source: 'DFU 1.1 4.1.3 (bitWillDetach), 5.1', confidence: 'documented' },
};

export const detachTooLate: Rule = {
  id: 'detach-too-late',
  attempt: 'any',
  look: ({ e: { usb } }) =>
    usb?.detach?.what === 'stays' && usb.detach.will
      ? consistent(
          'bitWillDetach is 1',
          `the application was still on the bus ${usb.detach.timeOutMs} ms (wDetachTimeOut) after DFU_DETACH`,
        )
      : undefined,
  says: ({ e: { usb } }) =>
    `The application needs longer to detach than its wDetachTimeOut of ${usb?.detach?.timeOutMs ?? 0} ms, or does not detach at all.`,
  fix: 'wait longer: wDetachTimeOut and some seconds; in firmware, let wDetachTimeOut be as long as it takes.',
  provenance: {
    source: 'DFU 1.1 4.1.3 (wDetachTimeOut); Zephyr issues 49821, 59958',
    confidence: 'corroborated',
  },
};

export const detachUnacknowledged: Rule = {
  id: 'detach-unacknowledged',
  attempt: 'any',
  look: ({ e: { usb } }) =>
    usb?.detach?.request === 'not acknowledged' && usb.detach.what === 'gone'
      ? decisive('the status stage of DFU_DETACH did not come', 'the application has left the bus')
      : undefined,
  says: () => 'The application leaves the bus before it has acknowledged DFU_DETACH; it did detach.',
  fix: 'acknowledge the request first and go when its status stage is over; a host looks whether the device has gone.',
  provenance: {
    source: 'USB 2.0 8.5.3 (status stage); probe-rs/hs-probe-firmware pull request 7',
    confidence: 'corroborated',
  },
};

export const goneBeforeStatus: Rule = {
  id: 'gone-before-status',
  attempt: 'any',
  look: ({ e: { usb } }) =>
    usb?.leave?.what === 'failure' && usb.leave.status === 'gone'
      ? decisive('the device left the bus at the GETSTATUS after the leave')
      : undefined,
  says: () => 'Leave worked: the ROM was off the bus before it had answered the last GETSTATUS.',
  fix: 'judge a leave by whether the device goes and the application comes, not by the last status.',
  provenance: { source: 'AN3156 (GETSTATUS sets leave off); Klipper pull request 5596', confidence: 'reported' },
};

export const blockTooLong: Rule = {
  id: 'block-too-long',
  attempt: 'any',
  look: ({ e: { usb } }) => {
    const { what, block = 0, transferSize = 0 } = usb?.download ?? {};
    return what === 'refused' && block > transferSize
      ? decisive(
          `blocks of ${block} bytes were refused`,
          `wTransferSize of the functional descriptor is ${transferSize}`,
        )
      : undefined;
  },
  says: ({ e: { usb } }) =>
    `The host sends blocks of ${usb?.download?.block ?? 0} bytes, and the device takes ${usb?.download?.transferSize ?? 0}.`,
  fix: 'take the size of blocks from wTransferSize of the DFU functional descriptor.',
  provenance: { source: 'DFU 1.1 4.1.3 (wTransferSize); web-stm32-updater issue 3', confidence: 'documented' },
};

export const dfuTail: Rule = {
  id: 'dfu-tail',
  attempt: 'any',
  look: (seen) => {
    const write = spoiltWrite(seen);
    return write === undefined
      ? undefined
      : consistent(`${write.bytes} bytes were written as they are, and read back otherwise`);
  },
  says: () => 'The DFU of this ROM spoils the tail of a block of more than 256 bytes that is no multiple of 8.',
  fix: 'fill the last block up to a multiple of 8 bytes.',
  provenance: {
    source: 'AN2606 r70 T169, T171 (L47xxx/48xxx and L496xx, known limitations)',
    confidence: 'documented',
  },
};

function spoiltWrite({ e, chip }: Seen): OperationSight | undefined {
  const rule = dfuQuirksOf(chip.identity.devId, e.romId)?.wholeBlocks;
  if (rule === undefined) return undefined;
  return e.operations?.find(
    ({ name, result, bytes = 0 }) =>
      name === 'write' && result === 'wrong' && bytes > rule.above && bytes % rule.of !== 0,
  );
}
