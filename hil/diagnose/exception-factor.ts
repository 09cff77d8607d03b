import { type Factor, stackOf } from './factor.ts';

/** Return to thread mode on the main stack, frame without floating-point registers (Armv6-M B1.5.8, Armv7-M B1.5.8). */
const EXC_RETURN_THREAD_MSP = 0xffff_fff9;
/** `bx lr`, on which the handler's return happens; `msr msp, r0` and `bx r1`, run in thread mode after it. */
const RETURN_STUB = [0x4770, 0xf380, 0x8808, 0x4708];
const THREAD_PART = 2;
const XPSR_T = 0x0100_0000;
const FRAME_WORDS = 8;

/**
 * Handler mode at the handover: the jump was made inside an exception handler. A debugger cannot write IPSR, so the exception is left
 * as the architecture leaves one: with a frame, through EXC_RETURN. Stub and frame need RAM: below the stack of what is entered, which
 * it would use anyway. MSP comes out of it as it was, so that this repairs nothing but the mode.
 */
export const activeExceptionFactor: Factor = {
  id: 'active-exception',
  repaired: 'returned from the active exception',
  suspicious: ({ machine }) =>
    machine.ipsr === 0 ? undefined : `exception ${machine.ipsr} is active (IPSR): the jump came out of its handler`,
  async repair({ probe, boot, attempt, machine }) {
    const frame = stackOf(boot, attempt) - 4 * FRAME_WORDS;
    const stub = frame - 2 * RETURN_STUB.length;
    const { msp } = await probe.readRegisters(['msp']);
    await probe.writeMemory(frame, 32, [msp, (machine.pc | 1) >>> 0, 0, 0, 0, 0xffff_ffff, stub + THREAD_PART, XPSR_T]);
    await probe.writeMemory(stub, 16, RETURN_STUB);
    await probe.writeRegister('msp', frame);
    await probe.writeRegister('lr', EXC_RETURN_THREAD_MSP);
    await probe.writeRegister('pc', stub);
  },
};
