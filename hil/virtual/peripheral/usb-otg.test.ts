import { describe, expect, test } from '@jest/globals';
import {
  arm,
  busReset,
  connected,
  drain,
  enumerated,
  inEp,
  type OtgBench,
  otgBench,
  outEp,
  packet,
  setupOf,
} from './usb-otg-bench.ts';
import { otgV2, otgV3 } from './usb-otg-cores.ts';
import { CTL, DCTL, EP, GCCFG, GINT, GOTGCTL, GRSTCTL, OTG } from './usb-otg-registers.ts';

const both = [
  ['2.81a (F411)', otgV2],
  ['3.10a (L476)', otgV3],
] as const;
function around(b: OtgBench, change: Partial<OtgBench['around']>): void {
  Object.assign(b.around, change);
  b.settle();
}
const SUSPEND = GINT.ESUSP | GINT.USBSUSP;

describe('identification, as hardware reads it', () => {
  test.each([
    ['2.81a (F411)', otgV2, [0x1200, 0x4f54_281a, 0, 0x229d_cd20, 0x0200_01e8, 0x0ff0_8030]],
    ['3.10a (L476)', otgV3, [0x2000, 0x4f54_310a, 0, 0x229e_d520, 0x0200_d1e8, 0x17f0_8030]],
  ] as const)('%s', (_, core, expected) => {
    const b = otgBench(core);
    expect([0x3c, 0x40, 0x44, 0x48, 0x4c, 0x50].map(b.read)).toEqual(expected);
  });
  test.each(both)('%s has as many endpoints as GHWCFG2 says', (_, core) => {
    const b = otgBench(core);
    expect(((b.read(0x48) >>> 10) & 15) + 1).toBe(core.endpoints);
    for (let i = 1; i <= core.endpoints; i++) b.write(inEp(i, EP.CTL), 0x40);
    expect([b.read(inEp(core.endpoints - 1, EP.CTL)), b.read(inEp(core.endpoints, EP.CTL))]).toEqual([0x40, 0]);
  });
});

describe('reset state (RM0383 22.16, ST SVD)', () => {
  test.each([
    ['GAHBCFG', OTG.GAHBCFG, 0],
    ['GUSBCFG', OTG.GUSBCFG, 0xa00],
    ['GRSTCTL', OTG.GRSTCTL, 0x8000_0000],
    ['GINTSTS', OTG.GINTSTS, 0x0400_0020],
    ['GINTMSK', OTG.GINTMSK, 0],
    ['GRXSTSR', OTG.GRXSTSR, 0],
    ['GRXFSIZ', OTG.GRXFSIZ, 0x200],
    ['DIEPTXF0', OTG.DIEPTXF0, 0x0200_0200],
    ['DIEPTXF1', OTG.DIEPTXF1, 0x0200_0400],
    ['GCCFG', OTG.GCCFG, 0],
    ['DCFG', OTG.DCFG, 0x0220_0000],
    ['DSTS', OTG.DSTS, 0x10],
    ['DIEPCTL0', inEp(0, EP.CTL), CTL.USBAEP],
    ['DIEPINT0', inEp(0, EP.INT), 0x80],
    ['DOEPCTL0', outEp(0, EP.CTL), CTL.USBAEP],
    ['DOEPINT0', outEp(0, EP.INT), 0],
    ['PCGCCTL', OTG.PCGCCTL, 0],
  ])('%s', (_, offset, value) => {
    const b = otgBench(otgV2);
    for (const written of [OTG.GRXFSIZ, OTG.DCFG, OTG.GINTMSK, OTG.GCCFG, inEp(0, EP.CTL)])
      b.write(written, 0x0123_4567);
    b.reset();
    expect(b.read(offset)).toBe(value);
  });
  test('DCTL: F411 starts connected, L476 with SDIS', () => {
    expect([otgV2, otgV3].map((core) => otgBench(core).read(OTG.DCTL))).toEqual([0, DCTL.SDIS]);
  });
});

