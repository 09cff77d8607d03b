/** Debug registers of Armv6-M (DDI 0419, C1) and Armv7-M. */
export const DHCSR = 0xe000_edf0;
export const DEMCR = 0xe000_edfc;
export const FP_CTRL = 0xe000_2000;
export const FP_COMP0 = 0xe000_2008;
export const DWT_CTRL = 0xe000_1000;
export const DWT_FUNCTION0 = 0xe000_1028;
export const VTOR = 0xe000_ed08;
export const ICSR = 0xe000_ed04;
export const CPUID = 0xe000_ed00;

const DBGKEY = 0xa05f_0000;
export const dhcsr = { C_DEBUGEN: 1 << 0, C_HALT: 1 << 1, S_REGRDY: 1 << 16, S_HALT: 1 << 17 } as const;
/** DHCSR with every control bit cleared. */
export const DHCSR_RELEASE = DBGKEY;
/** FP_CTRL takes a write only with KEY (bit 1); ENABLE (bit 0) is clear. */
export const FP_CTRL_DISABLE = 0x2;
export const FP_CTRL_ENABLE = 0x3;

/** Core registers through the debug port, while the core is halted (DDI 0419 C1.6.4, DDI 0403 C1.6.4). */
export const DCRSR = 0xe000_edf4;
export const DCRDR = 0xe000_edf8;
/** REGWnR: the transfer goes to the core. */
export const DCRSR_WRITE = 1 << 16;
/** REGSEL. `pc` is the DebugReturnAddress, `sp` the stack pointer in use. */
export const coreRegisterSelector = { sp: 13, lr: 14, pc: 15, xpsr: 16 } as const;
/** DEMCR: VC_HARDERR; on Armv7-M also INTERR, BUSERR, STATERR, CHKERR, NOCPERR, MMERR (reserved on Armv6-M). */
export const VC_FAULTS = 0x7f0;
/** DEMCR: DWTENA on Armv6-M. A debugger keeps it set. */
export const TRCENA = 0x0100_0000;
