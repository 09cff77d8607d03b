import type { BuiltFor } from './image.ts';

/** Tags of the public section `aeabi` that matter here. */
const TAG_FILE = 1;
const TAG_CPU_RAW_NAME = 4;
const TAG_CPU_NAME = 5;
const TAG_CPU_ARCH = 6;
const TAG_CPU_ARCH_PROFILE = 7;
const TAG_FP_ARCH = 10;
const TAG_COMPATIBILITY = 32;

/**
 * Reads the section `.ARM.attributes` ("Addenda to, and Errata in, the ABI for the Arm Architecture", section 3).
 * @returns undefined if it does not name an architecture, or is not laid out as it should be.
 */
export function readArmAttributes(section: Uint8Array): BuiltFor | undefined {
  const view = new DataView(section.buffer, section.byteOffset, section.byteLength);
  if (section[0] !== 0x41) return undefined;
  for (let at = 1; at + 4 <= section.length; ) {
    const length = view.getUint32(at, true);
    if (length < 5 || at + length > section.length) return undefined;
    const vendorEnd = section.indexOf(0, at + 4);
    const vendor = new TextDecoder().decode(section.subarray(at + 4, vendorEnd));
    if (vendor === 'aeabi') return fileAttributes(section, view, vendorEnd + 1, at + length);
    at += length;
  }
  return undefined;
}

/** The sub-section for the whole file. */
function fileAttributes(section: Uint8Array, view: DataView, from: number, to: number): BuiltFor | undefined {
  for (let at = from; at + 5 <= to; ) {
    const length = view.getUint32(at + 1, true);
    if (length < 5 || at + length > to) return undefined;
    if (section[at] === TAG_FILE) return summary(tags(section.subarray(at + 5, at + length)));
    at += length;
  }
  return undefined;
}

/** Numbers are ULEB128, names end with NUL; which of the two follows a tag is told by the tag. */
function tags(bytes: Uint8Array): ReadonlyMap<number, number | string> {
  const found = new Map<number, number | string>();
  let at = 0;
  const number = (): number => {
    let value = 0;
    for (let shift = 0; at < bytes.length; shift += 7) {
      const byte = bytes[at++] as number;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    return value;
  };
  const text = (): string => {
    const end = bytes.indexOf(0, at);
    const stop = end < 0 ? bytes.length : end;
    const value = new TextDecoder().decode(bytes.subarray(at, stop));
    at = stop + 1;
    return value;
  };
  while (at < bytes.length) {
    const tag = number();
    if (tag === TAG_COMPATIBILITY) {
      number();
      text();
    } else if (tag === TAG_CPU_RAW_NAME || tag === TAG_CPU_NAME || (tag > TAG_COMPATIBILITY && tag % 2 === 1)) {
      found.set(tag, text());
    } else found.set(tag, number());
  }
  return found;
}

function summary(found: ReadonlyMap<number, number | string>): BuiltFor | undefined {
  const architecture = found.get(TAG_CPU_ARCH);
  if (typeof architecture !== 'number') return undefined;
  const profile = found.get(TAG_CPU_ARCH_PROFILE);
  const cpu = found.get(TAG_CPU_NAME);
  return {
    architecture,
    hasFp: (found.get(TAG_FP_ARCH) ?? 0) !== 0,
    ...(typeof profile === 'number' && profile !== 0 ? { profile: String.fromCharCode(profile) } : {}),
    ...(typeof cpu === 'string' && cpu !== '' ? { cpu } : {}),
  };
}

/** Values of Tag_CPU_arch. */
const ARCHITECTURES: readonly string[] = [
  'an architecture before Armv4',
  'Armv4',
  'Armv4T',
  'Armv5T',
  'Armv5TE',
  'Armv5TEJ',
  'Armv6',
  'Armv6KZ',
  'Armv6T2',
  'Armv6K',
  'Armv7',
  'Armv6-M',
  'Armv6S-M',
  'Armv7E-M',
  'Armv8-A',
  'Armv8-R',
  'Armv8-M Baseline',
  'Armv8-M Mainline',
];

/** `Armv7E-M (CORTEX-M4)`. */
export function architectureName({ architecture, profile, cpu }: BuiltFor): string {
  const name = ARCHITECTURES[architecture] ?? `architecture ${architecture}`;
  const whole = name === 'Armv7' && profile !== undefined ? `Armv7-${profile}` : name;
  return cpu === undefined ? whole : `${whole} (${cpu})`;
}

const ARMV7 = 10;
const ARMV6_M = 11;
const ARMV6S_M = 12;
const ARMV7E_M = 13;

/** Whether a core runs code that was built for this. Armv6-M code runs on Armv7-M, too. */
export function runsOn(builtFor: BuiltFor, core: 'armv6-m' | 'armv7-m'): boolean {
  const { architecture, profile } = builtFor;
  if (architecture === ARMV6_M || architecture === ARMV6S_M) return true;
  if (core === 'armv6-m') return false;
  return architecture === ARMV7E_M || (architecture === ARMV7 && profile === 'M');
}
