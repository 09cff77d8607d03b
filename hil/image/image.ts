import { HilError } from '../error/hil-error.ts';

/** Bytes at an address: where a loader puts them (LMA), not where the program runs them. */
export interface Segment {
  readonly address: number;
  readonly bytes: Uint8Array;
}

export interface ImageSymbol {
  readonly name: string;
  /** As in the ELF file; bit 0 is set on Thumb functions. */
  readonly address: number;
  readonly size: number;
  readonly kind: 'function' | 'object' | 'other';
}

/** Build attributes of "Addenda to, and Errata in, the ABI for the Arm Architecture". */
export interface BuiltFor {
  /** Tag_CPU_arch, e.g. 11 for Armv6-M. */
  readonly architecture: number;
  /** Tag_CPU_arch_profile: `M`, `A`, `R`, or undefined. */
  readonly profile?: string;
  /** Tag_CPU_name, as the compiler was told: `CORTEX-M4`. */
  readonly cpu?: string;
  /** Tag_FP_arch is not 0: there are floating-point instructions. */
  readonly hasFp: boolean;
}

/** A program as it goes into memory. Segments are sorted, do not touch and do not overlap. */
export interface Image {
  /** For errors: the path it was read from. */
  readonly name: string;
  readonly segments: readonly Segment[];
  /** ELF entry point; HEX files may carry one, BIN files do not. */
  readonly entry?: number;
  /** Empty for HEX and BIN. */
  readonly symbols: ReadonlyMap<string, ImageSymbol>;
  /** What the ELF file says its code needs; absent for HEX and BIN, and for an ELF file that does not say it. */
  readonly builtFor?: BuiltFor;
}

/**
 * Sorts and joins segments.
 * @throws HilError 626 if two overlap, 625 if there are no bytes at all.
 */
export function makeImage(
  name: string,
  parts: readonly Segment[],
  more: Partial<Pick<Image, 'entry' | 'symbols' | 'builtFor'>> = {},
): Image {
  const sorted = parts.filter((part) => part.bytes.length > 0).toSorted((a, b) => a.address - b.address);
  if (sorted.length === 0)
    throw new HilError(625, `${name}: there is nothing in it to load`, { blame: 'test', context: { file: name } });
  const groups: Segment[][] = [];
  let end = Number.NaN;
  for (const part of sorted) {
    if (part.address < end) {
      throw new HilError(626, `${name}: two parts of it go to 0x${part.address.toString(16)}`, {
        blame: 'test',
        context: { file: name, address: part.address, previousEnd: end },
      });
    }
    if (part.address === end) groups.at(-1)?.push(part);
    else groups.push([part]);
    end = part.address + part.bytes.length;
  }
  return { name, symbols: new Map(), ...more, segments: groups.map(joined) };
}

function joined(parts: readonly Segment[]): Segment {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.bytes.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part.bytes, at);
    at += part.bytes.length;
  }
  return { address: parts[0]?.address ?? 0, bytes };
}

/** First address behind a segment. */
export function segmentEnd(segment: Segment): number {
  return segment.address + segment.bytes.length;
}

/** Number of bytes to load. */
export function imageSize(image: Image): number {
  return image.segments.reduce((size, segment) => size + segment.bytes.length, 0);
}

/** Bytes of the image from `address` on; undefined if they are not all in it. */
export function bytesAt(image: Image, address: number, length: number): Uint8Array | undefined {
  const segment = image.segments.find((one) => address >= one.address && address + length <= segmentEnd(one));
  return segment?.bytes.slice(address - segment.address, address - segment.address + length);
}

/** The little-endian word at `address`; undefined if it is not in the image. */
export function wordAt(image: Image, address: number): number | undefined {
  const bytes = bytesAt(image, address, 4);
  return bytes === undefined ? undefined : new DataView(bytes.buffer).getUint32(0, true);
}

/**
 * The symbol of this name.
 * @throws HilError 629, with names that are similar.
 */
export function symbolNamed(image: Image, name: string): ImageSymbol {
  const symbol = image.symbols.get(name);
  if (symbol !== undefined) return symbol;
  const similar = [...image.symbols.keys()]
    .filter((known) => known.toLowerCase().includes(name.toLowerCase()))
    .slice(0, 5);
  const hint =
    image.symbols.size === 0
      ? 'it has no symbols at all'
      : similar.length > 0
        ? `there are ${similar.join(', ')}`
        : 'nothing similar is there';
  throw new HilError(629, `${image.name}: no symbol is called '${name}'; ${hint}`, {
    blame: 'test',
    context: { file: image.name, similar },
  });
}
