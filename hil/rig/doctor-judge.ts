import type { BoardWires } from '../board/bench-types.ts';
import { type Chip, romUsartOn } from '../chip/chip.ts';
import { chipNamed, chipsWithDevId } from '../chip/lookup.ts';
import { hex } from '../error/format-error.ts';
import type { Identity } from '../probe/identity.ts';
import type { BoardEvidence, ProbeSight, Seen } from './doctor-look.ts';
import { judgeOptions } from './doctor-options.ts';
import { attention, type Finding, failed, failure, ok } from './finding.ts';
import type { SerialHealth } from './serial-health.ts';

/** Where the boards of this project are specified; a Nucleo has 3.3 V. */
const SUPPLY_VOLTS = { low: 3.0, high: 3.6 } as const;
/** Below this the ST-Link's level shifters and OpenOCD call a target unpowered. */
const POWERED_VOLTS = 1.5;

/** Judges what was seen of one board. */
export function judge(wires: BoardWires, evidence: BoardEvidence): readonly Finding[] {
  const chip = chipNamed(wires.chip);
  const { openocd, probe, serial } = evidence;
  return [
    openocd.ok
      ? ok('OpenOCD', `${openocd.value.text}; 0.12 is the least`)
      : failure('OpenOCD', wires.board, openocd.error, 'install OpenOCD 0.12 or newer.'),
    ...(probe === undefined ? [] : judgeProbe(wires, chip, probe)),
    ...judgeSerial(wires, chip, serial),
  ];
}

function judgeProbe(wires: BoardWires, chip: Chip, probe: Seen<ProbeSight>): readonly Finding[] {
  const notReached = 'is the board plugged in and powered, and is no other program using its ST-Link?';
  if (!probe.ok) {
    return [
      failure('probe', wires.board, probe.error, notReached),
      attention('chip', 'not looked at: the probe does not reach it', 'cure the line above first.'),
    ];
  }
  const { facts, identity, options, empty, core } = probe.value;
  const serial = wires.probe.serial ?? 'without a serial';
  const found = ok('probe', [`ST-Link ${serial}`, facts.stlinkVersion, facts.usbId].filter(Boolean).join(', '));
  const lines = [found, judgeVoltage(facts.targetVolts)];
  if (!identity.ok) return [...lines, failure('chip', wires.board, identity.error, 'cycle the power of the board.')];
  lines.push(judgeChip(chip, identity.value));
  if (identity.value.devId === chip.identity.devId) {
    lines.push(ok('unique id', identity.value.uniqueId), judgeRom(chip, identity.value.romId));
    if (options !== undefined) {
      lines.push(
        ...(options.ok
          ? judgeOptions(chip, options.value, empty?.ok === true ? empty.value : undefined)
          : [failure('option bytes', wires.board, options.error, 'cycle the power of the board.')]),
      );
    }
    if (empty !== undefined && !empty.ok) {
      const advice = 'a readout-protected flash cannot be read: see the line `readout protection`.';
      lines.push(failure('EMPTY flag', wires.board, empty.error, advice));
    }
    if (core !== undefined) lines.push(judgeCore(wires, core, probe.value));
  }
  return lines;
}

function judgeVoltage(volts: number | undefined): Finding {
  const what = 'target voltage';
  const look = 'look at the power selector and the IDD jumper (JP3 or JP6) of the Nucleo.';
  if (volts === undefined) return attention(what, 'the ST-Link did not tell it', look);
  const saw = `${volts.toFixed(2)} V`;
  if (volts < POWERED_VOLTS) return failed(what, `${saw}: the target has no power`, look);
  if (volts < SUPPLY_VOLTS.low || volts > SUPPLY_VOLTS.high) {
    return attention(what, `${saw}; ${SUPPLY_VOLTS.low.toFixed(1)} to ${SUPPLY_VOLTS.high} V are expected`, look);
  }
  return ok(what, saw);
}

