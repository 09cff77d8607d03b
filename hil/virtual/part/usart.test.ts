import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { LineFrame } from '../board-types.ts';
import { CR1, type FrameFormat, ISR } from '../peripheral/usart-v3-registers.ts';
import { REG } from './addresses.ts';
import { createTestBench, hostFrame, type TestBench } from './test-bench.ts';

const HCLK = 16_000_000;
const EVEN_8: Partial<FrameFormat> = { bits: 9, parity: 'even' };
const CR1_8E1 = CR1.M0 | CR1.PCE;
const at = { CR1: 0x00, CR2: 0x04, CR3: 0x08, BRR: 0x0c, RQR: 0x18, ISR: 0x1c, ICR: 0x20, RDR: 0x24, TDR: 0x28 };

interface Usart {
  readonly bench: TestBench;
  read(offset: number): number;
  write(offset: number, value: number): void;
  readonly isr: () => number;
  /** Send from the host now and wait until the frame is over. */
  host(data: number, baud?: number, format?: Partial<FrameFormat>): void;
  readonly sent: readonly LineFrame[];
}

/** USART2 on PA2 and PA3 at 16 MHz. */
function usart2(cr1 = 0, baud = 115_200): Usart {
  const bench = createTestBench();
  bench.set(REG.RCC_IOPENR, 1);
  bench.set(REG.RCC_APBENR1, 1 << 17);
  bench.part.net('PA3').setState('idle');
  bench.write(REG.GPIOA, (bench.read(REG.GPIOA) & ~0xf0) | 0xa0);
  bench.write(REG.GPIOA + 0x20, 0x1100);
  const sent: LineFrame[] = [];
  bench.part.net('PA2').onTransmit((frame) => sent.push(frame));
  const usart: Usart = {
    bench,
    sent,
    read: (offset) => bench.read(REG.USART2 + offset),
    write: (offset, value) => bench.write(REG.USART2 + offset, value),
    isr: () => usart.read(at.ISR),
    host(data, hostBaud = baud, format = {}) {
      const frame = hostFrame(data, hostBaud, bench.now(), format);
      bench.part.net('PA3').drive(frame);
      bench.pass((frame.levels.length + 1) * frame.bitNs);
    },
  };
  usart.write(at.BRR, Math.round(HCLK / baud));
  usart.write(at.CR1, (cr1 | CR1.UE | CR1.RE | CR1.TE) >>> 0);
  return usart;
}

const errors = (u: Usart): number => u.isr() & (ISR.PE | ISR.FE | ISR.NE | ISR.ORE);

