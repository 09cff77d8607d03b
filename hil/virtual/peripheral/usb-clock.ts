/** USB 2.0 7.1.11: a full-speed device keeps 12 Mbit/s to 0.25 %. */
const TOLERANCE = 0.0025;
const NOMINAL_HZ = 48_000_000;

/** With this clock a full-speed device understands a host, and a host it. */
export const isUsbClock = (hz: number): boolean => Math.abs(hz - NOMINAL_HZ) <= NOMINAL_HZ * TOLERANCE;