describe('GRSTCTL', () => {
  test('CSRST clears itself, resets the core, and leaves DSPD and GCCFG alone', () => {
    const b = connected(otgV3);
    b.write(OTG.DCFG, 3 | (5 << 4));
    b.write(OTG.GRSTCTL, GRSTCTL.CSRST);
    expect([b.read(OTG.GRSTCTL), b.read(OTG.GINTMSK), b.read(OTG.DCTL)]).toEqual([GRSTCTL.AHBIDL, 0, DCTL.SDIS]);
    expect([b.read(OTG.DCFG) & 0x7ff, b.read(OTG.GCCFG)]).toEqual([3, GCCFG.PWRDWN]);
  });
  test('without its 48 MHz the core does not finish a reset', () => {
    const b = otgBench(otgV2);
    b.around.usbHz = 0;
    b.write(OTG.GRSTCTL, GRSTCTL.CSRST);
    expect(b.read(OTG.GRSTCTL) & 1).toBe(1);
    b.around.usbHz = 48e6;
    expect(b.read(OTG.GRSTCTL) & 1).toBe(0);
  });
  test('TXFFLSH empties the FIFO of its number, or all', () => {
    const b = connected(otgV2);
    const words = (): number[] => [0, 1].map((i) => 64 - b.read(inEp(i, EP.TXFSTS)));
    b.write(inEp(1, EP.CTL), CTL.USBAEP | (1 << 22) | 64);
    b.write(0x1000, 1);
    b.write(0x2000, 1);
    expect(words()).toEqual([1, 1]);
    b.write(OTG.GRSTCTL, GRSTCTL.TXFFLSH | (1 << 6));
    expect(words()).toEqual([1, 0]);
    b.write(OTG.GRSTCTL, GRSTCTL.TXFFLSH | (0x10 << 6));
    expect(words()).toEqual([0, 0]);
  });
  test('RXFFLSH empties the Rx FIFO', () => {
    const b = enumerated(otgV2);
    b.port.setup(0, 0, setupOf(0x80, 6));
    expect(b.flags(GINT.RXFLVL)).toBe(GINT.RXFLVL);
    b.write(OTG.GRSTCTL, GRSTCTL.RXFFLSH);
    expect(b.flags(GINT.RXFLVL)).toBe(0);
  });
});