describe('receiving', () => {
  test('a byte at the same baud rate arrives without error', () => {
    const u = usart2();
    u.host(0xa5);
    expect(u.isr() & ISR.RXNE).toBe(ISR.RXNE);
    expect([u.read(at.RDR), errors(u), u.isr() & ISR.RXNE]).toEqual([0xa5, 0, 0]);
  });
  test('with parity, RDR shows the parity bit above the data (RM0454 26.8.10)', () => {
    const u = usart2(CR1_8E1);
    u.host(0x7f, 115_200, EVEN_8);
    expect([u.read(at.RDR), errors(u)]).toEqual([0x17f, 0]);
  });
  test('any byte passes at up to 3 % wrong baud rate', () => {
    fc.assert(
      fc.property(fc.nat(255), fc.integer({ min: -30, max: 30 }), (data, perMille) => {
        const u = usart2(CR1_8E1);
        u.host(data, 115_200 * (1 + perMille / 1_000), EVEN_8);
        return (u.read(at.RDR) & 0xff) === data && errors(u) === 0;
      }),
      { numRuns: 40 },
    );
  });
  test('half the baud rate is garbage with a framing error', () => {
    const u = usart2();
    u.host(0x00, 57_600);
    expect(errors(u) & ISR.FE).toBe(ISR.FE);
  });
  test('24/64 of the baud rate is not the byte that was sent', () => {
    const u = usart2();
    u.host(0x41, (115_200 * 24) / 64);
    expect(u.read(at.RDR) !== 0x41 || errors(u) !== 0).toBe(true);
  });
  test('8N1 into an 8E1 receiver: the stop bit stands for parity', () => {
    const u = usart2(CR1_8E1);
    u.host(0x01); // one 1: even parity wants a 1, which the stop bit is
    expect([u.read(at.RDR) & 0xff, errors(u)]).toEqual([0x01, 0]);
    u.host(0x03); // two: it wants a 0
    expect([u.read(at.RDR) & 0xff, errors(u)]).toEqual([0x03, ISR.PE]);
  });
  test('an odd-parity frame is a parity error for an even receiver', () => {
    const u = usart2(CR1_8E1);
    u.host(0x55, 115_200, { bits: 9, parity: 'odd' });
    expect(errors(u)).toBe(ISR.PE);
  });
  test('a second byte before the first is read sets ORE and is lost', () => {
    const u = usart2();
    u.host(1);
    u.host(2);
    expect([errors(u), u.read(at.RDR)]).toEqual([ISR.ORE, 1]);
    u.write(at.ICR, ISR.ORE);
    expect(errors(u)).toBe(0);
  });
  test('the FIFO takes eight', () => {
    const u = usart2(CR1.FIFOEN);
    for (let i = 0; i < 9; i++) u.host(i);
    expect(errors(u)).toBe(ISR.ORE);
    expect(Array.from({ length: 8 }, () => u.read(at.RDR))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });
  test('a break is a null character with a framing error', () => {
    const u = usart2();
    u.bench.part.net('PA3').setState('low');
    u.bench.pass(200_000);
    expect([u.read(at.RDR), errors(u)]).toEqual([0, ISR.FE]);
    u.bench.pass(10_000_000); // low for longer is no second character
    expect(u.isr() & ISR.RXNE).toBe(0);
  });
  test('a glitch shorter than half a bit is no character', () => {
    const u = usart2();
    u.bench.part.net('PA3').drive({ startNs: u.bench.now(), bitNs: 2_000, levels: [0, 1] });
    u.bench.pass(200_000);
    expect(u.isr() & (ISR.RXNE | ISR.BUSY)).toBe(0);
  });
  test('IDLE comes one frame after the last character', () => {
    const u = usart2();
    u.host(1);
    expect(u.isr() & ISR.IDLE).toBe(0);
    u.bench.pass(100_000);
    expect(u.isr() & ISR.IDLE).toBe(ISR.IDLE);
  });
  test('a pin that is not switched to the USART is not heard', () => {
    const u = usart2();
    u.bench.write(REG.GPIOA + 0x20, 0);
    u.host(0x55);
    expect(u.isr() & ISR.RXNE).toBe(0);
  });
  test('OVER8 halves the divider', () => {
    const u = usart2();
    u.write(at.CR1, 0);
    const div = Math.round((2 * HCLK) / 115_200);
    u.write(at.BRR, (div & 0xfff0) | ((div & 15) >> 1));
    u.write(at.CR1, CR1.OVER8 | CR1.UE | CR1.RE);
    u.host(0x3c);
    expect([u.read(at.RDR), errors(u)]).toEqual([0x3c, 0]);
  });
  test('BRR takes no write while UE is set', () => {
    const u = usart2();
    u.write(at.BRR, 0x1234);
    expect(u.read(at.BRR)).toBe(139);
  });
  test('RXNE raises the line of the NVIC when enabled', () => {
    const u = usart2(CR1.RXNEIE);
    expect(u.bench.irqs.has(28)).toBe(false);
    u.host(1);
    expect(u.bench.irqs.has(28)).toBe(true);
    u.read(at.RDR);
    expect(u.bench.irqs.has(28)).toBe(false);
  });
});

describe('sending', () => {
  test('an idle frame goes out after TE, then the byte with its parity', () => {
    const u = usart2(CR1_8E1);
    const start = u.bench.now();
    u.write(at.TDR, 0x79);
    expect(u.isr() & (ISR.TC | ISR.TXE)).toBe(ISR.TXE);
    u.bench.pass(1e6);
    expect(u.sent.map((f) => f.levels)).toEqual([[0, 1, 0, 0, 1, 1, 1, 1, 0, 1, 1]]);
    expect(u.sent[0]!.bitNs).toBeCloseTo((139 / HCLK) * 1e9, 3);
    expect(u.sent[0]!.startNs - start).toBeCloseTo(11 * u.sent[0]!.bitNs, 0);
    expect(u.isr() & ISR.TC).toBe(ISR.TC);
  });
  test('bytes follow without a gap, and TXE tells when TDR is free', () => {
    const u = usart2();
    u.write(at.TDR, 1);
    u.write(at.TDR, 2);
    expect(u.isr() & ISR.TXE).toBe(0);
    u.bench.pass(1e6);
    const [a, b] = u.sent;
    expect(b!.startNs).toBeCloseTo(a!.startNs + 10 * a!.bitNs, 3);
  });
  test('nothing leaves while the pin is no alternate function', () => {
    const u = usart2();
    u.bench.write(REG.GPIOA + 0x20, 0);
    u.write(at.TDR, 1);
    u.bench.pass(1e6);
    expect(u.sent).toEqual([]);
  });
  test('a byte sent to the own receiver over a wire comes back', () => {
    const u = usart2(CR1_8E1);
    u.bench.part.net('PA2').onTransmit((f) => u.bench.part.net('PA3').drive({ ...f, startNs: u.bench.now() }));
    u.write(at.TDR, 0xc4);
    u.bench.pass(1e6);
    expect(u.read(at.RDR) & 0xff).toBe(0xc4);
  });
});

describe('auto-baud (RM0454 26.5.8)', () => {
  const ABREN = 1 << 20;
  const MODE_7F = 2 << 21;
  function autoBaud(mode = MODE_7F): Usart {
    const u = usart2(CR1_8E1);
    u.write(at.CR2, ABREN | mode);
    return u;
  }
  test.each([1200, 9600, 57_600, 115_200, 256_000])('measures %i baud from 0x7F and receives it', (baud) => {
    const u = autoBaud();
    u.host(0x7f, baud, EVEN_8);
    expect(u.isr() & (ISR.ABRF | ISR.ABRE)).toBe(ISR.ABRF);
    expect(u.read(at.BRR)).toBe(Math.round(HCLK / baud));
    expect([u.read(at.RDR) & 0xff, errors(u)]).toEqual([0x7f, 0]);
  });
  test('is done once: the next byte does not change BRR', () => {
    const u = autoBaud();
    u.host(0x7f, 57_600, EVEN_8);
    u.host(0x7f, 9_600, EVEN_8);
    expect(u.read(at.BRR)).toBe(Math.round(HCLK / 57_600));
  });
  test('ABRRQ measures again', () => {
    const u = autoBaud();
    u.host(0x7f, 57_600, EVEN_8);
    u.write(at.RQR, 1);
    expect(u.isr() & ISR.ABRF).toBe(0);
    u.host(0x7f, 9_600, EVEN_8);
    expect(u.read(at.BRR)).toBe(Math.round(HCLK / 9_600));
  });
  test('fails with ABRE on another character', () => {
    const u = autoBaud();
    u.host(0x00, 115_200, EVEN_8);
    u.host(0x00, 115_200, EVEN_8);
    expect(u.isr() & (ISR.ABRF | ISR.ABRE)).toBe(ISR.ABRE);
  });
  test('fails with ABRE above clock / 16', () => {
    const u = autoBaud();
    u.host(0x7f, 2_000_000, EVEN_8);
    expect(u.isr() & ISR.ABRE).toBe(ISR.ABRE);
  });
  test('mode 0 measures the start bit', () => {
    const u = autoBaud(0);
    u.host(0x55, 38_400, EVEN_8);
    expect(u.read(at.BRR)).toBe(Math.round(HCLK / 38_400));
  });
  test('USART3 has none', () => {
    const b = createTestBench();
    b.set(REG.RCC_APBENR1, 1 << 18);
    b.write(REG.USART3 + at.CR2, ABREN);
    expect(b.read(REG.USART3 + at.CR2)).toBe(0);
  });
});

test('USART3 and USART4 share an interrupt line', () => {
  const b = createTestBench();
  b.set(REG.RCC_APBENR1, 3 << 18);
  b.write(REG.USART3, CR1.UE | CR1.TE | CR1.TXEIE);
  b.write(REG.USART4, CR1.UE | CR1.TE | CR1.TXEIE);
  b.write(REG.USART3, 0);
  expect(b.irqs.has(29)).toBe(true);
  b.write(REG.USART4, 0);
  expect(b.irqs.has(29)).toBe(false);
});
