import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BoardWires } from '../board/bench-types.ts';
import { type Chip, romUsartOn } from '../chip/chip.ts';
import { chipNamed } from '../chip/lookup.ts';
import { HilError } from '../error/hil-error.ts';
import { type Lease, takeLease } from './lease.ts';
import { firmwareFor } from './paths.ts';
import type { BoardEntry, Rig, VirtualBoardEntry } from './rig.ts';
import { type Session, writeSession } from './session.ts';
import { startVirtualBoards, type VirtualEndpoints, type VirtualProcess } from './virtual-process.ts';

/** A rig that is up: boards leased, virtual ones running, the session file written. */
export interface RunningRig {
  readonly session: Session;
  /** Settles, with the reason, when something that the boards need ends by itself. Never rejects. */
  readonly broken: Promise<string>;
  stop(): Promise<void>;
}

export interface StartRigOptions {
  /** Names of boards; all of the rig if absent. */
  readonly boards?: readonly string[];
  readonly reports: string;
  /** How long to wait for a board that another process uses, in ms. */
  readonly leaseMs?: number;
  /** Called before a real board is used for the first time; throws to refuse. */
  readonly beforeRealBoard?: (wires: BoardWires, entry: BoardEntry) => Promise<void>;
}

const LEASE_MS = 10_000;

/** @throws HilError 612 (no such board), 613 (firmware not built), 502 (board in use), 240 (virtual boards) */
export async function startRig(rig: Rig, options: StartRigOptions): Promise<RunningRig> {
  const entries = chooseBoards(rig, options.boards);
  for (const entry of entries) requireFirmware(entry);
  const leases: Lease[] = [];
  let virtual: VirtualProcess | undefined;
  let stopping = false;
  const stop = async (): Promise<void> => {
    stopping = true;
    await virtual?.stop();
    await Promise.all(leases.map((lease) => lease.release()));
  };
  try {
    for (const entry of entries) {
      if (entry.kind === 'real')
        leases.push(await takeLease(`probe ${entry.probeSerial}`, `board ${entry.name}`, options.leaseMs ?? LEASE_MS));
    }
    const virtualNames = entries.filter((entry) => entry.kind === 'virtual').map((entry) => entry.name);
    const logs = join(options.reports, 'input-logs');
    mkdirSync(logs, { recursive: true });
    if (virtualNames.length > 0) virtual = await startVirtualBoards(rig.file, virtualNames, { inputLogs: logs });
    const boards = entries.map((entry) => wiresOf(entry, virtual?.endpoints.get(entry.name)));
    for (const [i, entry] of entries.entries()) {
      const wires = boards[i];
      if (entry.kind === 'real' && wires !== undefined) await options.beforeRealBoard?.(wires, entry);
    }
    const session: Session = {
      id: new Date().toISOString().replace(/[:.]/g, '-'),
      reports: options.reports,
      boards,
      allowedSkips: rig.allowedSkips,
    };
    writeSession(join(options.reports, 'session.json'), session);
    const broken = new Promise<string>((resolve) => {
      void virtual?.ended.then((how) => {
        if (!stopping) resolve(`the process of the virtual boards ended: ${how}`);
      });
    });
    return { session, broken, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** @throws HilError 612 for a name that the rig does not have */
export function chooseBoards(rig: Rig, names: readonly string[] | undefined): readonly BoardEntry[] {
  if (names === undefined || names.length === 0) return rig.boards;
  return names.map((name) => {
    const entry = rig.boards.find((board) => board.name === name);
    if (entry === undefined) {
      const known = rig.boards.map((board) => board.name);
      throw new HilError(612, `no board is named '${name}' in ${rig.file}; there are ${known.join(', ')}`, {
        blame: 'test',
        context: { name, known },
      });
    }
    return entry;
  });
}

function requireFirmware(entry: BoardEntry): void {
  const firmware = firmwareFor(entry.chip);
  const needed = [...Object.values(firmware.images), ...(entry.kind === 'virtual' ? [firmware.rom(entry.romId)] : [])];
  const missing = needed.filter((path) => !existsSync(path));
  if (missing.length > 0) {
    throw new HilError(613, `${entry.name}: ${missing.join(', ')} is not there`, {
      blame: 'rig',
      context: { missing },
    });
  }
}

/** What is needed to reach a board, virtual or real. */
export function wiresOf(entry: BoardEntry, endpoints: VirtualEndpoints | undefined): BoardWires {
  const common = {
    board: entry.name,
    chip: entry.chip,
    permissions: entry.permissions,
    images: firmwareFor(entry.chip).images,
  };
  const chip = chipNamed(entry.chip);
  if (entry.kind === 'real') {
    const shared = romUsartOn(chip, chip.board.console);
    // Where somebody wired an adapter is not written down; the first port AN2606 lists is the one that users take.
    const port = entry.rom === undefined ? shared : chip.rom.usarts.find((usart) => usart !== shared);
    return {
      ...common,
      kind: 'real',
      probe: { kind: 'usb', serial: entry.probeSerial },
      console: entry.usart,
      ...(entry.usb === undefined ? {} : { usb: entry.usb === 'auto' ? 'usb' : `usb:${entry.usb}` }),
      ...(port === undefined ? {} : { rom: entry.rom ?? entry.usart, romUsart: port.name }),
    };
  }
  if (endpoints === undefined) {
    throw new HilError(240, `${entry.name}: \`hil virtual\` named no endpoints for it`, { blame: 'rig' });
  }
  const console = endpoints.uart.find((uart) => uart.role !== 'rom') ?? endpoints.uart[0];
  if (console === undefined) {
    throw new HilError(240, `${entry.name}: \`hil virtual\` named no serial line for it`, { blame: 'rig' });
  }
  const rom = romPortOf(entry, endpoints, console);
  return {
    ...common,
    kind: 'virtual',
    probe: { kind: 'tcp', port: endpoints.stlink.port, serial: endpoints.stlink.serial },
    console: console.line,
    ...(rom === undefined ? {} : { rom: rom.line, ...romUsartNamed(chip, rom.name) }),
    ...(endpoints.usbip === null ? {} : { usb: usbIpText(endpoints.usbip) }),
    control: endpoints.control,
    romId: entry.romId,
  };
}

function usbIpText({ host, port, busid }: NonNullable<VirtualEndpoints['usbip']>): string {
  return `usbip://${host}:${port}/${busid}`;
}

type Uart = VirtualEndpoints['uart'][number];

/** Line of the wire on which the ROM is spoken to. @throws HilError 616 for a name that the board does not have */
function romPortOf(entry: VirtualBoardEntry, { uart }: VirtualEndpoints, console: Uart): Uart | undefined {
  const reaching = uart.filter(({ role }) => role !== 'vcp');
  if (entry.romPort === 'none') return undefined;
  if (entry.romPort !== undefined) {
    const named = reaching.find(({ name }) => name === entry.romPort);
    if (named !== undefined) return named;
    throw new HilError(
      616,
      `${entry.name}: no wire called '${entry.romPort}' reaches the ROM of the ${entry.chip}; there are ${reaching.map(({ name }) => name).join(', ')}, and none`,
      { blame: 'rig', context: { romPort: entry.romPort } },
    );
  }
  return console.role === 'both' ? console : reaching[0];
}

/** A wire is named for its USART, with the TX pin behind it where two wires end at the same one (docs/wires.md). */
function romUsartNamed(chip: Chip, wire: string): Pick<BoardWires, 'romUsart'> {
  const port = chip.rom.usarts.find(({ name, tx }) => wire === name || wire === `${name}@${tx}`);
  return port === undefined ? {} : { romUsart: port.name };
}