describe('what a host sees at D+', () => {
  test.each(both)('%s is attached after the usual steps, and not before the last', (_, core) => {
    const b = connected(core);
    expect(b.port.attached).toBe(true);
    b.set(OTG.DCTL, DCTL.SDIS);
    expect(b.port.attached).toBe(false);
  });
  test.each([
    ['transceiver off', (b: OtgBench) => b.clear(OTG.GCCFG, GCCFG.PWRDWN)],
    ['no session: neither NOVBUSSENS nor sensing', (b: OtgBench) => b.clear(OTG.GCCFG, GCCFG.NOVBUSSENS)],
    [
      'VBUS sensing on a board that leaves PA9 alone',
      (b: OtgBench) => b.write(OTG.GCCFG, GCCFG.PWRDWN | GCCFG.VBUSBSEN),
    ],
    ['cable out', (b: OtgBench) => b.port.setPlugged(false)],
    ['VDDUSB not declared valid', (b: OtgBench) => around(b, { supplied: false })],
    ['pins switched elsewhere', (b: OtgBench) => around(b, { routed: false })],
    ['reset of the peripheral', (b: OtgBench) => b.reset()],
  ])('detached: %s', (_, change) => {
    const b = connected(otgV2);
    const heard: boolean[] = [];
    b.port.onAttached((attached) => heard.push(attached));
    change(b);
    expect([b.port.attached, heard]).toEqual([false, [false]]);
  });
  test('without the 48 MHz the pull-up stays as it is: off, or on', () => {
    const b = connected(otgV2);
    around(b, { usbHz: 0 });
    expect(b.port.attached).toBe(true);
    b.set(OTG.DCTL, DCTL.SDIS);
    expect(b.port.attached).toBe(true);
    around(b, { usbHz: 48e6 });
    expect(b.port.attached).toBe(false);
  });
  test('with sensing, VBUS at PA9 begins and ends the session: SRQINT, SEDET', () => {
    const b = otgBench(otgV2, true);
    b.port.setPlugged(false);
    b.write(OTG.GCCFG, GCCFG.PWRDWN | GCCFG.VBUSBSEN);
    expect([b.port.attached, b.flags(GINT.SRQINT)]).toEqual([false, 0]);
    b.port.setPlugged(true);
    expect([b.port.attached, b.flags(GINT.SRQINT)]).toEqual([true, GINT.SRQINT]);
    expect(b.read(OTG.GOTGCTL) & GOTGCTL.BSVLD).toBe(GOTGCTL.BSVLD);
    b.port.setPlugged(false);
    expect([b.read(OTG.GOTGINT), b.flags(GINT.OTGINT)]).toEqual([4, GINT.OTGINT]);
    b.write(OTG.GOTGINT, 4);
    expect(b.flags(GINT.OTGINT)).toBe(0);
  });
  test('L476: VBDEN hands the session to PA9, whatever the override says', () => {
    const b = connected(otgV3);
    b.set(OTG.GCCFG, GCCFG.VBDEN);
    expect(b.port.attached).toBe(false);
  });
  test.each([
    ['48 MHz and a quarter per cent', 48.12e6, true],
    ['48.2 MHz', 48.2e6, false],
    ['47.8 MHz', 47.8e6, false],
    ['no clock', 0, false],
  ])('a host understands a device of %s: %#', (_, hz, understood) => {
    const b = enumerated(otgV2);
    b.around.usbHz = hz;
    expect(b.port.setup(0, 0, setupOf(0x80, 6)) === 'ack').toBe(understood);
    expect(b.bench.notes.includes('USB clock is not 48 MHz')).toBe(!understood);
  });
  test('a bus reset is seen with any PHY clock, and none without', () => {
    const b = connected(otgV2);
    b.around.usbHz = 47.5e6;
    b.port.setReset(true);
    expect(b.flags(GINT.USBRST)).toBe(GINT.USBRST);
    b.write(OTG.GINTSTS, GINT.USBRST);
    b.around.usbHz = 0;
    b.port.setReset(false);
    b.port.setReset(true);
    expect(b.flags(GINT.USBRST)).toBe(0);
  });
  test('an AHB clock below 14.2 MHz is too slow', () => {
    const b = enumerated(otgV2);
    b.around.hclkHz = 14e6;
    expect(b.port.setup(0, 0, setupOf(0x80, 6))).toBeUndefined();
    b.around.hclkHz = 16e6;
    expect(b.port.setup(0, 0, setupOf(0x80, 6))).toBe('ack');
  });
  test('without its AHB clock the device is there and answers nothing', () => {
    const b = enumerated(otgV2);
    b.around.clocked = false;
    expect([b.port.attached, b.port.setup(0, 0, setupOf(0x80, 6))]).toEqual([true, undefined]);
  });
});

describe('bus reset', () => {
  test('USBRST at its start, ENUMDNE with full speed at its end', () => {
    const b = connected(otgV2);
    b.port.setReset(true);
    expect([b.flags(GINT.USBRST | GINT.ENUMDNE), b.irq()]).toEqual([GINT.USBRST, true]);
    b.write(OTG.GINTSTS, GINT.USBRST);
    expect(b.irq()).toBe(false);
    b.port.setReset(false);
    expect([b.flags(GINT.USBRST | GINT.ENUMDNE), b.read(OTG.DSTS) & 6]).toEqual([GINT.ENUMDNE, 6]);
  });
  test('endpoints but 0 are no longer active; DAD is firmware’s to clear', () => {
    const b = enumerated(otgV2);
    b.write(OTG.DCFG, 5 << 4);
    b.write(outEp(1, EP.CTL), CTL.USBAEP | 64);
    busReset(b);
    expect([b.read(outEp(1, EP.CTL)) & CTL.USBAEP, b.read(outEp(0, EP.CTL)) & CTL.USBAEP]).toEqual([0, CTL.USBAEP]);
    expect([b.port.setup(0, 0, setupOf(0, 5)), b.port.setup(5, 0, setupOf(0, 5))]).toEqual([undefined, 'ack']);
  });
  test('while it lasts nothing is answered', () => {
    const b = enumerated(otgV2);
    b.port.setReset(true);
    expect(b.port.setup(0, 0, setupOf(0x80, 6))).toBeUndefined();
  });
});

