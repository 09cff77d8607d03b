import { readFileSync, writeFileSync } from 'node:fs';
import type { BoardWires } from '../board/bench-types.ts';
import type { AllowedSkip } from './rig.ts';

/** What the supervisor tells the processes that run tests. Plain data in a file; its path travels in the environment. */
export interface Session {
  readonly id: string;
  /** Folder for everything that this run writes. */
  readonly reports: string;
  readonly boards: readonly BoardWires[];
  readonly allowedSkips: readonly AllowedSkip[];
}

export const SESSION_VARIABLE = 'HIL_SESSION';

export function writeSession(path: string, session: Session): void {
  writeFileSync(path, `${JSON.stringify(session, null, 2)}\n`);
  process.env[SESSION_VARIABLE] = path;
}

/** The session of the run that this process belongs to; undefined outside of one. */
export function currentSession(): Session | undefined {
  const path = process.env[SESSION_VARIABLE];
  return path === undefined ? undefined : (JSON.parse(readFileSync(path, 'utf8')) as Session);
}
