import { CR, SR } from '../peripheral/flash-g0-registers.ts';
import { REG } from './addresses.ts';
import type { TestBench } from './test-bench.ts';

/** For tests: what a driver of the FLASH interface of G0 and C0 does. */

export const BASE = 0x0800_0000;
export const PAGE = 2048;

export function unlock(b: TestBench): void {
  if (b.read(REG.FLASH_CR) >>> 31 === 0) return; // keys for an open lock are a wrong sequence
  b.write(REG.FLASH_KEYR, 0x4567_0123);
  b.write(REG.FLASH_KEYR, 0xcdef_89ab);
}
export function unlockOptions(b: TestBench): void {
  unlock(b);
  if ((b.read(REG.FLASH_CR) & CR.OPTLOCK) === 0) return;
  b.write(REG.FLASH_OPTKEYR, 0x0819_2a3b);
  b.write(REG.FLASH_OPTKEYR, 0x4c5d_6e7f);
}
export const status = (b: TestBench): number => b.read(REG.FLASH_SR);
export const busy = (b: TestBench): boolean => (status(b) & (SR.BSY1 | SR.BSY2)) !== 0;
/** Store two words without waiting. */
export function pair(b: TestBench, address: number, low: number, high = low): void {
  b.write(address, low);
  b.write(address + 4, high);
}
/** Program one double word and wait. */
export function programmed(b: TestBench, address: number, low: number, high = low): void {
  unlock(b);
  b.write(REG.FLASH_CR, CR.PG);
  pair(b, address, low, high);
  b.pass(100_000);
}
/** Start an erase; returns the time it took, in ns. */
export function erase(b: TestBench, bits: number): number {
  unlock(b);
  b.write(REG.FLASH_CR, bits);
  b.write(REG.FLASH_CR, bits | CR.STRT);
  return b.until(() => !busy(b), 1e8);
}
/** Program option words. */
export function setOptions(b: TestBench, words: Readonly<Record<number, number>>): void {
  unlockOptions(b);
  for (const [register, value] of Object.entries(words)) b.write(Number(register), value);
  b.write(REG.FLASH_CR, CR.OPTSTRT);
  b.until(() => !busy(b), 1e8);
}
/** Bring them into force. */
export function launchOptions(b: TestBench): void {
  unlockOptions(b);
  b.write(REG.FLASH_CR, CR.OBL_LAUNCH);
  b.pass(1);
}
