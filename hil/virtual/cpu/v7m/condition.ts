/** ARMv7-M A7.3.1: does a condition hold for the flags as the execution loop keeps them? */
export function conditionHolds(condition: number, n: number, z: number, c: number, v: number): boolean {
  let holds: boolean;
  switch (condition >> 1) {
    case 0:
      holds = z === 0;
      break;
    case 1:
      holds = c !== 0;
      break;
    case 2:
      holds = n < 0;
      break;
    case 3:
      holds = v < 0;
      break;
    case 4:
      holds = c !== 0 && z !== 0;
      break;
    case 5:
      holds = (n ^ v) >= 0;
      break;
    case 6:
      holds = z !== 0 && (n ^ v) >= 0;
      break;
    default:
      return true;
  }
  return holds !== ((condition & 1) !== 0);
}
