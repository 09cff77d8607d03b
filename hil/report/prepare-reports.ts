import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Takes away what the last run wrote; what people may want for longer (first-contact, history) stays. */
export function prepareReports(folder: string): void {
  for (const name of ['.run', 'steps', 'input-logs', 'run.json', 'junit.xml', 'session.json'])
    rmSync(join(folder, name), { recursive: true, force: true });
  mkdirSync(join(folder, '.run'), { recursive: true });
}