describe('suspend and frames', () => {
  test('3 ms without frames suspend the device; what the host does next wakes it, and the EXTI line hears of it', () => {
    const b = enumerated(otgV2);
    b.bench.pass(20e6);
    expect(b.flags(SUSPEND)).toBe(0);
    b.port.setFrames(false);
    b.bench.pass(2.9e6);
    expect(b.flags(SUSPEND)).toBe(0);
    b.bench.pass(0.2e6);
    expect([b.flags(SUSPEND), b.read(OTG.DSTS) & 1, b.wakeUps]).toEqual([SUSPEND, 1, 0]);
    b.port.setFrames(true, 100);
    expect([b.flags(GINT.WKUINT), b.read(OTG.DSTS) & 1, b.wakeUps]).toEqual([GINT.WKUINT, 0, 1]);
  });
  test('an attached device that no host looks after suspends once, without further events', () => {
    const b = connected(otgV2);
    b.bench.pass(4e6);
    expect(b.flags(SUSPEND)).toBe(SUSPEND);
    b.write(OTG.GINTSTS, SUSPEND);
    b.bench.pass(100e6);
    expect(b.flags(SUSPEND)).toBe(0);
  });
  test('STPPCLK shows in PHYSUSP while suspended', () => {
    const b = connected(otgV2);
    b.bench.pass(4e6);
    b.write(OTG.PCGCCTL, 1);
    expect(b.read(OTG.PCGCCTL)).toBe(0x11);
    busReset(b);
    expect(b.read(OTG.PCGCCTL)).toBe(1);
  });
  test('FNSOF counts milliseconds, and SOF is set again after each of them', () => {
    const b = enumerated(otgV2);
    b.port.setFrames(true, 0x7f0);
    b.bench.pass(2.5e6);
    expect((b.read(OTG.DSTS) >>> 8) & 0x7ff).toBe(0x7f2);
    b.write(OTG.GINTSTS, GINT.SOF);
    expect(b.flags(GINT.SOF)).toBe(0);
    b.bench.pass(0.4e6);
    expect(b.flags(GINT.SOF)).toBe(0);
    b.bench.pass(0.2e6);
    expect(b.flags(GINT.SOF)).toBe(GINT.SOF);
  });
  test('the interrupt of SOF comes when it is unmasked', () => {
    const b = enumerated(otgV2);
    b.write(OTG.GINTSTS, GINT.SOF);
    b.write(OTG.GINTMSK, GINT.SOF);
    expect(b.irq()).toBe(false);
    b.bench.pass(1.01e6);
    expect(b.irq()).toBe(true);
    b.write(OTG.GINTSTS, GINT.SOF);
    expect(b.irq()).toBe(false);
    b.bench.pass(1.01e6);
    expect(b.irq()).toBe(true);
  });
  test('a polling loop may sleep over GINTSTS once nothing but an event can change it', () => {
    const b = enumerated(otgV2);
    b.write(OTG.GINTSTS, GINT.SOF);
    expect([b.quiet(OTG.GINTSTS), b.quiet(OTG.DSTS), b.quiet(OTG.GRXSTSP)]).toEqual([false, false, false]);
    b.bench.pass(1.01e6);
    expect(b.quiet(OTG.GINTSTS)).toBe(true);
    b.port.setFrames(false);
    expect(b.quiet(OTG.DSTS)).toBe(true);
  });
});

