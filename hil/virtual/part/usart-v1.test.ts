import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { LineFrame } from '../board-types.ts';
import { CR1, CR3, SR, USART } from '../peripheral/usart-v1-registers.ts';
import type { FrameFormat } from '../peripheral/usart-v3-registers.ts';
import { F4 } from './addresses-l4-f4.ts';
import { stm32f411 } from './stm32f411.ts';
import { createBenchOf, hostFrame, type TestBench } from './test-bench.ts';

const HCLK = 16_000_000;
const IRQ = 38;
const EVEN_8: Partial<FrameFormat> = { bits: 9, parity: 'even' };
const CR1_8E1 = CR1.M | CR1.PCE;

interface Usart {
  readonly bench: TestBench;
  read(offset: number): number;
  write(offset: number, value: number): void;
  readonly sr: () => number;
  /** Send from the host now and wait until the frame is over. */
  host(data: number, baud?: number, format?: Partial<FrameFormat>): void;
  readonly sent: readonly LineFrame[];
}

/** USART2 on PA2 and PA3 at 16 MHz. */
function usart2(cr1 = 0, baud = 115_200, brr = Math.round(HCLK / baud)): Usart {
  const bench = createBenchOf(stm32f411);
  bench.set(F4.RCC_AHB1ENR, 1);
  bench.set(F4.RCC_APB1ENR, 1 << 17);
  bench.part.net('PA3').setState('idle');
  bench.write(F4.GPIOA, (bench.read(F4.GPIOA) & ~0xf0) | 0xa0);
  bench.write(F4.GPIOA + 0x20, 0x7700);
  const sent: LineFrame[] = [];
  bench.part.net('PA2').onTransmit((frame) => sent.push(frame));
  const usart: Usart = {
    bench,
    sent,
    read: (offset) => bench.read(F4.USART2 + offset),
    write: (offset, value) => bench.write(F4.USART2 + offset, value),
    sr: () => usart.read(USART.SR),
    host(data, hostBaud = baud, format = {}) {
      const frame = hostFrame(data, hostBaud, bench.now(), format);
      bench.part.net('PA3').drive(frame);
      bench.pass((frame.levels.length + 1) * frame.bitNs);
    },
  };
  usart.write(USART.BRR, brr);
  usart.write(USART.CR1, cr1 | CR1.UE | CR1.RE | CR1.TE);
  bench.pass(200_000); // the idle frame after TE
  return usart;
}
const ERRORS = SR.PE | SR.FE | SR.NF | SR.ORE;

describe('receiving', () => {
  test('a byte arrives without error; reading DR clears RXNE', () => {
    const u = usart2();
    u.host(0xa5);
    expect(u.sr() & (SR.RXNE | ERRORS)).toBe(SR.RXNE);
    expect([u.read(USART.DR), u.sr() & SR.RXNE]).toEqual([0xa5, 0]);
  });
  test('RXNE is cleared by writing 0 to it, other flags are not', () => {
    const u = usart2();
    u.host(1);
    u.host(2);
    u.write(USART.SR, 0);
    expect(u.sr() & (SR.RXNE | SR.ORE | SR.TC)).toBe(SR.ORE);
  });
  test('with parity, DR shows the parity bit above the data', () => {
    const u = usart2(CR1_8E1);
    u.host(0x7f, 115_200, EVEN_8);
    expect([u.read(USART.DR), u.sr() & ERRORS]).toEqual([0x17f, 0]);
  });
  test('PE for the wrong parity, FE for a missing stop bit', () => {
    const u = usart2(CR1_8E1);
    u.host(0x7f, 115_200, { bits: 9, parity: 'odd' });
    expect(u.sr() & ERRORS).toBe(SR.PE);
    const v = usart2();
    v.host(0x00, 57_600);
    expect(v.sr() & SR.FE).toBe(SR.FE);
  });
  test('with RXNE still set the new character is lost: ORE, DR keeps the old one', () => {
    const u = usart2();
    u.host(1);
    u.host(2);
    expect(u.sr() & SR.ORE).toBe(SR.ORE);
    expect(u.read(USART.DR)).toBe(1);
  });
  test('IDLE comes one frame after the last character, and not again without another', () => {
    const u = usart2();
    u.host(1);
    expect(u.sr() & SR.IDLE).toBe(0);
    u.bench.pass(200_000);
    expect(u.sr() & SR.IDLE).toBe(SR.IDLE);
    u.read(USART.DR);
    u.bench.pass(1e6);
    expect(u.sr() & SR.IDLE).toBe(0);
  });
});

describe('flags cleared by a sequence (RM0383 19.6.1)', () => {
  function overrun(): Usart {
    const u = usart2();
    u.host(1);
    u.host(2);
    return u;
  }
  test('SR then DR clears ORE', () => {
    const u = overrun();
    u.sr();
    u.read(USART.DR);
    expect(u.sr() & SR.ORE).toBe(0);
  });
  test('DR alone does not clear ORE', () => {
    const u = overrun();
    u.read(USART.DR);
    expect(u.sr() & (SR.ORE | SR.RXNE)).toBe(SR.ORE);
  });
  test('SR alone does not clear ORE, however often it is read', () => {
    const u = overrun();
    u.sr();
    expect(u.sr() & SR.ORE).toBe(SR.ORE);
  });
  test('a flag that SR had not shown yet is not cleared', () => {
    const u = usart2();
    u.host(1);
    u.sr();
    u.host(2);
    u.read(USART.DR);
    expect(u.sr() & SR.ORE).toBe(SR.ORE);
  });
  test('a debugger that reads SR and DR takes the flags from the program', () => {
    const u = overrun();
    u.bench.bus.read(F4.USART2 + USART.SR, 2);
    u.bench.bus.read(F4.USART2 + USART.DR, 1);
    expect(u.sr() & (SR.ORE | SR.RXNE)).toBe(0);
  });
  test('TC is cleared by SR then a write to DR; the write alone leaves it set', () => {
    const u = usart2();
    expect(u.read(USART.SR) & SR.TC).toBe(SR.TC);
    u.write(USART.DR, 1);
    expect(u.sr() & SR.TC).toBe(0);
    u.bench.pass(1e6);
    expect(u.sr() & SR.TC).toBe(SR.TC);
    u.read(USART.DR); // ends the sequence that the read of SR began
    u.write(USART.DR, 2);
    expect(u.bench.bus.read(F4.USART2 + USART.SR, 4) & SR.TC).toBe(SR.TC);
  });
  test('TC is cleared by writing 0', () => {
    const u = usart2();
    u.write(USART.SR, ~SR.TC);
    expect(u.sr() & SR.TC).toBe(0);
  });
});

