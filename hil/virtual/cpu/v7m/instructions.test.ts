import { describe, expect, test } from '@jest/globals';
import { createTestBench, DHCSR, RAM, RESET } from '../test-bench.ts';
import { stepM4 } from './step.ts';

type Row = [string, number[], Record<number, number>, string, Record<number, number>, string];

/** Name with section, code, registers before, NZCVQ before, registers after, NZCVQ after. */
function check(rows: readonly Row[]): void {
  test.each(rows)('%s', (_name, code, before, flags, after, flagsAfter) => {
    const outcome = stepM4(code, before, flags);
    for (const [register, value] of Object.entries(after)) {
      expect([`r${register}`, outcome.r[Number(register)]]).toEqual([`r${register}`, value]);
    }
    expect(outcome.flags).toBe(flagsAfter);
    expect(outcome.r[15]).toBe(RESET + 2 * code.length);
  });
}

describe('data processing, 32-bit (ARMv7-M A7.7)', () => {
  check([
    ['ADC takes the carry, leaves flags', [0xf141, 0x0001], { 1: 5 }, '00100', { 0: 7 }, '00100'],
    ['SBCS with a shifted operand', [0xeb71, 0x0052], { 1: 8, 2: 6 }, '00100', { 0: 5 }, '00100'],
    ['RSBS', [0xebd1, 0x0002], { 1: 1, 2: 0 }, '00000', { 0: 0xffff_ffff }, '10000'],
    ['ORN', [0xf061, 0x00ff], { 1: 0xf0 }, '00000', { 0: 0xffff_fff0 }, '00000'],
    ['MVNS, rotated', [0xea7f, 0x1031], { 1: 8 }, '00000', { 0: 0x7fff_ffff }, '00100'],
    ['RRX through the carry', [0xea5f, 0x0031], { 1: 3 }, '00100', { 0: 0x8000_0001 }, '10100'],
    [
      'ANDS: C is bit 31 of a rotated immediate',
      [0xf011, 0x407f],
      { 1: 0xffff_ffff },
      '00000',
      { 0: 0xff00_0000 },
      '10100',
    ],
    ['TEQ', [0xea91, 0x0f02], { 1: 5, 2: 5 }, '00110', { 1: 5 }, '01110'],
    ['ADD shifted', [0xeb01, 0x1002], { 1: 1, 2: 2 }, '00000', { 0: 0x21 }, '00000'],
    ['SUBW', [0xf6a1, 0x70ff], { 1: 4096 }, '00000', { 0: 1 }, '00000'],
    ['MOVW', [0xf64a, 0x30cd], { 0: 0xffff_ffff }, '00000', { 0: 0xabcd }, '00000'],
    ['MOVT keeps the low half', [0xf2c1, 0x2034], { 0: 0x5678 }, '00000', { 0: 0x1234_5678 }, '00000'],
    ['LSL.W by more than 31', [0xfa01, 0xf002], { 1: 1, 2: 32 }, '00000', { 0: 0 }, '00000'],
    ['RORS.W', [0xfa71, 0xf002], { 1: 1, 2: 1 }, '00000', { 0: 0x8000_0000 }, '10100'],
    ['SBFX', [0xf341, 0x1007], { 1: 0xf80 }, '00000', { 0: 0xffff_fff8 }, '00000'],
    ['UBFX', [0xf3c1, 0x7003], { 1: 0xc123_4567 }, '00000', { 0: 12 }, '00000'],
    ['BFI', [0xf361, 0x2013], { 0: 0xffff_ffff, 1: 0x123 }, '00000', { 0: 0xfff1_23ff }, '00000'],
    ['BFC', [0xf36f, 0x100b], { 0: 0xffff_ffff }, '00000', { 0: 0xffff_f00f }, '00000'],
    ['RBIT', [0xfa91, 0xf0a1], { 1: 0x8000_0002 }, '00000', { 0: 0x4000_0001 }, '00000'],
    ['CLZ', [0xfab1, 0xf081], { 1: 0x0001_0000 }, '00000', { 0: 15 }, '00000'],
    ['REV16.W', [0xfa91, 0xf091], { 1: 0x1122_3344 }, '00000', { 0: 0x2211_4433 }, '00000'],
    ['SDIV rounds to zero', [0xfb91, 0xf0f2], { 1: -7 >>> 0, 2: 2 }, '00000', { 0: -3 >>> 0 }, '00000'],
    ['SDIV: -2^31 / -1', [0xfb91, 0xf0f2], { 1: 0x8000_0000, 2: 0xffff_ffff }, '00000', { 0: 0x8000_0000 }, '00000'],
    ['UDIV', [0xfbb1, 0xf0f2], { 1: 0xffff_fffe, 2: 2 }, '00000', { 0: 0x7fff_ffff }, '00000'],
    ['UDIV by 0 without DIV_0_TRP', [0xfbb1, 0xf0f2], { 1: 9, 2: 0 }, '00000', { 0: 0 }, '00000'],
    ['PKHBT', [0xeac1, 0x2002], { 1: 0x1111_2222, 2: 0x3344_5566 }, '00000', { 0: 0x4455_2222 }, '00000'],
    ['PKHTB', [0xeac1, 0x2022], { 1: 0x1111_2222, 2: 0x3344_5566 }, '00000', { 0: 0x1111_4455 }, '00000'],
    ['SXTAB', [0xfa41, 0xf092], { 1: 100, 2: 0xff00 }, '00000', { 0: 99 }, '00000'],
    ['UXTAB16', [0xfa31, 0xf082], { 1: 0x0001_ffff, 2: 0x0002_0001 }, '00000', { 0: 0x0003_0000 }, '00000'],
    ['SXTB16 of the rotated operand', [0xfa2f, 0xf0b1], { 1: 0x80ff_7f01 }, '00000', { 0: 0x007f_ff80 }, '00000'],
    ['UXTAH', [0xfa11, 0xf082], { 1: 1, 2: 0x1234_ffff }, '00000', { 0: 0x1_0000 }, '00000'],
  ]);
});

