import { join } from 'node:path';
import { packageRoot } from '../rig/paths.ts';

/** Needs no hardware. */
export const DEFAULT_RIG = join(packageRoot(), 'rigs/virtual.yaml');
export const DEFAULT_REPORTS = 'reports';
