import { DCTL, GCCFG, GOTGCTL } from './usb-otg-registers.ts';

/** What the version of the core and ST's wrapper around it decide. */
export interface OtgCore {
  readonly version: string;
  readonly CID: number;
  readonly GSNPSID: number;
  /** GHWCFG1 to 4. */
  readonly GHWCFG: readonly [number, number, number, number];
  /** IN and OUT endpoints each, endpoint 0 included. */
  readonly endpoints: number;
  /** Bits of GCCFG that exist and are no detection results. */
  readonly gccfg: number;
  /** Bits of GOTGCTL that software writes. */
  readonly gotgctl: number;
  readonly dctlReset: number;
  readonly hasLpm: boolean;
  /** An OUT complete in the Rx FIFO also after SETUP and before the status stage of a control write. */
  readonly extraCompletions: boolean;
  /** A session of the B device is valid, with `vbus` at PA9. */
  sessionValid(gccfg: number, gotgctl: number, vbus: boolean): boolean;
}

const all = (value: number, bits: number): boolean => (value & bits) === bits;

/**
 * STM32F401 and F411: version 2.81a. Identification as hardware reads it (table of TinyUSB, constants of ST's HAL: corroborated); the header
 * shows 0x040 to 0x050 as reserved. SDIS after reset: connected (hypothesis; RM0383 shows DCTL = 0).
 */
export const otgV2: OtgCore = {
  version: '2.81a',
  CID: 0x0000_1200,
  GSNPSID: 0x4f54_281a,
  GHWCFG: [0, 0x229d_cd20, 0x0200_01e8, 0x0ff0_8030],
  endpoints: 4,
  gccfg: 0x003d_0000,
  gotgctl: 0x0000_0f02,
  dctlReset: 0,
  hasLpm: false,
  extraCompletions: false,
  // RM0383 22.16.2, GCCFG: without sensing VBUS counts as valid; with it PA9 decides; with neither there is no session.
  sessionValid: (gccfg, _gotgctl, vbus) => (gccfg & GCCFG.NOVBUSSENS) !== 0 || ((gccfg & GCCFG.VBUSBSEN) !== 0 && vbus),
};

/**
 * STM32L47x and L48x: version 3.10a. Identification as above. SDIS = 1 after reset (RM0351 47.15.31, recalled; a comment of libopencm3: not
 * all cores connect by default: corroborated). The extra completions: filters of TinyUSB and of ST's HAL (corroborated).
 */
export const otgV3: OtgCore = {
  version: '3.10a',
  CID: 0x0000_2000,
  GSNPSID: 0x4f54_310a,
  GHWCFG: [0, 0x229e_d520, 0x0200_d1e8, 0x17f0_8030],
  endpoints: 6,
  gccfg: 0x003f_0000,
  gotgctl: 0x0010_0ffe,
  dctlReset: DCTL.SDIS,
  hasLpm: true,
  extraCompletions: true,
  // RM0351 47.15, GCCFG and GOTGCTL: PA9 decides with VBDEN; without it the override must say that the session is valid.
  sessionValid: (gccfg, gotgctl, vbus) =>
    (gccfg & GCCFG.VBDEN) !== 0 ? vbus : all(gotgctl, GOTGCTL.BVALOEN | GOTGCTL.BVALOVAL),
};
