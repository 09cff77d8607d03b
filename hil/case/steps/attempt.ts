import { isHilError } from '../../error/hil-error.ts';
import type { Stage } from './stage.ts';

/** Failures of an operation through the ROM that are results of the case. */
const RESULTS: Readonly<Record<number, 'refused' | 'silent' | 'wrong' | 'gone'>> = {
  250: 'refused',
  251: 'silent',
  252: 'gone',
  255: 'gone',
  256: 'silent',
  301: 'silent',
  302: 'wrong',
  303: 'silent',
  304: 'refused',
  305: 'wrong',
  306: 'wrong',
  307: 'wrong',
  308: 'refused',
  309: 'refused',
  310: 'silent',
  311: 'silent',
  325: 'refused',
  326: 'silent',
  327: 'wrong',
  328: 'refused',
  329: 'wrong',
  475: 'wrong',
};

/**
 * Tries an operation and reads what came of it: `op.NAME` is done, refused (NACK, STALL, dfuERROR, or a tool that does not send it), silent
 * (no answer), gone (the device left the bus) or wrong (other bytes, or read back differs); `op.NAME.detail` says it in words.
 */
export async function attempt(stage: Stage, name: string, work: () => Promise<string | undefined>): Promise<boolean> {
  stage.forget(`op.${name}`);
  try {
    const wrong = await work();
    stage.read({ [`op.${name}`]: wrong === undefined ? 'done' : 'wrong', [`op.${name}.detail`]: wrong });
    return wrong === undefined;
  } catch (error) {
    const result = isHilError(error) ? RESULTS[error.code] : undefined;
    if (result === undefined || !isHilError(error)) throw error;
    stage.read({ [`op.${name}`]: result, [`op.${name}.detail`]: sentenceOf(error), 'error.code': error.code });
    return false;
  }
}

/** First line of an error, without its code. */
export function sentenceOf(error: Error): string {
  return (error.message.split('\n', 1)[0] ?? '').replace(/ {2}\[HIL-\d+\]$/, '');
}
