import type { Chip } from '../chip/chip.ts';
import type { TclCommands } from './tcl-commands.ts';

/** Who a chip is, read through the debug port without halting it. */
export interface Identity {
  /** DBGMCU_IDCODE bits 11:0. */
  readonly devId: number;
  /** DBGMCU_IDCODE bits 31:16. */
  readonly revisionId: number;
  /** The 96-bit unique id as 24 hex digits, in memory order of its three words. */
  readonly uniqueId: string;
  /** The byte that names the version of the ROM (AN2606 table 3). */
  readonly romId: number;
  readonly flashKiB: number;
}

export async function readIdentity(chip: Chip, tcl: TclCommands): Promise<Identity> {
  const { idcodeAddress, uniqueId, flashSizeAddress } = chip.identity;
  const offsets = uniqueId.words ?? [0, 4, 8];
  const [idcode, ...words] = await tcl.readWords([idcodeAddress, ...offsets.map((offset) => uniqueId.base + offset)]);
  const [romId] = await tcl.readMemory(chip.rom.idAddress, 8, 1);
  const [flashKiB] = await tcl.readMemory(flashSizeAddress, 16, 1);
  return {
    devId: (idcode as number) & 0xfff,
    revisionId: (idcode as number) >>> 16,
    uniqueId: words.map((word) => word.toString(16).padStart(8, '0')).join(''),
    romId: romId as number,
    flashKiB: flashKiB as number,
  };
}
