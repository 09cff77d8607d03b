import { execa } from 'execa';
import { HilError } from '../error/hil-error.ts';

/** The first version with `read_memory`, `get_reg` and the ST-Link TCP backend in the form used here. */
const MINIMUM = [0, 12] as const;

export interface OpenOcdVersion {
  readonly text: string;
  readonly major: number;
  readonly minor: number;
}

/** `Open On-Chip Debugger 0.12.0`, `... 0.12.0-01004-g9ea7f3d64-dirty`; undefined for anything else. */
export function parseVersion(output: string): OpenOcdVersion | undefined {
  const found = /Open On-Chip Debugger (v?(\d+)\.(\d+)[^\s]*)/.exec(output);
  if (found === null) return undefined;
  return { text: found[1] as string, major: Number(found[2]), minor: Number(found[3]) };
}

/**
 * Asks OpenOCD for its version.
 * @throws HilError 231 (not there, or not OpenOCD), 232 (too old)
 */
export async function requireOpenOcd(command = 'openocd'): Promise<OpenOcdVersion> {
  const result = await execa(command, ['--version'], { reject: false, all: true, timeout: 10_000, stdin: 'ignore' });
  const version = parseVersion(result.all ?? '');
  if (version === undefined) {
    const why = result.code === 'ENOENT' ? 'there is no such program' : `it is not OpenOCD: ${firstLine(result.all)}`;
    throw new HilError(231, `OpenOCD cannot be run as '${command}': ${why}`, {
      blame: 'rig',
      context: { command, cause: result.code === 'ENOENT' ? 'missing' : 'foreign' },
    });
  }
  if (version.major < MINIMUM[0] || (version.major === MINIMUM[0] && version.minor < MINIMUM[1])) {
    throw new HilError(232, `OpenOCD ${version.text} is too old; ${MINIMUM.join('.')} is the least`, {
      blame: 'rig',
      context: { command, version: version.text },
    });
  }
  return version;
}

function firstLine(text: string | undefined): string {
  const line = (text ?? '').trim().split('\n')[0] ?? '';
  return line === '' ? 'it prints nothing' : `it prints '${line.slice(0, 80)}'`;
}
