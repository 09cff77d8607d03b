import type { Peripheral, PeripheralHost } from './peripheral.ts';
import { narrowAccess } from './register-block.ts';

/**
 * A block that the part has and the model has not: its registers read 0 and ignore writes, and the board's log says so once per
 * reset. Better than a fault, which the real part would not give, and than registers that keep values without behaviour.
 */
export function createUnmodelled(name: string, size: number, host: PeripheralHost): Peripheral {
  let noted = false;
  function note(offset: number): void {
    if (noted) return;
    noted = true;
    host.note('peripheral is not modelled', { peripheral: name, offset });
  }
  return {
    name,
    size,
    ...narrowAccess(
      {
        read(offset) {
          note(offset);
          return 0;
        },
        write: note,
        quietRead: () => true,
        quietWrite: () => noted,
      },
      'apb',
    ),
    reset() {
      noted = false;
    },
  };
}
