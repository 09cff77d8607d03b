import * as z from 'zod';
import type { Bench, Port } from '../board/bench-types.ts';
import type { Case, CaseVariant, Readings } from '../case/case.ts';
import { requireTestable } from '../case/choose-board.ts';
import { loadCaseNamed } from '../case/load-case.ts';
import { provocationOf } from '../case/provocation-of.ts';
import { runVariant } from '../case/run-variant.ts';
import { diagnose, explainAsItStands } from '../diagnose/diagnose.ts';
import type { Diagnosis } from '../diagnose/diagnosis.ts';
import type { ContactSight, OperationSight } from '../diagnose/evidence.ts';
import { HilError } from '../error/hil-error.ts';
import { usbIn } from './diagnose-usb.ts';

/** The variant that is asked for, or the first that was reported: of this chip, if any is. @throws HilError 612 */
export function variantNamed(kase: Case, name: string | undefined, chip?: string): CaseVariant {
  requireTestable(kase);
  const reported = kase.variants.filter(({ role }) => role === 'reported');
  const ofChip = reported.find(({ chips }) => chip === undefined || chips === undefined || chips.includes(chip));
  const found = name === undefined ? (ofChip ?? reported[0]) : kase.variants.find((variant) => variant.name === name);
  if (found !== undefined) return found;
  const known = kase.variants.map((variant) => variant.name).join(', ');
  throw new HilError(612, `${kase.id} has no variant '${name ?? '(reported)'}'; it has ${known}`, { blame: 'test' });
}

/**
 * Repeats a variant of a case and explains it. One that hands over (a jump, a GO) is repeated with repairs; of another its steps are
 * done once, and the board is explained as they leave it, with what they saw of operations and first contact.
 */
export function repeatCase(
  folder: string,
  id: string,
  name: string | undefined,
): { readonly port: Port; readonly work: (bench: Bench) => Promise<Diagnosis> } {
  const kase = loadCaseNamed(folder, id);
  variantNamed(kase, name);
  const work = async (bench: Bench): Promise<Diagnosis> => {
    const variant = variantNamed(kase, name, bench.chip.name);
    await requireFit(bench, kase, variant);
    const provocation = provocationOf(bench, kase, variant);
    if (provocation !== undefined) return diagnose(bench, provocation);
    const { readings, why } = await runVariant(bench, kase, variant);
    if (why !== undefined) {
      throw new HilError(652, `${bench.board}: "${variant.name}" of ${id} cannot be repeated here: ${why}`, {
        blame: 'test',
      });
    }
    await bench.probe.reacquire();
    const image = bench.image(variant.image);
    return explainAsItStands(bench, {
      image,
      also: { ...operationsIn(variant, readings), ...contactIn(readings, variant), ...usbIn(readings, variant) },
    });
  };
  return { port: kase.needs.port ?? 'usart', work };
}

async function requireFit(bench: Bench, kase: Case, variant: CaseVariant): Promise<void> {
  const refuse = (why: string): never => {
    throw new HilError(612, `${kase.id}, "${variant.name}" is ${why}`, { blame: 'test' });
  };
  for (const chips of [kase.chips, variant.chips]) {
    if (chips !== undefined && !chips.includes(bench.chip.name)) {
      refuse(`for ${chips.join(', ')}, not for ${bench.chip.name}`);
    }
  }
  const romId = await bench.romId();
  for (const ids of [kase.rom, variant.rom]) {
    if (ids !== undefined && !ids.includes(romId)) refuse(`for another ROM than this board's 0x${romId.toString(16)}`);
  }
}

const RESULTS: readonly string[] = ['done', 'refused', 'silent', 'wrong'] satisfies readonly OperationSight['result'][];

/** `op.erase: refused` and the pages of the erase step. */
export function operationsIn(
  { steps }: Pick<CaseVariant, 'steps'>,
  readings: Readings,
): { readonly operations?: readonly OperationSight[] } {
  const operations = Object.entries(readings).flatMap(([key, value]): readonly OperationSight[] => {
    const name = /^op\.(\w+)$/.exec(key)?.[1];
    if (name === undefined) return [];
    const result = (RESULTS.includes(String(value)) ? value : 'wrong') as OperationSight['result'];
    const { args } = steps.find(({ verb }) => verb === name) ?? {};
    const [pages, bytes] = [pagesOf(args), name === 'write' ? bytesOf(args) : undefined];
    return [{ name, result, ...(pages === undefined ? {} : { pages }), ...(bytes === undefined ? {} : { bytes }) }];
  });
  return operations.length === 0 ? {} : { operations };
}

function pagesOf(args: unknown): number | undefined {
  if (typeof args !== 'object' || args === null || !('pages' in args) || !Array.isArray(args.pages)) return undefined;
  return args.pages.length;
}

const writeArgs = z.object({ bytes: z.array(z.number()), length: z.number().optional() });

function bytesOf(args: unknown): number | undefined {
  const { data } = writeArgs.safeParse(args);
  return data === undefined ? undefined : (data.length ?? data.bytes.length);
}

/** What came back for the last bytes of a first contact, where that was no ACK. */
export function contactIn(
  readings: Readings,
  { steps }: Pick<CaseVariant, 'steps'>,
): { readonly contact?: ContactSight } {
  const answers = readings['contact.answers'];
  const args = steps.findLast(({ verb }) => verb === 'first-contact')?.args;
  if (typeof answers !== 'string' || readings['contact.last'] === 'ACK') return {};
  const format = typeof args === 'object' && args !== null && 'format' in args ? String(args.format) : '8E1';
  const last = answers.split(' | ').at(-1) ?? '';
  return {
    contact: {
      format,
      came: (last.match(/\b[0-9a-f]{2}\b/gi) ?? []).map((text) => parseInt(text, 16)),
      lineErrors: [],
    },
  };
}
