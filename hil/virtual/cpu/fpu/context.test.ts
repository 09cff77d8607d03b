import { beforeEach, describe, expect, test } from '@jest/globals';
import type { MemoryRegion } from '../../bus.ts';
import { createBus } from '../../bus.ts';
import { bareCore } from './bare-core.ts';
import { executeFp } from './execute.ts';
import { abandonLazyState, hasFpContext, lazyFault, popFpFrame, pushFpFrame } from './frames.ts';
import { readFpRegister, writeFpRegister } from './registers.ts';
import type { FpCore } from './state.ts';
import {
  CONTROL_FPCA,
  FP_DONE,
  FP_NOCP,
  FP_UNALIGNED,
  FP_UNDEFINED,
  FPCCR_ASPEN,
  FPCCR_HFRDY,
  FPCCR_LSPACT,
  FPCCR_LSPEN,
  FPCCR_THREAD,
  FPCCR_USER,
} from './state.ts';

const RAM = 0x2000_0000;
const CPACR = 0xe000_ed88;
const FPCCR = 0xe000_ef34;
const FPCAR = 0xe000_ef38;
const FPDSCR = 0xe000_ef3c;

const VADD = [0xee30, 0x0a81] as const; // VADD.F32 S0, S1, S2
const VMRS_APSR = [0xeef1, 0xfa10] as const;
const VMSR_R2 = [0xeee1, 0x2a10] as const;

let ram: MemoryRegion;
let s: FpCore;

beforeEach(() => {
  const bus = createBus();
  ram = bus.addMemory({ name: 'ram', base: RAM, size: 0x1000, writable: true });
  s = bareCore(bus);
});

const run = ([hw1, hw2]: readonly [number, number]) => executeFp(s, hw1, hw2);
const word = (address: number): number => ram.words[(address - RAM) >> 2]! >>> 0;

function setSingles(): void {
  for (let i = 0; i < 32; i++) s.fpu.s[i] = 0x1000 + i;
}

describe('access', () => {
  test('after reset CPACR denies the FPU: NOCP, even for an undefined encoding', () => {
    s.cpacr = 0;
    expect(run(VADD)).toBe(FP_NOCP);
    expect(run([0xee30, 0x0b81])).toBe(FP_NOCP);
    expect(s.control & CONTROL_FPCA).toBe(0);
  });

  test('CPACR 0b01 lets privileged code alone in', () => {
    s.cpacr = 0x0050_0000;
    expect(run(VADD)).toBe(FP_DONE);
    s.control |= 1;
    expect(run(VADD)).toBe(FP_NOCP);
    s.ipsr = 11; // a handler is privileged
    expect(run(VADD)).toBe(FP_DONE);
  });

  test('CPACR keeps the fields of CP10 and CP11 alone', () => {
    writeFpRegister(s, CPACR, 0xffff_ffff);
    expect(readFpRegister(s, CPACR)).toBe(0x00f0_0000);
  });

  test.each([
    ['VADD.F64', 0xee30, 0x0b01],
    ['VCVT.F64.F32', 0xeeb7, 0x0ac0],
    ['VDIV with bit 6 set', 0xee80, 0x0ac1],
    ['VRINTZ of a later architecture', 0xeeb6, 0x0ac0],
    ['VSEL of a later architecture', 0xfe00, 0x0a81],
    ['VLDR D16', 0xedd0, 0x0b00],
    ['VMOV D0[0] of 8 bits', 0xee40, 0x0b10],
  ])('%s is undefined, and begins no context', (_name, hw1, hw2) => {
    expect(executeFp(s, hw1, hw2)).toBe(FP_UNDEFINED);
    expect(s.control & CONTROL_FPCA).toBe(0);
  });

  test('MVFR0 and MVFR1 say what a Cortex-M4 has', () => {
    expect(readFpRegister(s, 0xe000_ef40)).toBe(0x1011_0021);
    expect(readFpRegister(s, 0xe000_ef44)).toBe(0x1100_0011);
  });
});

describe('contexts', () => {
  test('the first FP instruction sets CONTROL.FPCA and takes FPSCR from FPDSCR', () => {
    writeFpRegister(s, FPDSCR, 0xffff_ffff);
    s.fpu.fpscr = 0x1f;
    run([0xeef1, 0x0a10]); // VMRS R0, FPSCR
    expect(s.r[0]! >>> 0).toBe(0x07c0_0000);
    expect(hasFpContext(s)).toBe(true);
  });

  test('a context that exists keeps its FPSCR', () => {
    run(VADD);
    s.fpu.fpscr = 0x1f;
    run(VADD);
    expect(s.fpu.fpscr & 0x1f).toBe(0x1f);
  });

  test('without FPCCR.ASPEN no context begins', () => {
    writeFpRegister(s, FPCCR, FPCCR_LSPEN);
    run(VADD);
    expect(hasFpContext(s)).toBe(false);
  });
});

