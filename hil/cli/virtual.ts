import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { askControl } from '../board/control-channel.ts';
import { chipNamed } from '../chip/lookup.ts';
import { availableTargetScript, targetScript } from '../probe/openocd-scripts.ts';
import { loadRig } from '../rig/load-rig.ts';
import { firmwareFor } from '../rig/paths.ts';
import type { BoardEntry, VirtualBoardEntry } from '../rig/rig.ts';
import { chooseBoards } from '../rig/supervisor.ts';
import { deadline } from '../trace/deadline.ts';
import type { BoardSpec, ReadyLine } from '../virtual/host-types.ts';
import { startBoards, toldToEnd } from '../virtual/main.ts';
import { DEFAULT_RIG } from './defaults.ts';

const PLUG_MS = 2_000;

interface VirtualOptions {
  readonly rig: string;
  readonly board?: string[];
  readonly blank?: boolean;
  readonly json?: boolean;
  readonly parentPipe?: boolean;
  readonly inputLogs?: string;
  readonly usb?: boolean;
}

/** `hil virtual`: keeps virtual boards up until it is told to end. */
export function addVirtual(program: Command): void {
  program
    .command('virtual')
    .description(
      'keep virtual boards up; prints their endpoints and how to reach them with gdb, OpenOCD and stm32flash',
    )
    .option('--rig <file>', 'rig file', DEFAULT_RIG)
    .option('--board <name...>', 'boards of the rig file; all virtual ones if not given')
    .option('--blank', 'start with erased flash: a part with an empty check then boots its ROM')
    .option('--json', 'print one JSON line per board that is ready, for programs')
    .option('--usb', 'plug the USB cables of the targets in: a ROM or application on USB then enumerates')
    .option('--parent-pipe', 'end when standard input closes, so that a killed parent leaves no boards')
    .option('--input-logs <folder>', "write each board's input log there")
    .action(async (options: VirtualOptions) => {
      const rig = loadRig(options.rig);
      const entries = chooseBoards(rig, options.board).filter(isVirtual);
      if (options.inputLogs !== undefined) mkdirSync(options.inputLogs, { recursive: true });
      const told = toldToEnd({ parentPipe: options.parentPipe === true });
      const scripts = options.json === true ? new Map<string, string>() : await scriptsFor(entries);
      const running = await startBoards(
        entries.map((entry) => specOf(entry, options)),
        {
          onReady: (line) =>
            process.stdout.write(
              options.json === true ? `${JSON.stringify(line)}\n` : `${describeBoard(line, entries, scripts)}\n`,
            ),
        },
      );
      if (options.usb === true) await plugIn(running.boards);
      if (options.json !== true) process.stdout.write('All boards are up. Ctrl-C ends them.\n');
      await told;
      await running.stop();
    });
}

async function plugIn(lines: readonly ReadyLine[]): Promise<void> {
  for (const { board, control, usbip } of lines) {
    if (usbip === null) continue;
    await askControl({ board, control }, { op: 'usb', plugged: true }, deadline('plugging USB in', PLUG_MS, { board }));
  }
}

function isVirtual(entry: BoardEntry): entry is VirtualBoardEntry {
  return entry.kind === 'virtual';
}

function specOf(entry: VirtualBoardEntry, options: VirtualOptions): BoardSpec {
  const firmware = firmwareFor(entry.chip);
  const { handover } = firmware.images;
  return {
    name: entry.name,
    model: chipNamed(entry.chip).board.name,
    romId: entry.romId,
    blank: entry.blank || options.blank === true,
    romPath: firmware.rom(entry.romId),
    seed: entry.seed,
    ...(handover === undefined ? {} : { flashPath: handover }),
    ...(options.inputLogs === undefined ? {} : { inputLog: join(resolve(options.inputLogs), `${entry.name}.jsonl`) }),
  };
}

/** The target script that this machine's OpenOCD can take, by part; none where there is no OpenOCD. */
async function scriptsFor(entries: readonly VirtualBoardEntry[]): Promise<ReadonlyMap<string, string>> {
  const scripts = new Map<string, string>();
  for (const { chip } of entries) {
    const found = await availableTargetScript(chipNamed(chip)).catch(() => undefined);
    if (found !== undefined) scripts.set(chip, found.script);
  }
  return scripts;
}

/** What a person needs to reach a board with tools they know. */
export function describeBoard(
  line: ReadyLine,
  entries: readonly VirtualBoardEntry[],
  scripts: ReadonlyMap<string, string>,
): string {
  const entry = entries.find((candidate) => candidate.name === line.board);
  const rom =
    entry === undefined ? '' : `, ROM 0x${entry.romId.toString(16).toUpperCase()}${entry.blank ? ', blank' : ''}`;
  const image = entry === undefined ? 'firmware.elf' : (firmwareFor(entry.chip).images.handover ?? 'firmware.elf');
  const openocd = [
    'openocd -c "bindto 127.0.0.1" -f interface/stlink.cfg',
    `-c "hla_stlink_backend tcp ${line.stlink.port}" -c "adapter serial ${line.stlink.serial}"`,
    ...(entry === undefined ? [] : [`-f ${scripts.get(entry.chip) ?? targetScript(chipNamed(entry.chip)).script}`]),
  ].join(' ');
  const uarts = line.uart.flatMap((uart) => [
    `  ${uart.name} (${{ vcp: 'console', rom: 'ROM', both: 'console and ROM' }[uart.role]}): ${uart.line}${uart.pty === null ? '' : `  ${uart.pty}`}`,
  ]);
  const pty = line.uart.find((uart) => uart.role !== 'vcp' && uart.pty !== null)?.pty;
  return [
    `${line.board} (${entry?.chip ?? 'virtual'}${rom})`,
    `  ST-Link over TCP: ${line.stlink.host}:${line.stlink.port}, serial ${line.stlink.serial}`,
    ...uarts,
    ...(line.usbip === null
      ? []
      : [
          `  USB (--usb plugs the cable in): usbip://${line.usbip.host}:${line.usbip.port}/${line.usbip.busid}   usbip --tcp-port ${line.usbip.port} attach -r ${line.usbip.host} -b ${line.usbip.busid}`,
        ]),
    `  control (JSON lines): ${line.control.host}:${line.control.port}`,
    `  OpenOCD:   ${openocd}`,
    `  gdb:       gdb-multiarch ${image} -ex "target extended-remote :3333"   (with that OpenOCD running)`,
    ...(pty == null
      ? []
      : [`  stm32flash: stm32flash -m 8n1 -b 115200 ${pty}   (once the ROM runs: a blank board, or after the jump)`]),
  ].join('\n');
}
