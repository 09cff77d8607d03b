import { describe, expect, test } from '@jest/globals';
import { createTestBench, RAM, RESET } from '../test-bench.ts';

interface Outcome {
  readonly r: readonly number[];
  readonly nzcv: string;
  readonly pc: number;
}

/** Execute `steps` instructions of `code` from RESET with `registers` and flags set before. */
function execute(
  code: readonly number[],
  registers: Readonly<Record<number, number>>,
  nzcv = '0000',
  steps = 1,
): Outcome {
  const bench = createTestBench();
  bench.put(RESET, ...code);
  bench.core.debugWrite(0xe000_edf0, 0xa05f_0003, 4);
  for (const [number, value] of Object.entries(registers)) bench.setRegister(Number(number), value);
  bench.setRegister(16, 0x0100_0000 + Number.parseInt(nzcv, 2) * 0x1000_0000);
  for (let i = 0; i < steps; i++) bench.core.debugWrite(0xe000_edf0, 0xa05f_0005, 4);
  const r = Array.from({ length: 16 }, (_, i) => bench.register(i));
  const flags = (bench.register(16) >>> 28).toString(2).padStart(4, '0');
  return { r, nzcv: flags, pc: r[15]! };
}

// ADCS/SBCS r0, r1 etc. with register forms "op r0, r1"
describe('ALU operations set Rd and NZCV as the pseudo-code of ARMv6-M A2.2.1 and A6.7 says', () => {
  const rows: [string, number, number, number, string, number, string][] = [
    // section and case, opcode, r0, r1, NZCV before, r0 after, NZCV after
    ['A6.7 ADCS: 0x7FFFFFFF + 0 + C overflows', 0x4148, 0x7fff_ffff, 0, '0010', 0x8000_0000, '1001'],
    ['A6.7 ADCS: 0xFFFFFFFF + 0 + C carries', 0x4148, 0xffff_ffff, 0, '0010', 0, '0110'],
    ['A6.7 ADCS: 0xFFFFFFFF + 0xFFFFFFFF + C', 0x4148, 0xffff_ffff, 0xffff_ffff, '0010', 0xffff_ffff, '1010'],
    ['A6.7 ADDS: two negatives overflow', 0x1840, 0x8000_0000, 0x8000_0000, '0000', 0, '0111'],
    ['A6.7 ADDS: carry without overflow', 0x1840, 0xffff_ffff, 1, '0000', 0, '0110'],
    ['A6.7 SBCS: 0 - 0 - 1 borrows', 0x4188, 0, 0, '0010', 0, '0110'],
    ['A6.7 SBCS: with C clear one more is taken', 0x4188, 5, 3, '0000', 1, '0010'],
    ['A6.7 SBCS: equal operands and C clear', 0x4188, 7, 7, '0000', 0xffff_ffff, '1000'],
    ['A6.7 SUBS: 0x80000000 - 1 overflows', 0x1a40, 0x8000_0000, 1, '0000', 0x7fff_ffff, '0011'],
    ['A6.7 SUBS: borrow clears C', 0x1a40, 1, 2, '0010', 0xffff_ffff, '1000'],
    ['A6.7 RSBS: 0 - 0x80000000 overflows', 0x4248, 0, 0x8000_0000, '0000', 0x8000_0000, '1001'],
    ['A6.7 RSBS: 0 - 0 carries', 0x4248, 9, 0, '0000', 0, '0110'],
    ['A6.7 CMN leaves the register', 0x42c8, 0xffff_ffff, 1, '0000', 0xffff_ffff, '0110'],
    ['A6.7 CMP leaves the register', 0x4288, 1, 1, '0000', 1, '0110'],
    ['A6.7 ANDS keeps C and V', 0x4008, 0xf0, 0x0f, '0011', 0, '0111'],
    ['A6.7 BICS', 0x4388, 0xff, 0x0f, '0000', 0xf0, '0000'],
    ['A6.7 MULS keeps C and V', 0x4348, 0x8000_0001, 2, '0011', 2, '0011'],
    ['A6.7 MVNS', 0x43c8, 0, 0, '0000', 0xffff_ffff, '1000'],
    ['A6.7 LSLS by 0 keeps C', 0x4088, 1, 0, '0010', 1, '0010'],
    ['A6.7 LSLS by 32: C is bit 0', 0x4088, 1, 32, '0000', 0, '0110'],
    ['A6.7 LSLS by 33: C is 0', 0x4088, 0xffff_ffff, 33, '0010', 0, '0100'],
    ['A6.7 LSLS takes the low byte: 256 is 0', 0x4088, 3, 256, '0010', 3, '0010'],
    ['A6.7 LSRS by 32: C is bit 31', 0x40c8, 0x8000_0000, 32, '0000', 0, '0110'],
    ['A6.7 LSRS by 33: C is 0', 0x40c8, 0x8000_0000, 33, '0010', 0, '0100'],
    ['A6.7 ASRS by 32 and more: all sign', 0x4108, 0x8000_0000, 64, '0000', 0xffff_ffff, '1010'],
    ['A6.7 ASRS by 0 keeps C', 0x4108, 4, 0, '0010', 4, '0010'],
    ['A6.7 RORS by 32: value stays, C is bit 31', 0x41c8, 0x8000_0001, 32, '0000', 0x8000_0001, '1010'],
    ['A6.7 RORS by 1: C is the bit that went round', 0x41c8, 1, 1, '0000', 0x8000_0000, '1010'],
    ['A6.7 LSLS r0, r1, #1', 0x0048, 0, 0x8000_0001, '0000', 2, '0010'],
    ['A6.7 LSRS r0, r1, #32', 0x0808, 0, 0x8000_0000, '0000', 0, '0110'],
    ['A6.7 ASRS r0, r1, #32', 0x1008, 0, 0x8000_0000, '0000', 0xffff_ffff, '1010'],
    ['A6.7 MOVS r0, r1 keeps C', 0x0008, 0, 0x8000_0000, '0011', 0x8000_0000, '1011'],
    ['A6.7 SXTB', 0xb248, 0, 0x1280, '1111', 0xffff_ff80, '1111'],
    ['A6.7 SXTH', 0xb208, 0, 0x1_8000, '0000', 0xffff_8000, '0000'],
    ['A6.7 UXTB', 0xb2c8, 0, 0x1280, '0000', 0x80, '0000'],
    ['A6.7 UXTH', 0xb288, 0, 0x1_8000, '0000', 0x8000, '0000'],
    ['A6.7 REV', 0xba08, 0, 0x1122_3344, '0000', 0x4433_2211, '0000'],
    ['A6.7 REV16', 0xba48, 0, 0x1122_3344, '0000', 0x2211_4433, '0000'],
    ['A6.7 REVSH', 0xbac8, 0, 0x80, '0000', 0xffff_8000, '0000'],
  ];
  test.each(rows)('%s', (_name, opcode, r0, r1, before, expected, after) => {
    const { r, nzcv } = execute([opcode], { 0: r0, 1: r1 }, before);
    expect({ r0: r[0], nzcv }).toEqual({ r0: expected, nzcv: after });
  });
});

