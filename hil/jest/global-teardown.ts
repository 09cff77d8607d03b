import { stopKeptRig } from './running-rig.ts';

export default async function globalTeardown(): Promise<void> {
  await stopKeptRig();
}
