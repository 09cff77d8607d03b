import { type Factor, stackOf } from './factor.ts';

/** Return to thread mode on the main stack, frame without floating-point registers (Armv6-M B1.5.8, Armv7-M B1.5.8). */
const EXC_RETURN_THREAD_MSP = 0xffff_fff9;
const BX_LR = 0x4770;
const XPSR_T = 0x0100_0000;
const FRAME_WORDS = 8;

/**
 * Handler mode at the handover: the jump was made inside an exception handler. A debugger cannot write IPSR, so the exception is left
 * as the architecture leaves one: with a frame whose PC is the handover's, through EXC_RETURN. A stub and the frame need RAM: below the
 * stack of what is entered, which it would use anyway.
 */
export const activeExceptionFactor: Factor = {
  id: 'active-exception',
  repaired: 'returned from the active exception',
  suspicious: ({ machine }) =>
    machine.ipsr === 0 ? undefined : `exception ${machine.ipsr} is active (IPSR): the jump came out of its handler`,
  async repair({ probe, boot, attempt, machine }) {
    const stack = stackOf(boot, attempt);
    const frame = stack - 4 * FRAME_WORDS;
    const stub = frame - 4;
    await probe.writeMemory(frame, 32, [0, 0, 0, 0, 0, 0xffff_ffff, machine.pc, XPSR_T]);
    await probe.writeMemory(stub, 16, [BX_LR]);
    await probe.writeRegister('msp', frame);
    await probe.writeRegister('lr', EXC_RETURN_THREAD_MSP);
    await probe.writeRegister('pc', stub);
  },
};
