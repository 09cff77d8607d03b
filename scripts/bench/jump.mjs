// From the command `jump` on the application's console to the ROM's ACK, and to its positive proof.
import { consoleUart, withBoard } from './boards.mjs';
import { figure, plain } from './figures.mjs';
import { handoverElf, product } from './product.mjs';

const JUMPS = 5;

async function jumps(ready) {
  const { createBench } = await product('board/create-bench');
  const { followLag } = await product('board/board-lag');
  const { createRecorder } = await product('trace/recorder');
  const { createLink } = await product('bootloader/an3155/link');
  const { synchronise } = await product('bootloader/an3155/sync');
  const { openSerialLine } = await product('transport/open-serial-line');
  const { openConsole, CONSOLE_FORMAT } = await product('board/console');
  const { deadline } = await product('trace/deadline');
  const board = ready.board;
  const wires = {
    board,
    chip: 'STM32G070RB',
    kind: 'virtual',
    permissions: { erase: 'mass', write_protection: false, option_bytes: false, rdp1: false },
    probe: { kind: 'tcp', port: ready.stlink.port, serial: ready.stlink.serial },
    console: consoleUart(ready).line,
    rom: consoleUart(ready).line,
    romUsart: consoleUart(ready).name,
    control: ready.control,
    images: { handover: handoverElf },
  };
  const lag = await followLag(wires);
  const scope = { board, signal: new AbortController().signal, ...lag, recorder: createRecorder() };
  const limit = () => deadline('one step of the jump', 5000, scope);
  const proofs = [];
  const acks = [];

  const bench = await createBench(wires, scope);
  try {
    for (let i = 0; i < JUMPS; i++) {
      const application = await bench.flash('handover');
      const started = performance.now();
      await application.enterBootloader();
      proofs.push(performance.now() - started);
    }
    await bench.flash('handover');
  } finally {
    await bench.close();
  }

  const line = await openSerialLine(wires.console, CONSOLE_FORMAT, limit());
  try {
    const speaking = openConsole(line, scope);
    await speaking.awaitStart(limit());
    const started = performance.now();
    await speaking.command('jump');
    speaking.close();
    await line.setFormat({ parity: 'even' }, limit());
    await synchronise(createLink(line, scope));
    acks.push(performance.now() - started);
  } finally {
    await line.close();
  }
  return { acks, proofs };
}

export async function measureJump({ runs }) {
  const all = { acks: [], proofs: [] };
  for (let i = 0; i < runs; i++) {
    const { acks, proofs } = await withBoard({ flashPath: handoverElf }, jumps);
    all.acks.push(...acks);
    all.proofs.push(...proofs);
  }
  const common = { unit: 'ms', show: plain(1), better: 'lower' };
  return [
    figure({ ...common, what: "jump command to the ROM's ACK of 0x7F", values: all.acks }),
    figure({ ...common, what: 'jump command to the ROM with positive proof', values: all.proofs }),
  ];
}
