import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  arm,
  counting,
  drain,
  enumerated,
  inEp,
  type OtgBench,
  outEp,
  packet,
  push,
  setupOf,
} from './usb-otg-bench.ts';
import { otgV2, otgV3 } from './usb-otg-cores.ts';
import { CTL, EP, GINT, IN_INT, OTG, OUT_INT } from './usb-otg-registers.ts';

/** PKTSTS (RM0383 22.16.2, GRXSTSR). */
const OUT_DATA = 2;
const OUT_DONE = 3;
const SETUP_DONE = 4;
const SETUP_DATA = 6;

const GET_DEVICE = setupOf(0x80, 6, 0x100, 18);
const inInt = (b: OtgBench, index = 0): number => b.read(inEp(index, EP.INT)) & ~IN_INT.TXFE;
const outInt = (b: OtgBench, index = 0): number => b.read(outEp(index, EP.INT));
function armOut(b: OtgBench, index: number, packets: number, size: number): void {
  b.write(outEp(index, EP.TSIZ), (packets << 19) | size);
  b.set(outEp(index, EP.CTL), CTL.EPENA | CTL.CNAK);
}
function bulk(b: OtgBench, index: number, size = 64): void {
  b.write(inEp(index, EP.CTL), CTL.USBAEP | (2 << 18) | (index << 22) | size);
  b.write(outEp(index, EP.CTL), CTL.USBAEP | (2 << 18) | size);
}

function armedBut(b: OtgBench, register: number, bits: number): void {
  arm(b, 0, [1]);
  b.set(register, bits);
}

describe('SETUP (RM0383 22.17.6)', () => {
  test('is stored with its status; "complete" follows when the host goes on, and STUP when that is read', () => {
    const b = enumerated(otgV2);
    expect(b.port.setup(0, 0, GET_DEVICE)).toBe('ack');
    expect([b.read(OTG.GRXSTSR) >>> 17, drain(b)]).toEqual([SETUP_DATA, [[SETUP_DATA, 0, [...GET_DEVICE]]]]);
    expect(outInt(b) & OUT_INT.STUP).toBe(0);
    expect(b.port.in(0, 0)).toBe('nak');
    expect(outInt(b) & OUT_INT.STUP).toBe(0);
    expect([drain(b), outInt(b) & OUT_INT.STUP]).toEqual([[[SETUP_DONE, 0, []]], OUT_INT.STUP]);
  });
  test('is taken whatever NAK, STALL and STUPCNT say, clears STALL and sets NAK both ways', () => {
    const b = enumerated(otgV2);
    b.set(inEp(0, EP.CTL), CTL.STALL | CTL.CNAK);
    b.set(outEp(0, EP.CTL), CTL.STALL | CTL.CNAK);
    expect([b.port.in(0, 0), b.port.out(0, 0, packet(1))]).toEqual(['stall', 'stall']);
    expect(b.port.setup(0, 0, GET_DEVICE)).toBe('ack');
    for (const ctl of [inEp(0, EP.CTL), outEp(0, EP.CTL)]) {
      expect(b.read(ctl) & (CTL.STALL | CTL.NAKSTS)).toBe(CTL.NAKSTS);
    }
  });
  test('counts STUPCNT down; one "complete" for several in a row, and B2BSTUP from the fourth on', () => {
    const b = enumerated(otgV2);
    b.write(outEp(0, EP.TSIZ), 3 << 29);
    for (let i = 0; i < 3; i++) b.port.setup(0, 0, setupOf(0x80, i));
    expect([b.read(outEp(0, EP.TSIZ)) >>> 29, outInt(b) & OUT_INT.B2BSTUP]).toEqual([0, 0]);
    b.port.setup(0, 0, GET_DEVICE);
    expect(outInt(b) & OUT_INT.B2BSTUP).toBe(OUT_INT.B2BSTUP);
    b.port.in(0, 0);
    expect(drain(b).map(([pktsts]) => pktsts)).toEqual([6, 6, 6, 6, SETUP_DONE]);
  });
  test('gets no answer at another address, at another endpoint, or without room in the Rx FIFO', () => {
    const b = enumerated(otgV2);
    expect([b.port.setup(1, 0, GET_DEVICE), b.port.setup(0, 1, GET_DEVICE)]).toEqual([undefined, undefined]);
    b.write(OTG.GRXFSIZ, 5);
    expect([b.port.setup(0, 0, GET_DEVICE), b.port.setup(0, 0, GET_DEVICE)]).toEqual(['ack', undefined]);
  });
  test('3.10a says "OUT complete" after it, with STPKTRX set before; 2.81a does not', () => {
    const b = enumerated(otgV3);
    b.port.setup(0, 0, GET_DEVICE);
    expect(outInt(b)).toBe(OUT_INT.STPKTRX);
    b.port.in(0, 0);
    expect(drain(b).map(([pktsts]) => pktsts)).toEqual([SETUP_DATA, OUT_DONE, SETUP_DONE]);
    expect(outInt(b)).toBe(OUT_INT.STPKTRX | OUT_INT.STUP | OUT_INT.XFRC);
  });
});

