import type { ResetKind } from './peripheral.ts';
import { narrowAccess } from './register-block.ts';
import type { PowerModel } from './roles.ts';

const CR1 = 0x00;
const CR2 = 0x04;
const CR3 = 0x08;
const CR4 = 0x0c;
const FIRST_PULL = 0x20;
const LAST_PULL = 0x4c;
const BKP0R = 0x70;
const BACKUP_REGISTERS = 4;
/** Reset values and bits that software writes. Source: ST SVD STM32C071, PWR (documented). */
const RESET: Readonly<Record<number, number>> = { [CR1]: 0x208, [CR2]: 0x100, [CR3]: 0x8000 };
const MASK: Readonly<Record<number, number>> = { [CR1]: 0x2f, [CR2]: 0x300, [CR3]: 0x843f, [CR4]: 0x3f };

/**
 * PWR of STM32C0: one voltage range, no write protection, four backup registers of 16 bits. Low-power modes are not modelled.
 * Source: RM0490 chapter 5 (documented).
 */
export function createPwrC0(): PowerModel {
  const registers = new Map<number, number>();
  const backup = new Uint16Array(BACKUP_REGISTERS);
  const backupIndex = (offset: number): number => (offset - BKP0R) >> 2;
  return {
    name: 'PWR',
    size: 0x400,
    ...narrowAccess(
      {
        read: (offset) => backup[backupIndex(offset)] ?? registers.get(offset) ?? 0,
        write(offset, value) {
          const index = backupIndex(offset);
          if (index >= 0 && index < BACKUP_REGISTERS) {
            backup[index] = value;
            return;
          }
          const mask = MASK[offset] ?? (offset >= FIRST_PULL && offset <= LAST_PULL ? 0xffff : 0);
          if (mask !== 0) registers.set(offset, ((RESET[offset] ?? 0) & ~mask) | (value & mask));
        },
        quietRead: () => true,
      },
      'apb',
    ),
    reset(kind: ResetKind) {
      registers.clear();
      for (const [offset, value] of Object.entries(RESET)) registers.set(Number(offset), value);
      // They survive Standby, which ends in a reset; that a system reset leaves them, too, is read from that: hypothesis.
      if (kind === 'power') backup.fill(0);
    },
    range: () => 1,
    backupWritable: () => true,
  };
}