describe('interrupts', () => {
  test('nothing without GINT, and the request is a level', () => {
    const b = connected(otgV2);
    b.clear(OTG.GAHBCFG, 1);
    b.port.setReset(true);
    expect(b.irq()).toBe(false);
    b.set(OTG.GAHBCFG, 1);
    expect(b.irq()).toBe(true);
    b.write(OTG.GINTMSK, 0);
    expect(b.irq()).toBe(false);
  });
  test('levels cannot be cleared by writing 1', () => {
    const b = enumerated(otgV2);
    b.port.setup(0, 0, setupOf(0x80, 6));
    b.write(OTG.GINTSTS, 0xffff_ffff);
    expect(b.flags(GINT.RXFLVL)).toBe(GINT.RXFLVL);
  });
  test('DAINT shows an endpoint by DIEPMSK or DOEPMSK; IEPINT and OEPINT by DAINTMSK', () => {
    const b = enumerated(otgV2);
    arm(b, 0, [1]);
    b.port.in(0, 0);
    b.port.acknowledge(0, 0);
    expect([b.read(OTG.DAINT), b.flags(GINT.IEPINT | GINT.OEPINT)]).toEqual([1, GINT.IEPINT]);
    b.write(OTG.DAINTMSK, 0xffff_0000);
    expect([b.read(OTG.DAINT), b.flags(GINT.IEPINT)]).toEqual([1, 0]);
    b.write(OTG.DIEPMSK, 0);
    expect(b.read(OTG.DAINT)).toBe(0);
  });
  test('TXFE is a level of the FIFO and needs DIEPEMPMSK; TXFELVL chooses half empty or empty', () => {
    const b = enumerated(otgV2);
    const txfe = (): boolean => (b.read(inEp(0, EP.INT)) & 0x80) !== 0;
    expect([txfe(), b.flags(GINT.IEPINT)]).toEqual([true, 0]);
    b.write(OTG.DIEPEMPMSK, 1);
    expect(b.flags(GINT.IEPINT)).toBe(GINT.IEPINT);
    b.write(inEp(0, EP.INT), 0xffff_ffff);
    expect(txfe()).toBe(true);
    for (let i = 0; i < 32; i++) b.write(0x1000, i);
    expect(txfe()).toBe(true);
    b.set(OTG.GAHBCFG, 0x80);
    expect(txfe()).toBe(false);
    b.clear(OTG.GAHBCFG, 0x80);
    b.write(0x1000, 32);
    expect(txfe()).toBe(false);
  });
  test('SGONAK is in force at once, refuses OUT, and shows in the Rx FIFO; CGONAK ends it', () => {
    const b = enumerated(otgV2);
    b.write(outEp(1, EP.CTL), CTL.USBAEP | CTL.EPENA | CTL.CNAK | (2 << 18) | 64);
    b.write(outEp(1, EP.TSIZ), (1 << 19) | 64);
    b.set(OTG.DCTL, DCTL.SGONAK);
    expect([b.flags(GINT.GONAKEFF), b.port.out(0, 1, packet(0, 1))]).toEqual([GINT.GONAKEFF, 'nak']);
    expect(drain(b)).toEqual([[1, 0, []]]);
    b.set(OTG.DCTL, DCTL.CGONAK);
    expect([b.flags(GINT.GONAKEFF), b.port.out(0, 1, packet(0, 1))]).toEqual([0, 'ack']);
  });
});

describe('roles', () => {
  test('a device unless FHMOD says otherwise, 25 ms later; FDMOD brings it back', () => {
    const b = connected(otgV2);
    b.write(OTG.GUSBCFG, 1 << 29);
    expect(b.flags(GINT.CMOD)).toBe(0);
    b.bench.pass(26e6);
    expect([b.flags(GINT.CMOD), b.port.attached]).toEqual([1, false]);
    b.write(OTG.GUSBCFG, 1 << 30);
    b.bench.pass(26e6);
    expect([b.flags(GINT.CMOD), b.port.attached]).toEqual([0, true]);
  });
});