describe('frames', () => {
  beforeEach(() => {
    run(VADD);
    setSingles();
    s.fpu.fpscr = 0x0100_0003;
  });

  test('a lazy frame stores nothing but its place, and who was interrupted', () => {
    s.control |= 1;
    expect(pushFpFrame(s, RAM + 0x100, FPCCR_HFRDY)).toBe(FP_DONE);
    expect(word(RAM + 0x120)).toBe(0);
    expect(readFpRegister(s, FPCAR)).toBe(RAM + 0x120);
    const fpccr = FPCCR_ASPEN | FPCCR_LSPEN | FPCCR_HFRDY | FPCCR_THREAD | FPCCR_USER | FPCCR_LSPACT;
    expect(readFpRegister(s, FPCCR)).toBe(fpccr >>> 0);
  });

  test('the handler’s first FP instruction stores S0-S15 and FPSCR there, then begins anew', () => {
    pushFpFrame(s, RAM + 0x100, FPCCR_HFRDY);
    s.control &= ~CONTROL_FPCA;
    run(VMSR_R2);
    expect(word(RAM + 0x120)).toBe(0x1000);
    expect(word(RAM + 0x15c)).toBe(0x100f);
    expect(word(RAM + 0x160)).toBe(0x0100_0003);
    expect(s.fpu.fpccr & FPCCR_LSPACT).toBe(0);
    expect(hasFpContext(s)).toBe(true);
  });

  test('a return with the frame still lazy only drops it', () => {
    pushFpFrame(s, RAM + 0x100, FPCCR_HFRDY);
    expect(popFpFrame(s, RAM + 0x100)).toBe(FP_DONE);
    expect(s.fpu.s[5]).toBe(0x1005);
    expect(s.fpu.fpccr & FPCCR_LSPACT).toBe(0);
  });

  test('an eager frame is stored at once and comes back, S16-S31 left alone', () => {
    writeFpRegister(s, FPCCR, FPCCR_ASPEN);
    expect(pushFpFrame(s, RAM + 0x200, 0)).toBe(FP_DONE);
    expect(word(RAM + 0x220)).toBe(0x1000);
    s.fpu.s.fill(7);
    s.fpu.fpscr = 0;
    expect(popFpFrame(s, RAM + 0x200)).toBe(FP_DONE);
    expect([...s.fpu.s.slice(14, 17)]).toEqual([0x100e, 0x100f, 7]);
    expect(s.fpu.fpscr).toBe(0x0100_0003);
  });

  test('a return to an FP context that CPACR now denies is refused', () => {
    s.cpacr = 0;
    expect(popFpFrame(s, RAM + 0x200)).toBe(FP_NOCP);
  });

  test('a deferred store that faults is told apart, leaves the frame lazy and the instruction undone', () => {
    pushFpFrame(s, RAM + 0xff0, FPCCR_HFRDY);
    expect(() => run(VADD)).toThrow('bus fault');
    expect(lazyFault(s)).toBe(true);
    expect(lazyFault(s)).toBe(false);
    expect(s.fpu.fpccr & FPCCR_LSPACT).toBe(FPCCR_LSPACT);
    expect(s.fpu.s[0]).toBe(0x1000);
    abandonLazyState(s);
    expect(run(VADD)).toBe(FP_DONE);
  });

  test('the deferred store has the privilege of the interrupted code, and the core its own again', () => {
    s.control |= 1;
    pushFpFrame(s, 0xe000_ed00, FPCCR_HFRDY); // the private peripheral bus refuses unprivileged code
    s.ipsr = 11;
    expect(() => run(VADD)).toThrow('bus fault');
    expect(s.ipsr).toBe(11);
    expect(s.control & 1).toBe(1);
  });
});

