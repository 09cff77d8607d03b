import type { BoardWires } from '../board/bench-types.ts';
import { type Chip, fieldOf } from '../chip/chip.ts';
import { chipNamed } from '../chip/lookup.ts';
import { hex } from '../error/format-error.ts';
import { isHilError } from '../error/hil-error.ts';
import { adviceFor } from '../error/hints.ts';
import { NO_PERMISSIONS } from '../guard/access.ts';
import { requireOpenOcd } from '../probe/openocd-version.ts';
import { openProbe, type Probe } from '../probe/probe.ts';
import { deadline } from '../trace/deadline.ts';
import { openSerialLine } from '../transport/open-serial-line.ts';
import { optionWordsInWords } from './option-words.ts';

/** One thing that was looked at. */
export interface Finding {
  readonly what: string;
  readonly ok: boolean;
  readonly found: string;
  /** The one thing to do, for what is not right. */
  readonly advice?: string;
}

const OPEN_LINE_MS = 3_000;

/** Looks at the host: what every board needs. */
export async function examineHost(openocd = 'openocd'): Promise<Finding> {
  return look('OpenOCD', async () => (await requireOpenOcd(openocd)).text);
}

/** Looks at one board without changing anything: hot attach, reads, and an opened serial port. */
export async function examineBoard(wires: BoardWires, openocd = 'openocd'): Promise<readonly Finding[]> {
  const chip = chipNamed(wires.chip);
  const findings: Finding[] = [];
  let probe: Probe | undefined;
  const attached = await look('probe', async () => {
    // Hot only: connecting under reset would restart what runs on the board.
    probe = await openProbe({
      chip,
      board: wires.board,
      permissions: NO_PERMISSIONS,
      address: wires.probe,
      ladder: ['hot'],
      openocd,
    });
    const facts = probe.facts();
    const volts = facts.targetVolts === undefined ? '' : `, target at ${facts.targetVolts.toFixed(2)} V`;
    return `ST-Link ${wires.probe.serial ?? ''} ${facts.stlinkVersion ?? ''}${volts}`.replace(/ +/g, ' ');
  });
  findings.push(attached);
  if (probe !== undefined) {
    try {
      findings.push(...(await examineChip(probe, chip)));
    } finally {
      await probe.close();
    }
  }
  findings.push(
    await look('serial port', async () => {
      const format = { baudRate: 115_200, dataBits: 8, parity: 'none', stopBits: 1 } as const;
      const line = await openSerialLine(
        wires.usart,
        format,
        deadline('opening the serial line', OPEN_LINE_MS, { board: wires.board }),
      );
      await line.close();
      return `${wires.usart} is there and free`;
    }),
  );
  return findings;
}

async function examineChip(probe: Probe, chip: Chip): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const identity = await probe.identity();
  const right = identity.devId === chip.identity.devId;
  findings.push({
    what: 'DEV_ID',
    ok: right,
    found: `${hex(identity.devId)}, revision ${hex(identity.revisionId)}, ${identity.flashKiB} KiB flash`,
    ...(right
      ? {}
      : {
          advice: `the rig file says ${chip.name} (${hex(chip.identity.devId)}): correct \`chip\`, or the probe's serial.`,
        }),
  });
  findings.push({ what: 'unique id', ok: true, found: identity.uniqueId });
  const version = chip.rom.versions.find((known) => known.id === identity.romId);
  findings.push({
    what: 'ROM ID',
    ok: version !== undefined,
    found: `${hex(identity.romId)}${version === undefined ? ', not listed for this part' : ` (${version.version})`}`,
    ...(version === undefined
      ? { advice: 'run the suites: what a ROM that is not listed does is a new measurement.' }
      : {}),
  });
  const words = await probe.readOptionWords();
  for (const text of optionWordsInWords(chip, words)) findings.push({ what: 'option bytes', ok: true, found: text });
  const optr = words.OPTR;
  const level = chip.optionBytes.words.find((word) => word.name === 'OPTR')?.fields.RDP;
  if (optr !== undefined && level !== undefined) {
    const rdp = fieldOf(optr, level);
    findings.push({
      what: 'readout protection',
      ok: rdp === 0xaa,
      found: rdp === 0xaa ? 'level 0' : rdp === 0xcc ? 'level 2' : 'level 1',
      ...(rdp === 0xaa ? {} : { advice: 'the ROM refuses to read and write at this level: use a board at level 0.' }),
    });
  }
  const { controller } = chip.flash;
  const [acr] = await probe.readMemory(controller.base + controller.registers.ACR, 32, 1);
  const [first] = await probe.readMemory(chip.flash.base, 32, 1);
  const empty = ((acr ?? 0) & controller.acr.EMPTY) !== 0;
  const erased = first === 0xffff_ffff;
  findings.push({
    what: 'EMPTY flag',
    ok: empty === erased,
    found: `${empty ? 'set' : 'clear'}, and the first word of flash is ${erased ? 'erased' : 'programmed'}`,
    ...(empty === erased
      ? {}
      : { advice: 'cycle the power: the flag follows the flash only at power-on and option load.' }),
  });
  return findings;
}

async function look(what: string, action: () => Promise<string>): Promise<Finding> {
  try {
    return { what, ok: true, found: await action() };
  } catch (error) {
    const found = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    const advice = isHilError(error) ? adviceFor(error)[0] : undefined;
    return { what, ok: false, found, ...(advice === undefined ? {} : { advice }) };
  }
}