describe('DSP extension (ARMv7-M A7.7): results, Q and saturation', () => {
  check([
    ['SSAT clips and sets Q', [0xf301, 0x0007], { 1: 300 }, '00000', { 0: 127 }, '00001'],
    ['SSAT leaves what fits', [0xf301, 0x0007], { 1: -128 >>> 0 }, '00000', { 0: -128 >>> 0 }, '00000'],
    ['USAT of a shifted operand', [0xf3a1, 0x1008], { 1: 0x2000 }, '00000', { 0: 0xff }, '00001'],
    ['USAT of a negative', [0xf3a1, 0x1008], { 1: 0x8000_0000 }, '00000', { 0: 0 }, '00001'],
    ['SSAT16', [0xf321, 0x0008], { 1: 0x0200_fe00 }, '00000', { 0: 0x00ff_ff00 }, '00001'],
    ['USAT16', [0xf3a1, 0x0004], { 1: 0x0005_ffff }, '00000', { 0: 0x0005_0000 }, '00001'],
    ['QADD', [0xfa82, 0xf081], { 1: 0x7fff_ffff, 2: 1 }, '00000', { 0: 0x7fff_ffff }, '00001'],
    [
      'QDADD saturates the doubling',
      [0xfa82, 0xf091],
      { 1: -1 >>> 0, 2: 0x4000_0000 },
      '00000',
      { 0: 0x7fff_fffe },
      '00001',
    ],
    ['QSUB', [0xfa82, 0xf0a1], { 1: 0x8000_0000, 2: 1 }, '00000', { 0: 0x8000_0000 }, '00001'],
    ['QDSUB', [0xfa82, 0xf0b1], { 1: 10, 2: 3 }, '00000', { 0: 4 }, '00000'],
    [
      'QADD8 saturates each byte, not Q',
      [0xfa81, 0xf012],
      { 1: 0x7f80_01ff, 2: 0x01ff_0101 },
      '00000',
      { 0: 0x7f80_0200 },
      '00000',
    ],
    ['QSUB16', [0xfad1, 0xf012], { 1: 0x8000_7fff, 2: 0x0001_ffff }, '00000', { 0: 0x8000_7fff }, '00000'],
    ['SHADD8', [0xfa81, 0xf022], { 1: 0x7f80_0402, 2: 0x7f80_0201 }, '00000', { 0: 0x7f80_0301 }, '00000'],
    ['UHADD8', [0xfa81, 0xf062], { 1: 0xff00_0301, 2: 0xff00_0102 }, '00000', { 0: 0xff00_0201 }, '00000'],
    ['UHSUB16', [0xfad1, 0xf062], { 1: 0x0001_0005, 2: 0x0003_0001 }, '00000', { 0: 0xffff_0002 }, '00000'],
    ['UQSUB8', [0xfac1, 0xf052], { 1: 0x0105_0000, 2: 0x0201_0000 }, '00000', { 0: 0x0004_0000 }, '00000'],
    ['UQADD16', [0xfa91, 0xf052], { 1: 0xffff_0001, 2: 0x0001_0001 }, '00000', { 0: 0xffff_0002 }, '00000'],
    ['USAD8', [0xfb71, 0xf002], { 1: 0x0105_00ff, 2: 0x0201_0000 }, '00000', { 0: 260 }, '00000'],
    ['USADA8', [0xfb71, 0x3002], { 1: 0x0105_00ff, 2: 0x0201_0000, 3: 1000 }, '00000', { 0: 1260 }, '00000'],
    ['SMULBT', [0xfb11, 0xf012], { 1: 0xffff, 2: 0x0003_0000 }, '00000', { 0: -3 >>> 0 }, '00000'],
    ['SMLABB wraps and sets Q', [0xfb11, 0x3002], { 1: 1, 2: 1, 3: 0x7fff_ffff }, '00000', { 0: 0x8000_0000 }, '00001'],
    ['SMLAWT', [0xfb31, 0x3012], { 1: 0x1_8000, 2: 0xffff_0000, 3: 10 }, '00000', { 0: 8 }, '00000'],
    [
      'SMUAD overflows only at -32768 squared twice',
      [0xfb21, 0xf002],
      { 1: 0x8000_8000, 2: 0x8000_8000 },
      '00000',
      { 0: 0x8000_0000 },
      '00001',
    ],
    ['SMLADX', [0xfb21, 0x3012], { 1: 0x0002_0003, 2: 0x0005_0007, 3: 1 }, '00000', { 0: 30 }, '00000'],
    ['SMUSD', [0xfb41, 0xf002], { 1: 0x0002_0003, 2: 0x0005_0007 }, '00000', { 0: 11 }, '00000'],
    ['SMMUL', [0xfb51, 0xf002], { 1: 0x8000_0000, 2: 0x7fff_ffff }, '00000', { 0: 0xc000_0000 }, '00000'],
    ['SMMLAR rounds', [0xfb51, 0x3012], { 1: 0x1_0000, 2: 0x8000, 3: 5 }, '00000', { 0: 6 }, '00000'],
    ['SMMLS borrows from the low word', [0xfb61, 0x3002], { 1: 1, 2: 1, 3: 5 }, '00000', { 0: 4 }, '00000'],
    ['MLA', [0xfb01, 0x3002], { 1: 7, 2: 6, 3: 5 }, '00000', { 0: 47 }, '00000'],
    ['MLS', [0xfb01, 0x3012], { 1: 7, 2: 6, 3: 50 }, '00000', { 0: 8 }, '00000'],
    ['UMULL', [0xfba2, 0x0103], { 2: 0xffff_ffff, 3: 0xffff_ffff }, '00000', { 0: 1, 1: 0xffff_fffe }, '00000'],
    ['SMULL', [0xfb82, 0x0103], { 2: 0xffff_ffff, 3: 2 }, '00000', { 0: 0xffff_fffe, 1: 0xffff_ffff }, '00000'],
    ['UMLAL carries', [0xfbe2, 0x0103], { 0: 0xffff_ffff, 1: 0, 2: 1, 3: 1 }, '00000', { 0: 0, 1: 1 }, '00000'],
    [
      'SMLAL',
      [0xfbc2, 0x0103],
      { 0: 1, 1: 0, 2: 0xffff_ffff, 3: 2 },
      '00000',
      { 0: 0xffff_ffff, 1: 0xffff_ffff },
      '00000',
    ],
    [
      'UMAAL never overflows',
      [0xfbe2, 0x0163],
      { 0: 0xffff_ffff, 1: 0xffff_ffff, 2: 0xffff_ffff, 3: 0xffff_ffff },
      '00000',
      { 0: 0xffff_ffff, 1: 0xffff_ffff },
      '00000',
    ],
    [
      'SMLALTB',
      [0xfbc2, 0x01a3],
      { 0: 0, 1: 0, 2: 0xffff_0000, 3: 3 },
      '00000',
      { 0: -3 >>> 0, 1: 0xffff_ffff },
      '00000',
    ],
    [
      'SMLALD',
      [0xfbc2, 0x01c3],
      { 0: 0, 1: 0, 2: 0x8000_8000, 3: 0x8000_8000 },
      '00000',
      { 0: 0x8000_0000, 1: 0 },
      '00000',
    ],
    ['SMLSLDX', [0xfbd2, 0x01d3], { 0: 0, 1: 0, 2: 0x0001_0002, 3: 0x0003_0004 }, '00000', { 0: 2, 1: 0 }, '00000'],
  ]);

  const parallel: [string, number, number, number, number, number, number][] = [
    // section, first and second halfword, r1, r2, result, GE
    ['SADD16', 0xfa91, 0xf002, 0x7fff_ffff, 0x0001_0000, 0x8000_ffff, 0b1100],
    ['UADD8', 0xfa81, 0xf042, 0xff01_80ff, 0x0101_8000, 0x0002_00ff, 0b1010],
    ['USUB8', 0xfac1, 0xf042, 0x0001_0203, 0x0100_0203, 0xff01_0000, 0b0111],
    ['SSUB16', 0xfad1, 0xf002, 0x0001_0001, 0x0002_0001, 0xffff_0000, 0b0011],
    ['SASX', 0xfaa1, 0xf002, 0x0001_0001, 0x0001_0002, 0x0003_0000, 0b1111],
    ['SSAX', 0xfae1, 0xf002, 0x0001_0001, 0x0001_0002, 0xffff_0002, 0b0011],
    ['UASX', 0xfaa1, 0xf042, 0xffff_0001, 0x0002_0001, 0x0000_ffff, 0b1100],
  ];
  test.each(parallel)('%s sets GE', (_name, first, second, r1, r2, result, ge) => {
    const outcome = stepM4([first, second], { 1: r1, 2: r2 });
    expect([outcome.r[0], outcome.ge]).toEqual([result, ge]);
  });

  test('SEL takes each byte by its GE bit', () => {
    expect(stepM4([0xfaa1, 0xf082], { 1: 0x1111_1111, 2: 0x2222_2222 }, '00000', 1, 0b0101).r[0]).toBe(0x2211_2211);
  });
});