function judgeChip(chip: Chip, { devId, revisionId, flashKiB }: Identity): Finding {
  const what = 'chip';
  const revision = `revision ${hex(revisionId)}`;
  if (devId !== chip.identity.devId) {
    const others = chipsWithDevId(devId).map((other) => other.name);
    const names = others.length === 0 ? 'a part that is not known here' : others.join(' or ');
    return failed(
      what,
      `DEV_ID ${hex(devId)} (${names}), ${revision}; the rig file says ${chip.name}, which has ${hex(chip.identity.devId)}`,
      'compare board, ST-Link serial and `chip` of the rig file: one of them belongs to another board.',
    );
  }
  const expected = chip.flash.size / 1024;
  const saw = `${chip.name}: DEV_ID ${hex(devId)}, ${revision}, ${flashKiB} KiB of flash`;
  if (flashKiB === expected) return ok(what, saw);
  return failed(what, `${saw}; ${expected} KiB are expected`, 'name the part with that flash size in the rig file.');
}

function judgeRom(chip: Chip, romId: number): Finding {
  const what = 'ROM';
  const saw = `ID ${hex(romId)} at ${hex(chip.rom.idAddress)}`;
  const known = chip.rom.versions.find((version) => version.id === romId);
  if (known !== undefined) return ok(what, `${saw}: bootloader ${known.version}`);
  const listed = chip.rom.versions.map((version) => `${hex(version.id)} ${version.version}`).join(', ');
  return attention(
    what,
    `${saw}: AN2606 lists ${listed}; this one is a new measurement`,
    'keep this output: what this ROM does is worth publishing.',
  );
}

function judgeCore(wires: BoardWires, core: Seen<string>, sight: ProbeSight): Finding {
  const what = 'core';
  if (sight.notReleased !== undefined) {
    return failure(what, wires.board, sight.notReleased, 'cycle the power of the board.');
  }
  if (!core.ok) return failure(what, wires.board, core.error, 'cycle the power of the board.');
  if (core.value === 'halted' || sight.leftAs === 'halted') {
    return attention(what, 'found halted, left halted', 'end the debugger that halted it, or reset the board.');
  }
  if (core.value === 'locked up') {
    return attention(
      what,
      'locked up: a fault inside the HardFault handler; left as found, probe released',
      'flash an application that works; a suite does that by itself.',
    );
  }
  return ok(what, `${core.value}; left as found, probe released`);
}

function judgeSerial(wires: BoardWires, chip: Chip, serial: Seen<SerialHealth>): readonly Finding[] {
  const what = 'serial port';
  if (!serial.ok) {
    return [failure(what, wires.board, serial.error, 'correct `ports` of the board in the rig file.'), reach(chip)];
  }
  const { endpoint, device } = serial.value;
  const at = device === undefined || device === endpoint ? endpoint : `${endpoint} (now ${device})`;
  return [belongs(what, wires, endpoint, at), reach(chip)];
}

/** A stable name has the serial of the ST-Link in it; any other name may reach another board tomorrow. */
function belongs(what: string, wires: BoardWires, endpoint: string, at: string): Finding {
  const free = `${at}: there, permitted, free`;
  if (wires.probe.kind !== 'usb') return ok(what, free);
  const { serial } = wires.probe;
  if (endpoint.toLowerCase().includes(serial.toLowerCase())) return ok(what, `${free}, of the same ST-Link`);
  return attention(
    what,
    `${free}; its name does not show that it belongs to ST-Link ${serial}`,
    `name the port as /dev/serial/by-id/…${serial}…, unless it is an adapter that you wired yourself.`,
  );
}

function reach(chip: Chip): Finding {
  const what = 'port to ROM';
  const { vcp, console } = chip.board;
  const wiring =
    vcp === undefined
      ? `a ${chip.board.name} has no VCP; its console is on ${console.usart} (${console.tx}/${console.rx})`
      : `the VCP of a ${chip.board.name} is on ${vcp.usart} (${vcp.tx}/${vcp.rx})`;
  if (romUsartOn(chip, console) !== undefined) return ok(what, `${wiring}, where the ROM listens`);
  const usarts = chip.rom.usarts.map((usart) => `${usart.name} (${usart.tx}/${usart.rx})`).join(', ');
  return attention(
    what,
    `${wiring}; the ROM listens on ${usarts} only`,
    'wire an adapter to one of these and name its port in the rig file.',
  );
}
