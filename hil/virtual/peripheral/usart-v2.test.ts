import { describe, expect, test } from '@jest/globals';
import type { LineFrame } from '../board-types.ts';
import { hostFrame } from '../part/test-bench.ts';
import { createIpBench } from './ip-bench.ts';
import { createUsartV2 } from './usart-v2.ts';
import { CR1, ISR } from './usart-v3-registers.ts';

const at = {
  CR1: 0x00,
  CR2: 0x04,
  CR3: 0x08,
  BRR: 0x0c,
  RQR: 0x18,
  ISR: 0x1c,
  ICR: 0x20,
  RDR: 0x24,
  TDR: 0x28,
  PRESC: 0x2c,
};
const CLOCK = 4_000_000;
const BAUD = 9_600;

/** A full instance at 4 MHz with an idle line on RX. */
function usart() {
  const bench = createIpBench();
  const rx = bench.net('RX');
  const tx = bench.net('TX');
  rx.setState('idle');
  const sent: LineFrame[] = [];
  tx.onTransmit((frame) => sent.push(frame));
  const ip = createUsartV2({
    name: 'USART1',
    host: bench.host,
    full: true,
    setIrq: (asserted) => bench.host.setIrq(37, asserted),
    kernelHz: () => CLOCK,
    rxNets: () => [rx],
    txNets: () => [tx],
  });
  ip.listenOn(rx, () => true);
  ip.reset('power');
  return {
    bench,
    sent,
    read: (offset: number) => ip.read(offset, 4),
    write: (offset: number, value: number) => ip.write(offset, value >>> 0, 4),
    hostSends(data: number) {
      const frame = hostFrame(data, BAUD, bench.now());
      rx.drive(frame);
      bench.pass((frame.levels.length + 1) * frame.bitNs);
    },
  };
}

function running(): ReturnType<typeof usart> {
  const u = usart();
  u.write(at.BRR, Math.round(CLOCK / BAUD));
  u.write(at.CR1, CR1.UE | CR1.RE | CR1.TE);
  return u;
}

describe('USART v2: what v3 has and v2 has not', () => {
  test('the bits of the FIFO cannot be set in CR1 and CR3', () => {
    const u = usart();
    u.write(at.CR1, 0xffff_fffe);
    u.write(at.CR3, 0xffff_ffff);
    expect([u.read(at.CR1), u.read(at.CR3)]).toEqual([0x1fff_fffe, 0x00ff_ffff]);
  });
  test('PRESC reads 0 and does not slow the line down', () => {
    const u = usart();
    u.write(at.PRESC, 11);
    expect(u.read(at.PRESC)).toBe(0);
    u.write(at.BRR, Math.round(CLOCK / BAUD));
    u.write(at.CR1, CR1.UE | CR1.TE);
    u.write(at.TDR, 0x55);
    u.bench.pass(10e6);
    expect(u.sent.map((frame) => Math.round(1e9 / frame.bitNs / 100))).toEqual([96]);
  });
  test('the second unread character is an overrun even with bit 29 of CR1 written', () => {
    const u = running();
    u.write(at.CR1, CR1.UE | CR1.RE | CR1.FIFOEN);
    u.hostSends(1);
    u.hostSends(2);
    expect(u.read(at.ISR) & ISR.ORE).toBe(ISR.ORE);
    expect(u.read(at.RDR)).toBe(1);
  });
  test('ISR shows none of the FIFO flags', () => {
    const u = running();
    expect(u.read(at.ISR) & 0x0f80_0000).toBe(0);
  });
});

describe('USART v2: what both have', () => {
  test('a character comes in and goes out', () => {
    const u = running();
    u.hostSends(0xa5);
    expect(u.read(at.RDR)).toBe(0xa5);
    u.write(at.TDR, 0x5a);
    u.bench.pass(3e6);
    expect(u.sent).toHaveLength(1);
    expect(u.read(at.ISR) & ISR.TC).toBe(ISR.TC);
  });
  test('auto-baud mode 2 measures a 0x7F', () => {
    const u = usart();
    u.write(at.BRR, 0x1000);
    u.write(at.CR2, (1 << 20) | (2 << 21));
    u.write(at.CR1, CR1.UE | CR1.RE);
    u.hostSends(0x7f);
    expect(u.read(at.ISR) & (ISR.ABRF | ISR.ABRE)).toBe(ISR.ABRF);
    expect(u.read(at.BRR)).toBe(Math.round(CLOCK / BAUD));
  });
});
