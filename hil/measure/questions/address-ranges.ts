import type { BootloaderHandle } from '../../board/bench-types.ts';
import { endOf } from '../../chip/chip.ts';
import { isHilError } from '../../error/hil-error.ts';
import { enterWithoutErasing } from '../enter-without-erasing.ts';
import { hex32, type Question } from '../question.ts';
import { openExchange } from '../rom-exchange.ts';

type Session = BootloaderHandle['session'];

/** What became of a Read Memory: `taken`, or the part of it that was answered by NACK. */
async function read(session: Session, address: number, length: number): Promise<string> {
  try {
    await session.readMemory(address, length);
    return 'taken';
  } catch (error) {
    if (!isHilError(error) || error.code !== 304) throw error;
    return `NACK to ${String(error.context.awaited).replace(/0x[\dA-F_]+/i, '…')}`;
  }
}

/** RAM is looked through in steps of this many bytes. */
const GRAIN = 256;

export const addressRanges: readonly Question[] = [
  {
    id: 'ram-first-valid',
    entry: 'without erasing',
    asks: 'Which is the first address of SRAM that Read Memory takes?',
    cost: 'reads',
    async ask(bench) {
      const { rom, entry } = await enterWithoutErasing(bench);
      const { session } = rom;
      const { base, size } = bench.chip.sram;
      // Taken from some address on, up to the end of the SRAM: the border is searched by halves.
      let refused = -1;
      let taken = Math.floor((size - 1) / GRAIN);
      const at = (step: number): number => base + step * GRAIN;
      const seen: Record<string, string> = { entry };
      const isTaken = async (step: number): Promise<boolean> => {
        seen[hex32(at(step))] = await read(session, at(step), 1);
        return seen[hex32(at(step))] === 'taken';
      };
      if (!(await isTaken(taken))) return { answer: { first: 'none' }, evidence: seen };
      while (taken - refused > 1) {
        const middle = Math.floor((taken + refused) / 2);
        if (await isTaken(middle)) taken = middle;
        else refused = middle;
      }
      return { answer: { first: hex32(at(taken)) }, evidence: seen };
    },
  },
  {
    id: 'rm-ranges',
    entry: 'without erasing',
    asks: 'Does Read Memory reach the unique id, the flash size, the option bytes and the ROM itself?',
    cost: 'reads',
    async ask(bench) {
      const { rom, entry } = await enterWithoutErasing(bench);
      const { session } = rom;
      const { identity, optionBytes, systemMemory } = bench.chip;
      const answer = {
        'unique id': await read(session, identity.uniqueId.base, 4),
        'flash size': await read(session, identity.flashSizeAddress, 2),
        'option bytes': await read(session, optionBytes.base, 4),
        'system memory': await read(session, systemMemory.base, 4),
      };
      return { answer, evidence: { entry, version: session.id.romVersion ?? 'not listed' } };
    },
  },
  {
    id: 'range-across-end',
    entry: 'without erasing',
    asks: 'Where is a Read Memory refused that begins in flash and ends behind it?',
    cost: 'reads',
    async ask(bench) {
      const { rom, entry } = await enterWithoutErasing(bench);
      const { session } = rom;
      const end = endOf(bench.chip.flash);
      return {
        answer: { 'last 8 bytes': await read(session, end - 8, 8), '8 bytes beyond': await read(session, end - 8, 16) },
        evidence: { entry, end: hex32(end) },
      };
    },
  },
  {
    id: 'parity-error',
    entry: 'without erasing',
    asks: 'What does the ROM answer to a Get whose first byte has the wrong parity?',
    cost: 'reads',
    async ask(bench) {
      const { entry } = await enterWithoutErasing(bench);
      const rom = await openExchange(bench);
      await rom.setParity('odd');
      const early = await rom.exchange([0x00]);
      await rom.setParity('even');
      const late = await rom.exchange([0xff]);
      return {
        answer: { reply: `${early} ${late}`.trim() },
        evidence: { entry, 'to the first byte': early, 'to the second': late },
      };
    },
  },
];