describe('loads and stores (ARMv7-M A7.7)', () => {
  const AT = RAM + 0x100;
  function transfer(code: readonly number[], registers: Record<number, number>, steps = 1) {
    const bench = createTestBench({ processor: 'cortex-m4' });
    bench.put(RESET, ...code);
    for (let i = 0; i < 16; i++) bench.setWord(AT - 0x20 + 4 * i, 0x1000_8000 + i);
    bench.core.debugWrite(DHCSR, 0xa05f_0003, 4);
    for (const [number, value] of Object.entries(registers)) bench.setRegister(Number(number), value);
    for (let i = 0; i < steps; i++) bench.core.debugWrite(DHCSR, 0xa05f_0005, 4);
    return bench;
  }
  const loads: [string, number[], Record<number, number>, Record<number, number>][] = [
    ['LDR with a negative offset', [0xf851, 0x0c04], { 1: AT }, { 0: 0x1000_8007, 1: AT }],
    ['LDR post-indexed', [0xf851, 0x0b04], { 1: AT }, { 0: 0x1000_8008, 1: AT + 4 }],
    ['LDR pre-indexed', [0xf851, 0x0f04], { 1: AT }, { 0: 0x1000_8009, 1: AT + 4 }],
    ['LDR unaligned in Normal memory', [0xf851, 0x0c04], { 1: AT + 1 }, { 0: 0x0810_0080 }],
    ['LDRSH with a shifted index', [0xf931, 0x0012], { 1: AT, 2: 2 }, { 0: 0xffff_8009 }],
    ['LDRD', [0xe9d1, 0x0202], { 1: AT }, { 0: 0x1000_800a, 2: 0x1000_800b }],
    [
      'LDMDB with write-back',
      [0xe931, 0x000d],
      { 1: AT },
      { 0: 0x1000_8005, 2: 0x1000_8006, 3: 0x1000_8007, 1: AT - 12 },
    ],
    ['LDR literal behind', [0xf8df, 0x0004, 0xbf00, 0xbf00, 0x5678, 0x1234], {}, { 0: 0x1234_5678 }],
    ['ADR before', [0xf2af, 0x0008], {}, { 0: RESET - 4 }],
    ['LDR to the PC interworks', [0xf8d1, 0xf000], { 1: AT + 0x14 }, { 15: 0x1000_800c }],
    ['LDRT', [0xf851, 0x0e00], { 1: AT }, { 0: 0x1000_8008 }],
    ['PLD does nothing', [0xf891, 0xf000], { 1: 3 }, { 1: 3, 15: RESET + 4 }],
  ];
  test.each(loads)('%s', (_name, code, before, after) => {
    const bench = transfer(code, before);
    for (const [register, value] of Object.entries(after)) expect(bench.register(Number(register))).toBe(value);
  });

  test('STRB pre-indexed', () => {
    const bench = transfer([0xf801, 0x0d01], { 0: 0xab, 1: AT });
    expect([bench.word(AT - 4), bench.register(1)]).toEqual([0xab00_8007, AT - 1]);
  });

  test('STRD post-indexed', () => {
    const bench = transfer([0xe861, 0x0202], { 0: 1, 1: AT, 2: 2 });
    expect([bench.word(AT), bench.word(AT + 4), bench.register(1)]).toEqual([1, 2, AT - 8]);
  });

  test('STR unaligned writes the bytes it covers', () => {
    const bench = transfer([0x6008], { 0: 0x4433_2211, 1: AT + 2 });
    expect([bench.word(AT), bench.word(AT + 4)]).toEqual([0x2211_8008, 0x1000_4433]);
  });

  test('STMDB without write-back', () => {
    const bench = transfer([0xe901, 0x0005], { 0: 1, 1: AT, 2: 2 });
    expect([bench.word(AT - 8), bench.word(AT - 4), bench.register(1)]).toEqual([1, 2, AT]);
  });

  test('A3.4 STREX succeeds once after LDREX, and not after CLREX', () => {
    const open = transfer([0xe851, 0x0f00, 0xe841, 0x2300, 0xe841, 0x2400], { 1: AT, 2: 77, 3: 9, 4: 9 }, 3);
    expect([open.register(0), open.register(3), open.register(4), open.word(AT)]).toEqual([0x1000_8008, 0, 1, 77]);
    const cleared = transfer([0xe851, 0x0f00, 0xf3bf, 0x8f2f, 0xe841, 0x2300], { 1: AT, 2: 77, 3: 9 }, 3);
    expect([cleared.register(3), cleared.word(AT)]).toEqual([1, 0x1000_8008]);
  });

  test('LDREXB and STREXB', () => {
    const bench = transfer([0xe8d1, 0x0f4f, 0xe8c1, 0x2f43], { 1: AT + 1, 2: 0x5a, 3: 9 }, 2);
    expect([bench.register(0), bench.register(3), bench.word(AT)]).toEqual([0x80, 0, 0x1000_5a08]);
  });
});

