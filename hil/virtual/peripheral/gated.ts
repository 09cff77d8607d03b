import type { Peripheral, PeripheralHost } from './peripheral.ts';

/**
 * A peripheral behind its clock enable bit: with the clock off its registers read 0 and ignore writes.
 * Source: RM0454 5.2.17 ("when the peripheral clock is not active, the peripheral register read or write accesses are not
 * supported"); that they read 0 and do not fault is common observation on STM32 (corroborated).
 */
export function gated(peripheral: Peripheral, clocked: () => boolean, host: PeripheralHost): Peripheral {
  let noted = false;
  function refused(offset: number, access: string): void {
    if (noted) return;
    noted = true;
    host.note('access without clock', { peripheral: peripheral.name, offset, access });
  }
  return {
    name: peripheral.name,
    size: peripheral.size,
    read(offset, width) {
      if (clocked()) return peripheral.read(offset, width);
      refused(offset, 'read');
      return 0;
    },
    write(offset, value, width) {
      if (clocked()) peripheral.write(offset, value, width);
      else refused(offset, 'write');
    },
    quietRead: (offset) => !clocked() || (peripheral.quietRead?.(offset) ?? false),
    quietWrite: (offset, value) => !clocked() || (peripheral.quietWrite?.(offset, value) ?? false),
    reset(kind) {
      noted = false;
      peripheral.reset(kind);
    },
  };
}
