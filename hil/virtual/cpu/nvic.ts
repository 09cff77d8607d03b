/** The NVIC's registers. ARMv6-M B3.4 (up to 32 lines), ARMv7-M B3.4. Offsets are from 0xE000_E000. */
import { clearPending, setPending, updateActivePriority } from './pending.ts';
import type { CoreState } from './state.ts';
import { FIRST_IRQ, leaveLoop } from './state.ts';

/** Interrupts 32 * word .. + 31 as one register value, from a set over exception numbers. */
function irqWord(set: Int32Array, word: number): number {
  return ((set[word]! >>> FIRST_IRQ) | ((set[word + 1] ?? 0) << (32 - FIRST_IRQ))) >>> 0;
}

function forEachBit(s: CoreState, word: number, bits: number, action: (exception: number) => void): void {
  for (let i = 0; i < 32; i++) {
    const irq = 32 * word + i;
    if (((bits >>> i) & 1) !== 0 && irq < s.options.irqLines) action(FIRST_IRQ + irq);
  }
}

export function readNvic(s: CoreState, offset: number): number {
  if (offset >= 0x400) {
    let value = 0;
    const first = FIRST_IRQ + offset - 0x400;
    for (let i = 3; i >= 0; i--) value = (value << 8) | (s.priority[first + i] ?? 0);
    return value >>> 0;
  }
  const word = (offset & 0x7f) >> 2;
  if (32 * word >= s.options.irqLines) return 0;
  if (offset >= 0x300) return irqWord(s.active, word); // IABR
  return irqWord(offset < 0x200 ? s.enabled : s.pending, word);
}

export function writeNvic(s: CoreState, offset: number, value: number): void {
  if (offset >= 0x400) {
    const first = FIRST_IRQ + offset - 0x400;
    for (let i = 0; i < 4; i++)
      if (first + i < s.priority.length) s.priority[first + i] = (value >>> (8 * i)) & s.options.priorityMask;
    updateActivePriority(s);
  } else {
    const word = (offset & 0x7f) >> 2;
    const bank = offset & 0x780;
    forEachBit(s, word, value, (exception) => {
      const bit = 1 << (exception & 31);
      if (bank === 0x100) s.enabled[exception >> 5]! |= bit;
      else if (bank === 0x180) s.enabled[exception >> 5]! &= ~bit;
      else if (bank === 0x200) setPending(s, exception);
      else if (bank === 0x280) clearPending(s, exception);
    });
  }
  leaveLoop(s);
}

/** True for the offsets that this file answers. */
export function isNvic(s: CoreState, offset: number): boolean {
  return (offset >= 0x100 && offset < (s.isV7m ? 0x380 : 0x300)) || (offset >= 0x400 && offset < 0x4f0);
}
