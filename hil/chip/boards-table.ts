import { type Chip, romUsartOnVcp } from './chip.ts';
import { entryTable } from './entry-table.ts';

const HEADER = [
  '| board | part | core | virtual COM port | ROM listens on | a jump by the application |',
  '|---|---|---|---|---|---|',
];

const inHex = (id: number): string => `0x${id.toString(16).toUpperCase()}`;

/** The table of docs/boards.md: which wire reaches the ROM, and what a jump does. */
export function boardsTable(chips: readonly Chip[]): string {
  const rows = chips.map((chip) => {
    const { vcp } = chip.board;
    const port = romUsartOnVcp(chip);
    const reach = port === undefined ? '**not the ROM**' : 'reaches the ROM';
    const console = vcp === undefined ? 'none' : `${vcp.usart} ${vcp.tx}/${vcp.rx}, ${reach}`;
    const ports = chip.rom.usarts.map((usart) => `${usart.name} ${usart.tx}/${usart.rx}`).join(', ');
    return `| ${chip.board.name} | ${chip.name} | ${chip.core.name} | ${console} | ${ports} | ${jumpOf(chip)} |`;
  });
  return [...HEADER, ...rows].join('\n');
}

function jumpOf(chip: Chip): string {
  return entryTable
    .filter((row) => row.chip === chip.name)
    .map(({ romIds, jump, needsRemap, provenance }) => {
      const roms = romIds === undefined ? '' : `ROM ${romIds.map(inHex).join(', ')}: `;
      const remap = needsRemap === true ? ' with system memory mapped at 0' : '';
      return `${roms}${jump === 'stays' ? 'enters the ROM' : 'returns to the application'}${remap} (${provenance.confidence})`;
    })
    .join('; ');
}
