import { type Chip, contains, overlaps, type Region } from '../chip/chip.ts';
import { HilError } from '../error/hil-error.ts';
import {
  type Access,
  ALLOWED,
  type Decision,
  firstRefusal,
  type KnownState,
  type Path,
  type Permissions,
  refuse,
} from './access.ts';
import { decideFlashRegisters, touchesFlashRegisters } from './flash-register-rules.ts';
import { decideOptionArea } from './option-rules.ts';

const PERIPHERALS: Region = { base: 0x4000_0000, size: 0x2000_0000 };
const CORE: Region = { base: 0xe000_0000, size: 0x2000_0000 };

/**
 * Decides every access that can destroy something: erase, programming, write protection, option bytes, readout protection; by
 * address and value, for every path. Nothing else in the project decides such a thing.
 */
export function decide(chip: Chip, permissions: Permissions, access: Access, known: KnownState = {}): Decision {
  switch (access.kind) {
    case 'write':
      return decideWrite(chip, permissions, access.via, access.address, access.bytes, known);
    case 'image':
      return firstRefusal(
        access.segments.map(({ address, bytes }) => decideWrite(chip, permissions, access.via, address, bytes, known)),
      );
    case 'erase-pages':
      return permissions.erase === 'none'
        ? refuse(451, `would erase page ${access.pages.slice(0, 8).join(', ')}`)
        : ALLOWED;
    case 'erase-all':
      return permissions.erase === 'mass' ? ALLOWED : refuse(451, 'would erase the whole flash');
    case 'write-protection':
      return permissions.write_protection
        ? ALLOWED
        : refuse(452, `would ${access.set ? 'set' : 'remove'} write protection`);
    case 'readout-protection':
      return decideReadoutProtection(permissions, access.set);
  }
}

/** The commands of the ROM know only level 1 (AN3155 3.9, 3.10). */
function decideReadoutProtection(permissions: Permissions, set: boolean): Decision {
  if (!permissions.rdp1)
    return refuse(454, `would ${set ? 'set readout protection level 1' : 'remove readout protection'}`);
  if (!set && permissions.erase !== 'mass') return refuse(451, 'removing readout protection erases the whole flash');
  return ALLOWED;
}

function decideWrite(
  chip: Chip,
  permissions: Permissions,
  via: Path,
  address: number,
  bytes: Uint8Array,
  known: KnownState,
): Decision {
  if (bytes.length === 0) return ALLOWED;
  const at = `0x${address.toString(16)}`;
  if (!Number.isInteger(address) || address < 0 || address + bytes.length > 2 ** 32)
    return refuse(456, `${at} is not an address range`);
  const { second } = chip.optionBytes;
  const area = second !== undefined && overlaps(second, address, bytes.length) ? second : chip.optionBytes;
  if (overlaps(area, address, bytes.length)) {
    if (!contains(area, address, bytes.length))
      return refuse(456, `the write at ${at} crosses the border of the option bytes`);
    return decideOptionArea(chip, address, bytes, permissions, known);
  }
  if (touchesFlashRegisters(chip, address, bytes.length)) {
    const decision = decideFlashRegisters(chip, address, bytes, permissions, known);
    if (!decision.allowed) return decision;
  }
  const ram = [chip.sram, ...(chip.sram2 === undefined ? [] : [chip.sram2])];
  if (ram.some((region) => contains(region, address, bytes.length))) return ALLOWED;
  if (chip.dataMemory !== undefined && contains(chip.dataMemory, address, bytes.length)) {
    return permissions.erase === 'none' ? refuse(451, `would write data memory at ${at}`) : ALLOWED;
  }
  if (chip.otp !== undefined && overlaps(chip.otp, address, bytes.length)) {
    return refuse(456, `${at} is one-time programmable: what is written there stays for ever`);
  }
  if (chip.rom.voltageRange !== undefined && via !== 'swd' && address === chip.rom.voltageRange.address) {
    return decideVoltageRange(chip.rom.voltageRange, bytes);
  }
  if (contains(chip.flash, address, bytes.length) || contains(bootAlias(chip), address, bytes.length)) {
    return permissions.erase === 'none' ? refuse(451, `would program flash at ${at}`) : ALLOWED;
  }
  // Registers of peripherals and core forget at reset, and only SWD reaches them.
  if (via === 'swd' && (contains(PERIPHERALS, address, bytes.length) || contains(CORE, address, bytes.length)))
    return ALLOWED;
  return refuse(456, `${at} is neither flash, RAM nor option bytes of the ${chip.name}`);
}

/** The ROM keeps it until the next reset; a range the board's supply does not reach would only make programming fail. */
function decideVoltageRange(
  { values }: NonNullable<Chip['rom']['voltageRange']>,
  [range, ...rest]: Uint8Array,
): Decision {
  if (rest.length === 3 && rest.every((byte) => byte === 0xff) && values.includes(range as number)) return ALLOWED;
  return refuse(456, `the voltage range takes four bytes, the first of them ${values.join(', ')}, the others 0xff`);
}

/** Address 0 shows flash, system memory or RAM; flash is the one that could be harmed. */
function bootAlias(chip: Chip): Region {
  return { base: 0, size: chip.flash.size };
}

/** True if a write there is judged by what it changes in the option words: then `KnownState` must hold them. */
export function weighsOptionWords(chip: Chip, address: number, length: number): boolean {
  const { second } = chip.optionBytes;
  return (
    overlaps(chip.optionBytes, address, length) ||
    (second !== undefined && overlaps(second, address, length)) ||
    touchesFlashRegisters(chip, address, length)
  );
}

/**
 * Throws unless the access is permitted.
 * @throws HilError 451 to 456, before anything was sent.
 */
export function requirePermission(
  board: { readonly name: string; readonly chip: Chip; readonly permissions: Permissions },
  access: Access,
  known: KnownState = {},
): void {
  const decision = decide(board.chip, board.permissions, access, known);
  if (decision.allowed) return;
  throw new HilError(
    decision.code,
    `${board.name}: refused before anything was sent (${access.kind} by ${access.via}): ${decision.reason}`,
    {
      blame: 'test',
      context: {
        board: board.name,
        kind: access.kind,
        via: access.via,
        permissions: board.permissions,
        ...(access.kind === 'write' ? { address: access.address } : {}),
      },
    },
  );
}
