import { HilError } from '../../error/hil-error.ts';

/** What may be done with a sector of a memory map (AN3156: letter `a` to `g`). */
export interface Access {
  readonly readable: boolean;
  readonly erasable: boolean;
  readonly writeable: boolean;
}

/** So many sectors of one size, one after the other. */
export interface SectorRun extends Access {
  readonly address: number;
  readonly count: number;
  /** Bytes of one sector. */
  readonly size: number;
}

/** The name of an alternate setting, as AN3156 writes a memory map. */
export interface MemoryMap {
  /** Without the blanks around it: `Internal Flash`. */
  readonly name: string;
  readonly runs: readonly SectorRun[];
}

/** One run: `04*016Kg`, `1536*128g`, `01*016 e`, `01*1024.e`, `01*40Be`. */
const RUN = /^(\d{1,8})\*(\d{1,8})([ .BKM]?)([a-g])$/;

/**
 * Reads `@Name/0xADDRESS/runs` with one or more pairs of address and runs, as ROMs really write it: any number of blanks before a
 * slash, counts and sizes with any number of zeros in front, the unit as a blank, `.`, `B`, `K`, `M` or left out.
 * @throws HilError 322, which names the part that does not fit
 */
export function parseMemoryMap(text: string): MemoryMap {
  if (!text.startsWith('@')) throw notAMap(text, 'it does not begin with @');
  const [name = '', ...rest] = text.slice(1).split('/');
  if (rest.length < 2) throw notAMap(text, 'it has no address and no sectors');
  if (rest.length % 2 !== 0) throw notAMap(text, `the address ${rest.at(-1)} is followed by no sectors`);
  const runs: SectorRun[] = [];
  for (let i = 0; i < rest.length; i += 2) {
    const word = (rest[i] as string).trim();
    if (!/^0x[0-9a-f]{1,8}$/i.test(word)) throw notAMap(text, `'${word}' is not an address`);
    let address = Number(word);
    for (const piece of (rest[i + 1] as string).trim().split(',')) {
      const run = runOf(text, piece.trim(), address);
      runs.push(run);
      address += run.count * run.size;
    }
    if (address > 2 ** 32) throw notAMap(text, 'its sectors end behind the address space');
  }
  return { name: name.trim(), runs };
}

function runOf(text: string, piece: string, address: number): SectorRun {
  const parts = RUN.exec(piece);
  if (parts === null) throw notAMap(text, `'${piece}' is not of the form COUNT*SIZE UNIT LETTER`);
  const [, count, size, unit, letter] = parts;
  const bytes = Number(size) * (unit === 'K' ? 1024 : unit === 'M' ? 1024 * 1024 : 1);
  if (Number(count) === 0 || bytes === 0) throw notAMap(text, `'${piece}' is no memory at all`);
  return { address, count: Number(count), size: bytes, ...accessOf(letter as string) };
}

/** a to g are 1 to 7: bit 0 readable, bit 1 erasable, bit 2 writeable (AN3156, UM0424 10.3.2). */
function accessOf(letter: string): Access {
  const bits = letter.charCodeAt(0) - 'a'.charCodeAt(0) + 1;
  return { readable: (bits & 1) !== 0, erasable: (bits & 2) !== 0, writeable: (bits & 4) !== 0 };
}

/** The run that holds an address; undefined if none does. */
export function runAt(map: MemoryMap, address: number): SectorRun | undefined {
  return map.runs.find((run) => address >= run.address && address < endOfRun(run));
}

/** True if every byte lies in a sector of the map that allows it. */
export function allows(map: MemoryMap, address: number, length: number, what: keyof Access): boolean {
  for (let at = address; at < address + length; ) {
    const run = runAt(map, at);
    if (run === undefined || !run[what]) return false;
    at = endOfRun(run);
  }
  return true;
}

/** True if both describe the same memory: blanks and zeros in front do not count, nor how runs of equal sectors are split. */
export function sameMemory(one: MemoryMap, other: MemoryMap): boolean {
  return JSON.stringify(joined(one)) === JSON.stringify(joined(other));
}

/** First byte behind a run. */
export function endOfRun({ address, count, size }: SectorRun): number {
  return address + count * size;
}

function joined({ runs }: MemoryMap): readonly (readonly (number | boolean)[])[] {
  const all: SectorRun[] = [];
  for (const run of runs) {
    const last = all.at(-1);
    const goesOn =
      last !== undefined &&
      endOfRun(last) === run.address &&
      last.size === run.size &&
      last.readable === run.readable &&
      last.erasable === run.erasable &&
      last.writeable === run.writeable;
    if (goesOn) all[all.length - 1] = { ...last, count: last.count + run.count };
    else all.push(run);
  }
  return all.map(({ address, count, size, readable, erasable, writeable }) => [
    address,
    count,
    size,
    readable,
    erasable,
    writeable,
  ]);
}

function notAMap(text: string, why: string): HilError {
  return new HilError(322, `'${text}' is not a memory map as AN3156 writes it: ${why}`, { context: { text } });
}
