import type { Application, Bench, BootloaderHandle, JumpOutcome } from '../board/bench-types.ts';
import { hex } from '../error/format-error.ts';
import { isHilError } from '../error/hil-error.ts';
import type { Answer } from './evidence.ts';
import type { Provocation } from './provocation.ts';
import { resetFlagNames } from './registers.ts';

export interface JumpProvocation {
  /** Name of the program; default `handover`. */
  readonly image?: string;
  readonly settings?: Readonly<Record<string, string>>;
  /** What else the ROM must be able to do, tried once it answers: an erase, a write. Returns what went wrong, if something did. */
  readonly demand?: (rom: BootloaderHandle) => Promise<string | undefined>;
}

/** The jump of the application under test by its console's command. */
export function jumpOf(bench: Bench, { image = 'handover', settings = {}, demand }: JumpProvocation = {}): Provocation {
  let application: Application | undefined;
  return {
    title: `the jump of ${image}`,
    attempt: 'entry',
    by: 'port',
    image: bench.image(image),
    prepare: async () => {
      application = await bench.flash(image, settings);
    },
    trigger: async () => {
      await application?.sendJump();
    },
    answers: async () => entryAnswer(await bench.whoAnswers(), demand),
  };
}

async function entryAnswer(outcome: JumpOutcome, demand: JumpProvocation['demand']): Promise<Answer> {
  const { what, rom, core } = outcome;
  if (what !== 'rom' || rom === undefined) return { what, works: false, saw: sawOf(outcome), ...toldFlags(outcome) };
  const wrong = await demand?.(rom);
  const saw = wrong === undefined ? `the ROM answers, the PC is ${hex(core.pc)}` : `the ROM answers, but ${wrong}`;
  return { what, works: wrong === undefined, saw };
}

/** Reset flags of the start that answered. */
export function toldFlags({
  application,
}: {
  readonly application?: Application | undefined;
}): Pick<Answer, 'resetFlags'> {
  return application === undefined ? {} : { resetFlags: resetFlagNames(application.chip, application.boot.csr) };
}

/** GO to a vector table, after the ROM has been reached by a way that the part allows. */
export function goOf(bench: Bench, table: number, settings: Readonly<Record<string, string>> = {}): Provocation {
  let rom: BootloaderHandle | undefined;
  return {
    title: `GO to ${hex(table)}`,
    attempt: 'go',
    by: 'port',
    table,
    image: bench.image('handover'),
    prepare: async () => {
      ({ rom } = await bench.reachBootloader(settings));
    },
    trigger: async () => {
      await rom?.sendGo(table);
    },
    answers: () => goAnswer(bench),
  };
}

/** HilError 422: no start in time. */
const NO_START = 422;

/** A start is given its full time: an application that is declared dead too early would make a repair look useless. */
async function goAnswer(bench: Bench): Promise<Answer> {
  try {
    await bench.awaitApplication();
    return { what: 'application', works: true, saw: sawOf({ what: 'application', core: await bench.look() }) };
  } catch (error) {
    if (!isHilError(error) || error.code !== NO_START) throw error;
    const outcome = await bench.whoAnswers();
    return { what: outcome.what, works: false, saw: sawOf(outcome) };
  }
}

function sawOf({ what, core }: Pick<JumpOutcome, 'what' | 'core'>): string {
  const place = `the PC is ${hex(core.pc)} in ${core.where}${core.symbol === undefined ? '' : ` (${core.symbol})`}, exception ${core.ipsr}`;
  if (what === 'application') return `the application answers; ${place}`;
  return what === 'rom' ? `the ROM answers; ${place}` : `nobody answers; ${place}`;
}
