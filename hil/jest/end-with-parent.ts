const LOOK_MS = 250;

/**
 * Ends this process when its parent is gone: a lane whose Jest was killed must not live on, since its OpenOCD keeps the probe.
 * Listening for the end of the IPC channel would keep the process alive in the ordinary case, so the parent's id is watched.
 */
export function endWithParent(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(1);
  }, LOOK_MS).unref();
}