describe('conditional branches (A6.3) follow NZCV', () => {
  // One row per condition code, with all 16 flag values that take it.
  const taken: [string, number, (n: boolean, z: boolean, c: boolean, v: boolean) => boolean][] = [
    ['EQ', 0, (_n, z) => z],
    ['NE', 1, (_n, z) => !z],
    ['CS', 2, (_n, _z, c) => c],
    ['CC', 3, (_n, _z, c) => !c],
    ['MI', 4, (n) => n],
    ['PL', 5, (n) => !n],
    ['VS', 6, (_n, _z, _c, v) => v],
    ['VC', 7, (_n, _z, _c, v) => !v],
    ['HI', 8, (_n, z, c) => c && !z],
    ['LS', 9, (_n, z, c) => !(c && !z)],
    ['GE', 10, (n, _z, _c, v) => n === v],
    ['LT', 11, (n, _z, _c, v) => n !== v],
    ['GT', 12, (n, z, _c, v) => !z && n === v],
    ['LE', 13, (n, z, _c, v) => z || n !== v],
  ];
  test.each(taken)('B%s', (_name, condition, rule) => {
    for (let flags = 0; flags < 16; flags++) {
      const nzcv = flags.toString(2).padStart(4, '0');
      const [n, z, c, v] = [...nzcv].map((bit) => bit === '1') as [boolean, boolean, boolean, boolean];
      const { pc } = execute([0xd002 | (condition << 8)], {}, nzcv);
      expect({ nzcv, pc }).toEqual({ nzcv, pc: rule(n, z, c, v) ? RESET + 8 : RESET + 2 });
    }
  });
});