describe('branches (ARMv7-M A7.7)', () => {
  const rows: [string, number[], Record<number, number>, string, number][] = [
    ['CBZ taken', [0xb110], { 0: 0 }, '00000', RESET + 8],
    ['CBZ not taken', [0xb110], { 0: 1 }, '00000', RESET + 2],
    ['CBNZ taken', [0xb910], { 0: 1 }, '00000', RESET + 8],
    ['B.W', [0xf000, 0xb87e], {}, '00000', RESET + 256],
    ['BNE.W taken', [0xf040, 0x807e], {}, '00000', RESET + 256],
    ['BNE.W not taken', [0xf040, 0x807e], {}, '01000', RESET + 4],
    ['TBB', [0xe8df, 0xf000, 0x0503], { 0: 1 }, '00000', RESET + 4 + 10],
    ['TBH', [0xe8df, 0xf010, 0x0003, 0x0100], { 0: 1 }, '00000', RESET + 4 + 0x200],
  ];
  test.each(rows)('%s', (_name, code, registers, flags, pc) => {
    expect(stepM4(code, registers, flags).r[15]).toBe(pc);
  });

  test('BL returns behind itself, in Thumb state', () => {
    const { r } = stepM4([0xf000, 0xf87e], {});
    expect([r[15], r[14]]).toEqual([RESET + 256, RESET + 5]);
  });
});

