/** Which memory the execution loop reaches directly, and whether anything forbids that. */
import { cacheOf } from './code-cache.ts';
import type { CoreState } from './state.ts';
import { leaveLoop } from './state.ts';
import { watchesData } from './watchpoints.ts';

/** After a change of the map, of watchpoints, of the MPU or of `probing`. */
export function setupFastPath(s: CoreState): void {
  s.checked = watchesData(s) || (s.mpu.ctrl & 1) !== 0;
  s.literalFast = !s.checked;
  const ram = s.bus.regions.find((region) => region.writable && region.onWrite === undefined);
  if (ram !== undefined) {
    s.ram = ram;
    s.ramMark = cacheOf(s, ram).mark;
    s.ramLoadSize = s.checked || ram.stalled || ram.readFault || ram.waitStates !== 0 ? 0 : ram.size;
    s.ramStoreSize = s.checked || s.probing ? 0 : ram.size;
  }
  leaveLoop(s);
}