describe('sending', () => {
  test('TXE falls while DR is full and rises when it has gone to the shift register', () => {
    const u = usart2();
    u.write(USART.DR, 1);
    expect(u.sr() & SR.TXE).toBe(SR.TXE);
    u.write(USART.DR, 2);
    expect(u.sr() & SR.TXE).toBe(0);
    u.bench.pass(100_000);
    expect(u.sr() & SR.TXE).toBe(SR.TXE);
    u.bench.pass(1e6);
    expect(u.sent).toHaveLength(2);
  });
  test('a frame has M bits, parity and the stop bits of CR2', () => {
    const u = usart2(CR1_8E1);
    u.write(USART.CR2, 2 << 12);
    u.write(USART.DR, 0x7f);
    u.bench.pass(1e6);
    expect(u.sent[0]!.levels).toEqual([0, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1]);
  });
  test('SBK sends a break and is cleared when it is over', () => {
    const u = usart2();
    u.write(USART.CR1, u.read(USART.CR1) | CR1.SBK);
    expect(u.read(USART.CR1) & CR1.SBK).toBe(CR1.SBK);
    u.bench.pass(1e6);
    expect(u.read(USART.CR1) & CR1.SBK).toBe(0);
    expect(u.sent[0]!.levels).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
  });
  test('OVER8 counts 8 clocks per unit of the mantissa', () => {
    // 16 MHz / (8 * (17 + 3/8)) = 115108 baud
    const u = usart2(CR1.OVER8, 115_200, (17 << 4) | 3);
    u.write(USART.DR, 0x55);
    u.bench.pass(1e6);
    expect(1e9 / u.sent[0]!.bitNs).toBeCloseTo(16e6 / 139, 3);
    u.host(0x33);
    expect([u.read(USART.DR), u.sr() & ERRORS]).toEqual([0x33, 0]);
  });
  test('nothing leaves while UE or TE is clear', () => {
    const u = usart2();
    u.write(USART.CR1, CR1.TE);
    u.write(USART.DR, 1);
    u.write(USART.CR1, CR1.UE);
    u.write(USART.DR, 1);
    u.bench.pass(1e6);
    expect(u.sent).toEqual([]);
  });
});

describe('interrupts', () => {
  test.each([
    ['RXNEIE', CR1.RXNEIE, (u: Usart) => u.host(1)],
    ['IDLEIE', CR1.IDLEIE, (u: Usart) => u.host(1)],
    ['TXEIE', CR1.TXEIE, () => undefined],
    ['TCIE', CR1.TCIE, () => undefined],
    ['PEIE', CR1.PEIE | CR1_8E1, (u: Usart) => u.host(0x7f, 115_200, { bits: 9, parity: 'odd' })],
  ] as const)('%s', (_name, bits, cause) => {
    const u = usart2(bits);
    cause(u);
    u.bench.pass(200_000);
    expect(u.bench.irqs.has(IRQ)).toBe(true);
    u.write(USART.CR1, CR1.UE | CR1.RE | CR1.TE);
    expect(u.bench.irqs.has(IRQ)).toBe(false);
  });
  test('RXNEIE asks for an overrun, too, after the character was read', () => {
    const u = usart2(CR1.RXNEIE);
    u.host(1);
    u.host(2);
    u.read(USART.DR);
    expect(u.bench.irqs.has(IRQ)).toBe(true);
  });
  test('EIE counts only with DMAR', () => {
    const u = usart2();
    u.write(USART.CR3, CR3.EIE);
    u.host(0, 57_600);
    expect(u.bench.irqs.has(IRQ)).toBe(false);
    u.write(USART.CR3, CR3.EIE | CR3.DMAR);
    expect(u.bench.irqs.has(IRQ)).toBe(true);
  });
});

test('registers have their reset values and the bits that exist', () => {
  const u = usart2();
  u.bench.write(F4.RCC_APB1RSTR, 1 << 17);
  u.bench.write(F4.RCC_APB1RSTR, 0);
  expect(Object.values(USART).map(u.read)).toEqual([0xc0, 0, 0, 0, 0, 0, 0]);
  for (const offset of [USART.CR1, USART.CR2, USART.CR3]) u.write(offset, 0xffff_fffe);
  expect([u.read(USART.CR1) & 0x4000, u.read(USART.CR3)]).toEqual([0, 0xffe]);
});

test('what the host sends arrives, whatever it is', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(255), { maxLength: 8 }),
      fc.constantFrom(1200, 9600, 57_600, 115_200),
      (bytes, baud) => {
        const u = usart2(0, baud);
        return bytes.every((byte) => {
          u.host(byte);
          return (u.sr() & (SR.RXNE | ERRORS)) === SR.RXNE && u.read(USART.DR) === byte;
        });
      },
    ),
    { numRuns: 30 },
  );
});
