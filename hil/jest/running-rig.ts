import { SESSION_VARIABLE } from '../rig/session.ts';
import type { RunningRig } from '../rig/supervisor.ts';

let running: RunningRig | undefined;

/** Keeps what global set-up started until global teardown stops it; both run in one process. */
export function keepRig(rig: RunningRig): void {
  running = rig;
}

export async function stopKeptRig(): Promise<void> {
  const rig = running;
  running = undefined;
  if (rig === undefined) return;
  delete process.env[SESSION_VARIABLE];
  await rig.stop();
}