describe('loads, stores and moves', () => {
  beforeEach(setSingles);

  test('VLDR and VSTR move one or two words, up and down', () => {
    s.r[1] = RAM + 0x40;
    expect(run([0xedc1, 0x0a02])).toBe(FP_DONE); // VSTR S1, [R1, #8]
    expect(word(RAM + 0x48)).toBe(0x1001);
    run([0xed01, 0x3b02]); // VSTR D3, [R1, #-8]
    expect([word(RAM + 0x38), word(RAM + 0x3c)]).toEqual([0x1006, 0x1007]);
    run([0xed11, 0x5b02]); // VLDR D5, [R1, #-8]
    expect([...s.fpu.s.slice(10, 12)]).toEqual([0x1006, 0x1007]);
  });

  test('VLDR literal counts from the word-aligned PC', () => {
    ram.words[0x104 >> 2] = 0x4048_f5c3;
    s.r[15] = RAM + 0x102; // the instruction stands at 0xFE, its PC reads 0x102
    run([0xed9f, 0x1a01]); // VLDR S2, [PC, #4]
    expect(s.fpu.s[2]).toBe(0x4048_f5c3);
  });

  test('VPUSH and VPOP: write-back, order, and S and D alike', () => {
    s.r[13] = RAM + 0x100;
    run([0xed2d, 0x2b04]); // VPUSH {D2-D3}
    expect(s.r[13]).toBe(RAM + 0xf0);
    expect(word(RAM + 0xf0)).toBe(0x1004);
    expect(word(RAM + 0xfc)).toBe(0x1007);
    run([0xecbd, 0x0a04]); // VPOP {S0-S3}
    expect(s.r[13]).toBe(RAM + 0x100);
    expect([...s.fpu.s.slice(0, 5)]).toEqual([0x1004, 0x1005, 0x1006, 0x1007, 0x1004]);
  });

  test('FLDMX moves the base by one word more than it reads', () => {
    s.r[0] = RAM + 0x80;
    run([0xecb0, 0x0b05]); // FLDMIAX R0!, {D0-D1}
    expect(s.r[0]).toBe(RAM + 0x94);
    expect(s.fpu.s[4]).toBe(0x1004);
  });

  test('an unaligned address is refused before anything moves', () => {
    s.r[0] = RAM + 0x82;
    expect(run([0xeca0, 0x0a02])).toBe(FP_UNALIGNED); // VSTMIA R0!, {S0-S1}
    expect(s.r[0]).toBe(RAM + 0x82);
    expect(word(RAM + 0x80)).toBe(0);
  });

  test('a fault half-way leaves the base', () => {
    s.r[0] = RAM + 0xff8;
    expect(() => run([0xecb0, 0x0a04])).toThrow('bus fault'); // VLDMIA R0!, {S0-S3}
    expect(s.r[0]).toBe(RAM + 0xff8);
    expect(lazyFault(s)).toBe(false);
  });

  test('VMOV between core and FP registers, one, two, a scalar', () => {
    s.r[3] = 0x3333;
    s.r[4] = 0x4444;
    run([0xee02, 0x3a90]); // VMOV S5, R3
    expect(s.fpu.s[5]).toBe(0x3333);
    run([0xee15, 0x6a10]); // VMOV R6, S10
    expect(s.r[6]).toBe(0x100a);
    run([0xec44, 0x3b13]); // VMOV D3, R3, R4
    expect([...s.fpu.s.slice(6, 8)]).toEqual([0x3333, 0x4444]);
    run([0xec51, 0x0a34]); // VMOV R0, R1, S9, S10
    expect([s.r[0], s.r[1]]).toEqual([0x1009, 0x100a]);
    run([0xee22, 0x4b10]); // VMOV.32 D2[1], R4
    expect(s.fpu.s[5]).toBe(0x4444);
  });

  test.each([
    [0x00, 0x4000_0000],
    [0x70, 0x3f80_0000],
    [0x78, 0x3fc0_0000],
    [0xff, 0xbff8_0000],
    [0x3f, 0x41f8_0000],
  ])('VMOV.F32 S0, #imm8 0x%s', (imm8, expected) => {
    run([0xeeb0 | (imm8 >> 4), 0x0a00 | (imm8 & 15)]);
    expect(s.fpu.s[0]! >>> 0).toBe(expected);
  });

  test('VMRS APSR_nzcv brings the comparison to the core', () => {
    s.fpu.s[0] = 0x3f80_0000;
    s.fpu.s[1] = 0x4000_0000;
    run([0xeeb4, 0x0a60]); // VCMP S0, S1
    run(VMRS_APSR);
    expect([s.n < 0, s.z === 0, s.c, s.v < 0]).toEqual([true, false, 0, false]);
  });

  test('VMRS APSR_nzcv leaves the saturation flag', () => {
    s.v7m.q = 1;
    run(VMRS_APSR);
    expect(s.v7m.q).toBe(1);
  });

  test('VMSR writes implemented bits alone', () => {
    s.r[2] = -1;
    run(VMSR_R2);
    expect(s.fpu.fpscr >>> 0).toBe(0xf7c0_009f);
  });

  test('VDIV and VSQRT take 14 cycles, VFMA 3, VLDM 1 and one per word', () => {
    const cost = (instruction: readonly [number, number]): number => {
      const before = s.k;
      run(instruction);
      return 1 + s.k - before;
    };
    s.r[0] = RAM;
    expect(cost(VADD)).toBe(1);
    expect(cost([0xee80, 0x0a81])).toBe(14);
    expect(cost([0xeeb1, 0x0ac1])).toBe(14);
    expect(cost([0xeea0, 0x0a81])).toBe(3);
    expect(cost([0xec90, 0x0a08])).toBe(9);
  });
});