describe('IT blocks (ARMv7-M A7.3, A7.7)', () => {
  const ITETE_EQ = [0xbf0b, 0x2001, 0x2102, 0x3201, 0x3301]; // ITETE EQ; MOV r0, 1; MOV r1, 2; ADD r2, 1; ADD r3, 1

  test.each([
    ['EQ holds', '01000', [1, 0, 1, 0]],
    ['EQ does not hold', '00000', [0, 2, 0, 1]],
  ])('each instruction has its own condition: %s; flags are left alone', (_name, flags, registers) => {
    const outcome = stepM4(ITETE_EQ, { 0: 0, 1: 0, 2: 0, 3: 0 }, flags, 5);
    expect(outcome.r.slice(0, 4)).toEqual(registers);
    expect([outcome.flags, outcome.r[15]]).toEqual([flags, RESET + 10]);
  });

  test('CMP inside a block sets flags, and the next condition sees them', () => {
    // IT EQ ... ITT EQ; CMP r0, #1; MOV r1, #2
    const outcome = stepM4([0xbf04, 0x2801, 0x2102], { 0: 0, 1: 0 }, '01000', 3);
    expect([outcome.r[1], outcome.flags]).toEqual([0, '10000']);
  });

  test('ITSTATE is part of xPSR between two instructions', () => {
    const bench = createTestBench({ processor: 'cortex-m4' });
    bench.put(RESET, ...ITETE_EQ);
    bench.core.debugWrite(DHCSR, 0xa05f_0003, 4);
    bench.core.debugWrite(DHCSR, 0xa05f_0005, 4);
    // EQ, mask 1011: IT[7:2] in bits 15:10, IT[1:0] in 26:25
    expect(bench.register(16) & 0x0600_fc00).toBe((0x0b & 3) * 0x0200_0000 + ((0x0b & 0xfc) << 8));
  });
});

