import { resolve } from 'node:path';
import type { Config } from '@jest/types';
import { prepareReports } from '../report/prepare-reports.ts';
import { loadRig } from '../rig/load-rig.ts';
import { SESSION_VARIABLE } from '../rig/session.ts';
import { startRig } from '../rig/supervisor.ts';
import { keepRig } from './running-rig.ts';

/** Under `hil run` the rig is up already; a bare `npx jest` gets the same rig from here. */
export default async function globalSetup(
  globalConfig: Config.GlobalConfig,
  _project: Config.ProjectConfig,
): Promise<void> {
  if (process.env[SESSION_VARIABLE] !== undefined) return;
  const rig = loadRig(process.env.HIL_RIG ?? resolve(globalConfig.rootDir, 'rigs/virtual.yaml'));
  const reports = resolve(globalConfig.rootDir, process.env.HIL_REPORTS ?? 'reports');
  prepareReports(reports);
  keepRig(await startRig(rig, { reports }));
}