describe('IN transfers (RM0383 22.17.6)', () => {
  test('XFRSIZ falls by whole packets as words come, PKTCNT as the host takes them, XFRC at the end', () => {
    const b = enumerated(otgV2);
    bulk(b, 1);
    b.write(inEp(1, EP.TSIZ), (2 << 19) | 100);
    b.set(inEp(1, EP.CTL), CTL.EPENA | CTL.CNAK);
    const tsiz = (): readonly [number, number] => [
      b.read(inEp(1, EP.TSIZ)) & 0x7_ffff,
      b.read(inEp(1, EP.TSIZ)) >>> 19,
    ];
    push(b, 1, counting(60));
    expect([tsiz(), b.port.in(0, 1)]).toEqual([[100, 2], 'nak']);
    push(b, 1, counting(40, 60));
    expect([tsiz(), b.read(inEp(1, EP.TXFSTS))]).toEqual([[0, 2], 64 - 25]);
    expect(b.port.in(0, 1)).toEqual(packet(0, ...counting(64)));
    b.port.acknowledge(0, 1);
    expect([tsiz(), inInt(b, 1) & IN_INT.XFRC, b.read(inEp(1, EP.TXFSTS))]).toEqual([[0, 1], 0, 64 - 9]);
    expect(b.port.in(0, 1)).toEqual(packet(1, ...counting(36, 64)));
    b.port.acknowledge(0, 1);
    expect([tsiz(), inInt(b, 1) & IN_INT.XFRC, b.read(inEp(1, EP.CTL)) & CTL.EPENA]).toEqual([[0, 0], 1, 0]);
  });
  test('without an acknowledgement the same packet goes again; a second acknowledgement counts for nothing', () => {
    const b = enumerated(otgV2);
    bulk(b, 1, 8);
    arm(b, 1, counting(11), 2);
    expect(b.port.in(0, 1)).toEqual(packet(0, ...counting(8)));
    expect(b.port.in(0, 1)).toEqual(packet(0, ...counting(8)));
    b.port.acknowledge(0, 1);
    b.port.acknowledge(0, 1);
    expect([b.port.in(0, 1), inInt(b, 1) & IN_INT.XFRC]).toEqual([packet(1, 8, 9, 10), 0]);
    b.port.acknowledge(0, 1);
    expect([b.port.in(0, 1), inInt(b, 1) & IN_INT.XFRC]).toEqual(['nak', IN_INT.XFRC]);
  });
  test('a packet of no bytes needs no words; 64 bytes and PKTCNT of 2 end with one', () => {
    const b = enumerated(otgV2);
    arm(b, 0, counting(64), 2);
    expect(b.port.in(0, 0)).toEqual(packet(0, ...counting(64)));
    b.port.acknowledge(0, 0);
    expect([b.port.in(0, 0), inInt(b) & IN_INT.XFRC]).toEqual([packet(1), 0]);
    b.port.acknowledge(0, 0);
    expect(inInt(b) & IN_INT.XFRC).toBe(IN_INT.XFRC);
  });
  test.each([
    ['not enabled', (b: OtgBench) => b.write(inEp(0, EP.TSIZ), 1 << 19)],
    ['NAK set', (b: OtgBench) => armedBut(b, inEp(0, EP.CTL), CTL.SNAK)],
    ['global IN NAK', (b: OtgBench) => armedBut(b, OTG.DCTL, 1 << 7)],
  ])('NAK: %s', (_, prepare) => {
    const b = enumerated(otgV2);
    prepare(b);
    expect([b.port.in(0, 0), inInt(b) & IN_INT.NAK]).toEqual(['nak', IN_INT.NAK]);
  });
  test('STALL wins over NAK; of endpoint 0 software cannot take it back, of others it can', () => {
    const b = enumerated(otgV2);
    bulk(b, 1);
    for (const index of [0, 1]) {
      b.set(inEp(index, EP.CTL), CTL.STALL | CTL.SNAK);
      expect(b.port.in(0, index)).toBe('stall');
      b.clear(inEp(index, EP.CTL), CTL.STALL);
    }
    expect([b.port.in(0, 0), b.port.in(0, 1)]).toEqual(['stall', 'nak']);
  });
  test('SNAK is told by INEPNE, CNAK takes it back; EPDIS ends a transfer and is told by EPDISD', () => {
    const b = enumerated(otgV2);
    arm(b, 0, [1]);
    b.set(inEp(0, EP.CTL), CTL.SNAK);
    expect([inInt(b) & IN_INT.INEPNE, b.read(inEp(0, EP.CTL)) & CTL.NAKSTS]).toEqual([IN_INT.INEPNE, CTL.NAKSTS]);
    b.set(inEp(0, EP.CTL), CTL.EPDIS);
    expect([inInt(b) & IN_INT.EPDISD, b.read(inEp(0, EP.CTL)) & (CTL.EPENA | CTL.EPDIS)]).toEqual([IN_INT.EPDISD, 0]);
    b.set(inEp(0, EP.CTL), CTL.CNAK);
    expect(inInt(b) & IN_INT.INEPNE).toBe(0);
  });
  test('a packet that was given up leads the next transfer, unless the FIFO is flushed', () => {
    const b = enumerated(otgV2);
    arm(b, 0, [1, 2, 3, 4]);
    b.set(inEp(0, EP.CTL), CTL.SNAK | CTL.EPDIS);
    arm(b, 0, [5, 6, 7, 8]);
    expect(b.port.in(0, 0)).toEqual(packet(0, 1, 2, 3, 4));
    b.set(inEp(0, EP.CTL), CTL.SNAK | CTL.EPDIS);
    b.write(OTG.GRSTCTL, (1 << 5) | (0x10 << 6));
    arm(b, 0, [5, 6, 7, 8]);
    expect(b.port.in(0, 0)).toEqual(packet(0, 5, 6, 7, 8));
  });
  test('a write-back of what was read enables nothing anew', () => {
    const b = enumerated(otgV2);
    arm(b, 0, [1]);
    b.port.in(0, 0);
    b.write(inEp(0, EP.CTL), b.read(inEp(0, EP.CTL)));
    b.port.acknowledge(0, 0);
    expect([inInt(b) & IN_INT.XFRC, b.read(inEp(0, EP.CTL)) & CTL.EPENA]).toEqual([IN_INT.XFRC, 0]);
  });
  test('SD0PID and SD1PID set the toggle of a bulk endpoint', () => {
    const b = enumerated(otgV2);
    bulk(b, 1);
    b.set(inEp(1, EP.CTL), CTL.SD1PID);
    arm(b, 1, [9]);
    expect(b.port.in(0, 1)).toEqual(packet(1, 9));
    b.set(inEp(1, EP.CTL), CTL.SD0PID);
    expect(b.port.in(0, 1)).toEqual(packet(0, 9));
  });
  test('an endpoint that is not active gives no answer', () => {
    const b = enumerated(otgV2);
    expect([b.port.in(0, 1), b.port.out(0, 1, packet(0, 1)), b.port.in(0, 9)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('OUT transfers (RM0383 22.17.6)', () => {
  test('each packet with its status; a short one ends the transfer: NAK at once, XFRC when software has read so far', () => {
    const b = enumerated(otgV2);
    bulk(b, 1);
    armOut(b, 1, 4, 256);
    expect(b.port.out(0, 1, packet(0, ...counting(64)))).toBe('ack');
    expect(b.port.out(0, 1, packet(1, 7))).toBe('ack');
    expect([b.port.out(0, 1, packet(0, 8)), outInt(b, 1) & OUT_INT.XFRC]).toEqual(['nak', 0]);
    expect(b.read(outEp(1, EP.TSIZ))).toBe((2 << 19) | (256 - 65));
    expect(drain(b)).toEqual([
      [OUT_DATA, 1, counting(64)],
      [OUT_DATA, 1, [7]],
      [OUT_DONE, 1, []],
    ]);
    expect([outInt(b, 1) & OUT_INT.XFRC, b.read(outEp(1, EP.CTL)) & (CTL.EPENA | CTL.NAKSTS) & 0x7fff_ffff]).toEqual([
      OUT_INT.XFRC,
      CTL.NAKSTS,
    ]);
  });
  test('a full packet ends it too when PKTCNT runs out', () => {
    const b = enumerated(otgV2);
    bulk(b, 1);
    armOut(b, 1, 1, 64);
    b.port.out(0, 1, packet(0, ...counting(64)));
    expect(drain(b).map(([pktsts]) => pktsts)).toEqual([OUT_DATA, OUT_DONE]);
  });
  test('a packet with the toggle of the last is acknowledged and dropped', () => {
    const b = enumerated(otgV2);
    bulk(b, 1);
    armOut(b, 1, 4, 256);
    b.port.out(0, 1, packet(0, ...counting(64)));
    expect(b.port.out(0, 1, packet(0, ...counting(64)))).toBe('ack');
    expect(drain(b)).toHaveLength(1);
  });
  test('NAK with OTEPDIS when endpoint 0 is not enabled, and while the Rx FIFO has no room', () => {
    const b = enumerated(otgV2);
    expect([b.port.out(0, 0, packet(0)), outInt(b) & OUT_INT.OTEPDIS]).toEqual(['nak', OUT_INT.OTEPDIS]);
    bulk(b, 1);
    armOut(b, 1, 8, 512);
    b.write(OTG.GRXFSIZ, 30);
    const answers = [0, 1].map((i) => b.port.out(0, 1, packet(i === 0 ? 0 : 1, ...counting(64))));
    expect(answers).toEqual(['ack', 'nak']);
    drain(b);
    expect(b.port.out(0, 1, packet(1, ...counting(64)))).toBe('ack');
  });
  test('a packet longer than MPSIZ gets no answer', () => {
    const b = enumerated(otgV2);
    bulk(b, 1, 8);
    armOut(b, 1, 2, 16);
    expect(b.port.out(0, 1, packet(0, ...counting(9)))).toBeUndefined();
  });
  test('endpoint 0 takes its packet size from DIEPCTL0, and cannot be disabled', () => {
    const b = enumerated(otgV2);
    b.write(inEp(0, EP.CTL), 3);
    armOut(b, 0, 1, 8);
    expect(b.port.out(0, 0, packet(0, ...counting(9)))).toBeUndefined();
    b.set(outEp(0, EP.CTL), CTL.EPDIS);
    expect([b.read(outEp(0, EP.CTL)) & 3, b.port.out(0, 0, packet(0, ...counting(8)))]).toEqual([3, 'ack']);
  });
  test('EPDIS of another endpoint is told by EPDISD', () => {
    const b = enumerated(otgV2);
    bulk(b, 1);
    armOut(b, 1, 1, 64);
    b.set(outEp(1, EP.CTL), CTL.EPDIS | CTL.SNAK);
    expect([outInt(b, 1), b.port.out(0, 1, packet(0, 1))]).toEqual([OUT_INT.EPDISD, 'nak']);
  });
  test('3.10a: where a control write goes over to its status stage, STSPHSRX and one more "OUT complete"', () => {
    const b = enumerated(otgV3);
    b.port.setup(0, 0, setupOf(0x21, 1, 0, 4));
    b.port.out(0, 0, packet(1, 1, 2, 3, 4));
    drain(b);
    armOut(b, 0, 1, 64);
    expect(b.port.out(0, 0, packet(1, 1, 2, 3, 4))).toBe('ack');
    drain(b);
    b.write(outEp(0, EP.INT), 0xffff);
    expect(b.port.in(0, 0)).toBe('nak');
    expect([outInt(b) & OUT_INT.STSPHSRX, drain(b)]).toEqual([OUT_INT.STSPHSRX, [[OUT_DONE, 0, []]]]);
    b.port.in(0, 0);
    expect(drain(b)).toEqual([]);
  });
});

describe('control transfers', () => {
  test('data and status begin with DATA1 after each SETUP, whatever went before', () => {
    const b = enumerated(otgV2);
    for (let round = 0; round < 2; round++) {
      b.port.setup(0, 0, GET_DEVICE);
      arm(b, 0, [1]);
      expect(b.port.in(0, 0)).toEqual(packet(1, 1));
      b.port.acknowledge(0, 0);
      armOut(b, 0, 1, 64);
      expect(b.port.out(0, 0, packet(1))).toBe('ack');
      drain(b);
    }
  });
  test('the address of DCFG is in force when the status stage of SET_ADDRESS is through', () => {
    const b = enumerated(otgV2);
    b.port.setup(0, 0, setupOf(0, 5, 7));
    b.write(OTG.DCFG, 3 | (7 << 4));
    arm(b, 0, []);
    expect([b.port.in(7, 0), b.port.in(0, 0)]).toEqual([undefined, packet(1)]);
    b.port.acknowledge(0, 0);
    expect([b.port.setup(0, 0, GET_DEVICE), b.port.setup(7, 0, GET_DEVICE)]).toEqual([undefined, 'ack']);
  });
  test('outside a control transfer DCFG acts at once', () => {
    const b = enumerated(otgV2);
    b.write(OTG.DCFG, 3 | (9 << 4));
    expect([b.port.setup(0, 0, GET_DEVICE), b.port.setup(9, 0, GET_DEVICE)]).toEqual([undefined, 'ack']);
  });
  test('the host hears when firmware has done something after a NAK', () => {
    const b = enumerated(otgV2);
    let told = 0;
    b.port.onReady(() => told++);
    b.port.setup(0, 0, GET_DEVICE);
    drain(b);
    expect(told).toBe(0);
    b.port.in(0, 0);
    arm(b, 0, [1]);
    expect(told).toBeGreaterThan(0);
    expect(b.port.in(0, 0)).toEqual(packet(1, 1));
  });
});

describe('FIFOs', () => {
  test('that overlap overwrite each other', () => {
    const b = enumerated(otgV2);
    b.write(OTG.DIEPTXF0, (64 << 16) | 0);
    arm(b, 0, [1, 2, 3, 4]);
    b.port.setup(0, 0, GET_DEVICE);
    b.set(inEp(0, EP.CTL), CTL.CNAK);
    expect(b.port.in(0, 0)).not.toEqual(packet(1, 1, 2, 3, 4));
  });
  test('beyond the 320 words keep nothing, and a note says so', () => {
    const b = enumerated(otgV2);
    b.write(OTG.DIEPTXF0, (16 << 16) | 320);
    arm(b, 0, [1, 2, 3, 4]);
    expect([b.port.in(0, 0), b.bench.notes]).toEqual([packet(0, 0, 0, 0, 0), ['FIFO beyond the RAM of 320 words']]);
  });
  test('an empty Rx FIFO reads 0; reading it out of step is noted', () => {
    const b = enumerated(otgV2);
    expect([b.read(OTG.GRXSTSP), b.read(OTG.FIFO), b.bench.notes]).toEqual([0, 0, []]);
    b.port.setup(0, 0, GET_DEVICE);
    b.read(OTG.GRXSTSP);
    b.read(OTG.GRXSTSP);
    expect(b.bench.notes).toEqual(['Rx FIFO read out of step']);
  });
  test('GRXSTSR shows the status and leaves it', () => {
    const b = enumerated(otgV2);
    b.port.setup(0, 0, GET_DEVICE);
    const shown = b.read(OTG.GRXSTSR);
    expect([b.read(OTG.GRXSTSR), b.read(OTG.GRXSTSP)]).toEqual([shown, shown]);
    expect(b.flags(GINT.RXFLVL)).toBe(GINT.RXFLVL);
  });
  test('more words than the FIFO has are lost, and a note says so', () => {
    const b = enumerated(otgV2);
    for (let i = 0; i <= 64; i++) b.write(OTG.FIFO, i);
    expect([b.read(inEp(0, EP.TXFSTS)), b.bench.notes]).toEqual([0, ['Tx FIFO overflow']]);
  });

  test('any bytes come through unchanged, both ways', () => {
    const b = enumerated(otgV2);
    bulk(b, 1);
    let toggle: 0 | 1 = 0;
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 64 }), (bytes) => {
        arm(b, 1, bytes);
        expect(b.port.in(0, 1)).toEqual(packet(toggle, ...bytes));
        b.port.acknowledge(0, 1);
        armOut(b, 1, 1, 64);
        expect(b.port.out(0, 1, packet(toggle, ...bytes))).toBe('ack');
        expect(drain(b)[0]).toEqual([OUT_DATA, 1, bytes]);
        toggle = toggle === 0 ? 1 : 0;
      }),
      { numRuns: 60 },
    );
  });
});
