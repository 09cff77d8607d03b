import { describe, expect, test } from '@jest/globals';
import { chipNamed } from '../chip/lookup.ts';
import { boards } from './part/boards.ts';
import { ACK, command, hostLine, romBoard, startMs } from './rom-line.ts';
import { firstWire, getId, pass, romsOf, romsUnderTest, romWires } from './rom-parts.ts';

const ports = romsUnderTest.flatMap(([name, rom]) => romWires(romBoard(rom)).map((wire) => [name, wire, rom] as const));

/** The port of the chip facts behind a wire: the second wire of one USART is called `USART2@PA9`. */
function portOf(part: string, wire: string) {
  const chip = chipNamed(part);
  const facts = Object.values(boards).find(({ part: built }) => built.chip.name === part);
  const { txPin } = facts?.wires.find(({ name }) => name === wire) ?? {};
  const port = chip.rom.usarts.find(({ tx }) => tx === txPin);
  if (port === undefined) throw new Error(`${part} has no port on ${wire}`);
  return port;
}

describe.each(ports)('%s on %s', (_, wire, rom) => {
  const chip = chipNamed(rom.part);
  const port = portOf(rom.part, wire);

  test.each([1200, 115_200])('is entered at %i baud, with an error as AN2606 tells it', (baud) => {
    const board = romBoard(rom);
    const line = hostLine(board, wire, { baud, parity: 'even' });
    line.runMs(startMs(rom));
    expect(line.exchange([0x7f], 1, 100)).toEqual([ACK]);
    expect(line.exchange(command(0x02), 5, 200)).toEqual(getId(chip));
    const percent = (1e9 / (line.receivedBitNs[0] as number) / baud - 1) * 100;
    if (port.baudDetection === 'hardware') {
      expect(Math.abs(percent)).toBeLessThan(0.5); // what rounding BRR makes of it
    } else {
      expect(percent).toBeLessThanOrEqual(0);
      expect(percent).toBeGreaterThan(port.jitterPercent - 0.1);
    }
  });
});

describe('a VCP that does not reach the ROM', () => {
  const apart = romsUnderTest.flatMap(([name, rom]) => {
    const wire = romBoard(rom).uarts.find(({ role }) => role === 'vcp');
    return wire === undefined ? [] : [[name, wire.name, rom] as const];
  });

  test('is that of five boards', () => {
    expect([...new Set(apart.map(([, , { part }]) => part))].sort()).toEqual([
      'STM32C031C6',
      'STM32F042K6',
      'STM32F411RE',
      'STM32L011K4',
      'STM32L031K6',
    ]);
  });

  test.each(apart)('%s is not heard on %s', (_, wire, rom) => {
    const line = hostLine(romBoard(rom), wire);
    line.runMs(startMs(rom));
    expect(line.exchange([0x7f], 1, 20)).toEqual([]);
  });
});

describe('the time from start to the first 0x7F that is heard', () => {
  test.each(romsOf('STM32F411RE'))('%s: not after 73 ms, after 76 ms', (_, rom) => {
    const heardAfter = (ms: number): number[] => {
      const board = romBoard(rom);
      const line = hostLine(board, firstWire(rom.part));
      line.runMs(ms);
      return line.exchange([0x7f], 1, 1);
    };
    expect(heardAfter(73)).toEqual([]);
    expect(heardAfter(76)).toEqual([ACK]);
  });

  test.each(romsOf('STM32L476RG'))('%s waits for its LSE, which takes more than the 55 ms of a warm one', (_, rom) => {
    const board = romBoard(rom);
    const line = hostLine(board, firstWire(rom.part));
    line.runMs(100);
    expect(line.exchange([0x7f], 1, 1)).toEqual([]);
    line.runMs(2100);
    expect(line.exchange([0x7f], 1, 5)).toEqual([ACK]);
  });
});

test.each(romsOf('STM32L073RZ', 'STM32L476RG', 'STM32F091RC'))(
  '%s hears one port while another is held low',
  (_, rom) => {
    const board = romBoard(rom);
    const [heard, low] = romWires(board) as [string, string];
    const line = hostLine(board, heard);
    line.runMs(startMs(rom));
    board.uarts.find(({ name }) => name === low)?.setState('low');
    pass(board, 3);
    expect(line.exchange([0x7f], 1, 20)).toEqual([ACK]);
  },
);

test.each(romsOf('STM32F042K6', 'STM32F091RC'))('%s keeps SWD until the port on PA14 is chosen', (_, rom) => {
  const board = romBoard(rom);
  const line = hostLine(board, 'USART2@PA14');
  line.runMs(startMs(rom));
  expect(board.swd.reachable).toBe(true);
  expect(line.exchange([0x7f], 1, 20)).toEqual([ACK]);
  expect(board.swd.reachable).toBe(false);
});