describe('special registers (ARMv7-M B5.2)', () => {
  test('MSR APSR_nzcvqg writes flags, Q and GE; APSR_g GE alone', () => {
    const all = stepM4([0xf380, 0x8c00], { 0: 0xa80a_0000 });
    expect([all.flags, all.ge]).toEqual(['10101', 0xa]);
    const ge = stepM4([0xf380, 0x8400], { 0: 0xf80a_0000 });
    expect([ge.flags, ge.ge]).toEqual(['00000', 0xa]);
  });

  test('MRS APSR reads flags, Q and GE', () => {
    expect(stepM4([0xf3ef, 0x8000], {}, '10011', 1, 5).r[0]).toBe(0x9805_0000);
  });

  test('BASEPRI keeps the implemented bits; BASEPRI_MAX only raises the priority', () => {
    const code = [0xf380, 0x8811, 0xf381, 0x8812, 0xf3ef, 0x8211]; // MSR BASEPRI, r0; MSR BASEPRI_MAX, r1; MRS r2, BASEPRI
    expect(stepM4(code, { 0: 0x5f, 1: 0x60 }, '00000', 3).r[2]).toBe(0x50);
    expect(stepM4(code, { 0: 0x5f, 1: 0x40 }, '00000', 3).r[2]).toBe(0x40);
    expect(stepM4(code, { 0: 0x5f, 1: 0 }, '00000', 3).r[2]).toBe(0x50);
  });
});