describe('loads, stores and addresses', () => {
  test('A6.7 LDM with the base in the list does not write back', () => {
    const bench = createTestBench();
    bench.put(RESET, 0xc803); // LDM r0, {r0, r1}
    bench.setWord(RAM, 0x1111);
    bench.setWord(RAM + 4, 0x2222);
    bench.setRegister(0, RAM);
    bench.core.run(bench.core.cycles + 1);
    expect([bench.register(0), bench.register(1)]).toEqual([0x1111, 0x2222]);
  });

  test('A6.7 LDM without the base in the list writes back', () => {
    const bench = createTestBench();
    bench.put(RESET, 0xc806); // LDM r0!, {r1, r2}
    bench.setRegister(0, RAM);
    bench.core.run(bench.core.cycles + 1);
    expect(bench.register(0)).toBe(RAM + 8);
  });

  test('a faulting LDM with the base in the list leaves the base, so that it can start over (B1.5)', () => {
    const bench = createTestBench();
    bench.put(RESET, 0xc803);
    bench.setRegister(0, RAM + 0x3ffc); // the second word is past the end of RAM
    bench.runTo(RESET + 2, 3);
    expect(bench.ipsr()).toBe(3);
    expect(bench.register(0)).toBe(RAM + 0x3ffc);
  });

  test('A6.7 PUSH stores ascending registers below the old SP', () => {
    const bench = createTestBench();
    bench.put(RESET, 0xb502); // PUSH {r1, lr}
    bench.setRegister(1, 0x11);
    bench.setRegister(14, 0x22);
    const sp = bench.register(13);
    bench.core.run(bench.core.cycles + 1);
    expect([bench.register(13), bench.word(sp - 8), bench.word(sp - 4)]).toEqual([sp - 8, 0x11, 0x22]);
  });

  test('A6.7 ADR and A6.7 LDR literal use the PC aligned to a word', () => {
    const code = [0xbf00, 0xa001, 0x4900, 0xbf00, 0x5678, 0x1234];
    const { r } = execute(code, {}, '0000', 3);
    expect(r[0]).toBe(RESET + 8);
    expect(r[1]).toBe(0x1234_5678);
  });

  test.each([
    ['LDRSB', 0x5688, 0x80, 0xffff_ff80],
    ['LDRSH', 0x5e88, 0x8001, 0xffff_8001],
    ['LDRB', 0x5c88, 0xff80, 0x80],
    ['LDRH', 0x5a88, 0x1_8001, 0x8001],
  ])('%s extends', (_name, opcode, memory, expected) => {
    const bench = createTestBench();
    bench.put(RESET, opcode);
    bench.setWord(RAM, memory);
    bench.setRegister(1, RAM);
    bench.setRegister(2, 0);
    bench.core.run(bench.core.cycles + 1);
    expect(bench.register(0)).toBe(expected);
  });

  test('A6.7 BL sets LR to the next instruction with bit 0, and branches both ways', () => {
    expect(execute([0xf000, 0xf802], {}).r.slice(14)).toEqual([RESET + 5, RESET + 8]);
    expect(execute([0xf7ff, 0xfffe], {}).pc).toBe(RESET);
  });

  test('A6.7 BL reaches another memory window and back: bits J1, J2 extend the sign', () => {
    const bench = createTestBench();
    // 0x0800_0200 to 0x07FF_FFF0: nothing answers there
    bench.put(RESET, 0xf7ff, 0xfef4 | 2);
    bench.runTo(0, 1);
    expect(bench.core.pc).toBe(RESET + 4 - 0x214);
  });
});

describe('cycles (Cortex-M0+ TRM table 3-1, zero wait states)', () => {
  test.each([
    ['ALU', [0x3001], 1],
    ['MULS', [0x4348], 1],
    ['branch taken', [0xe000], 2],
    ['branch not taken', [0xd0fe], 1],
    ['BL', [0xf000, 0xf800], 3],
    ['BX', [0x4708], 2],
    ['LDR', [0x6812], 2],
    ['STR', [0x6013], 2],
    ['PUSH of 3', [0xb40e], 4],
    ['POP of 2', [0xbc18], 3],
    ['MRS', [0xf3ef, 0x8010], 3],
    ['DSB', [0xf3bf, 0x8f4f], 3],
  ])('%s', (_name, code, cycles) => {
    const bench = createTestBench();
    bench.put(RESET, ...code);
    bench.setRegister(0, 1); // Z clear
    bench.setRegister(16, 0x0100_0000);
    bench.setRegister(1, RESET + 9);
    bench.setRegister(2, RAM);
    const before = bench.core.cycles;
    bench.core.run(before + 1);
    expect(bench.core.cycles - before).toBe(cycles);
  });

  test('flash wait states cost on a taken branch and on a data read', () => {
    const bench = createTestBench();
    bench.put(RESET, 0xe7fe);
    bench.bus.setWaitStates(bench.flash, 2);
    const before = bench.core.cycles;
    bench.core.run(before + 1);
    expect(bench.core.cycles - before).toBe(4);
  });
});
