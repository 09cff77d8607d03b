import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { BoardWires } from '../board/bench-types.ts';
import { chipNamed } from '../chip/lookup.ts';
import { DHCSR } from '../probe/debug-registers.ts';
import { openProbe } from '../probe/probe.ts';
import { deadline } from '../trace/deadline.ts';
import { openSerialLine } from '../transport/open-serial-line.ts';
import { type Bench, repository, startBench } from '../virtual/interop/judges.ts';
import { readInputLog } from '../virtual/wire/input-log.ts';
import { examine } from './doctor.ts';
import type { Finding } from './finding.ts';
import { holdFirstContact } from './first-contact.ts';
import type { RealBoardEntry } from './rig.ts';

/** The doctor, through stock OpenOCD and the serial line, on a virtual board that runs the application under test. */
const HANDOVER = join(repository, 'build/firmware/handover/stm32g070rb.elf');
const LIMIT_MS = 120_000;

let bench: Bench;
let scratch: string;
let inputLog: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'doctor-'));
  inputLog = join(scratch, 'input.jsonl');
});
afterEach(async () => {
  await bench.stop();
  rmSync(scratch, { recursive: true });
});

async function start(spec: Parameters<typeof startBench>[0] = {}): Promise<BoardWires> {
  bench = await startBench({ flash: readFlash(), ...spec, inputLog });
  const vcp = bench.ready.uart.find((uart) => uart.role === 'both');
  if (vcp === undefined) throw new Error('no VCP');
  return {
    board: bench.ready.board,
    chip: 'STM32G070RB',
    kind: 'virtual',
    permissions: { erase: 'none', write_protection: false, option_bytes: false, rdp1: false },
    probe: { kind: 'tcp', port: bench.ready.stlink.port, serial: bench.ready.stlink.serial },
    console: vcp.line,
    rom: vcp.line,
    control: bench.ready.control,
    images: {},
  };
}

function readFlash(): Uint8Array {
  return new Uint8Array(readFileSync(HANDOVER.replace(/\.elf$/, '.bin')));
}

const troubles = (findings: readonly Finding[]): readonly (readonly [string, Finding['verdict']])[] =>
  findings.filter(({ verdict }) => verdict !== 'ok').map(({ what, verdict }) => [what, verdict]);
const saw = (findings: readonly Finding[], what: string): string | undefined =>
  findings.find((finding) => finding.what === what)?.saw;

describe('a board that runs', () => {
  test(
    'is found right in every line, and is not disturbed: no reset, no halt, no byte on its line, running afterwards',
    async () => {
      const wires = await start();
      const before = await bench.control({ op: 'status' });
      const findings = await examine(wires);
      expect(troubles(findings)).toEqual([]);
      expect(saw(findings, 'ROM')).toBe('ID 0xB4 at 0x1FFF_6FFE: bootloader V11.4');
      expect(saw(findings, 'core')).toMatch(/^(running|sleeping); left as found, probe released$/);
      expect((await bench.control({ op: 'status' })).resets).toEqual(before.resets);
      await bench.control({ op: 'log' });
      const inputs = readInputLog(inputLog).entries.map(({ input }) => input);
      expect(new Set(inputs.map((input) => input.in))).toEqual(new Set(['wire', 'probe']));
      const written = inputs.flatMap((input) => (input.in === 'probe' ? writeOf(input.command, input.data) : []));
      expect(written.filter(({ address }) => !isDebugRegister(address))).toEqual([]);
      const controls = written.filter(({ address }) => address === DHCSR).map(({ data }) => data);
      // C_HALT is bit 1. The first write is OpenOCD's C_DEBUGEN, the last one takes it back.
      expect(controls.filter((data) => (data & 2) !== 0)).toEqual([]);
      expect(controls.at(-1)).toBe(0xa05f_0000);
      expect((await bench.openocd('hla', ['targets'])).text).toMatch(/stm32g0x\.cpu.*running/);
    },
    LIMIT_MS,
  );

  test(
    'and that somebody halted stays halted',
    async () => {
      const wires = await start();
      await bench.openocd('hla', ['halt']);
      const findings = await examine(wires);
      expect(troubles(findings)).toEqual([['core', 'attention']]);
      expect((await bench.openocd('hla', ['targets'])).text).toMatch(/stm32g0x\.cpu.*halted/);
    },
    LIMIT_MS,
  );

  test(
    'whose probe and line are in use is told so, and its users keep them',
    async () => {
      const wires = await start();
      const chip = chipNamed(wires.chip);
      const probe = await openProbe({ chip, board: 'user', permissions: wires.permissions, address: wires.probe });
      const format = { baudRate: 115_200, dataBits: 8, parity: 'none', stopBits: 1 } as const;
      const line = await openSerialLine(wires.console, format, deadline('opening the line', 5_000));
      try {
        const findings = await examine(wires);
        expect(troubles(findings)).toEqual([
          ['probe', 'failed'],
          ['chip', 'attention'],
          ['serial port', 'failed'],
        ]);
        expect(saw(findings, 'probe')).toContain('in use by another program');
        expect(saw(findings, 'serial port')).toContain('is in use by 127.0.0.1');
        expect((await probe.identity()).devId).toBe(0x460);
      } finally {
        await line.close();
        await probe.close();
      }
    },
    LIMIT_MS,
  );
});

describe('a board in trouble', () => {
  test(
    'without power is told as that',
    async () => {
      const wires = await start();
      await bench.control({ op: 'power', on: false });
      const findings = await examine(wires);
      expect(findings.find(({ what }) => what === 'probe')).toMatchObject({
        verdict: 'failed',
        saw: expect.stringContaining('the target has no power'),
        oneThingToDo: expect.stringContaining('power the target'),
      });
    },
    LIMIT_MS,
  );

  test(
    'in readout protection level 1 is told as that, whatever else cannot be read then',
    async () => {
      const wires = await start();
      await bench.openocd('hla', [
        'halt',
        'stm32l4x option_write 0 0x20 0x000000bb 0x000000ff',
        'stm32l4x option_load 0',
      ]);
      await bench.control({ op: 'power', on: false });
      await bench.control({ op: 'power', on: true });
      const findings = await examine(wires);
      expect(findings.find(({ what }) => what === 'readout protection')).toMatchObject({
        verdict: 'failed',
        saw: expect.stringContaining('RDP 0xBB: level 1'),
      });
    },
    LIMIT_MS,
  );

  test(
    'that was flashed behind the back of its EMPTY flag is told that every reset boots the ROM',
    async () => {
      const wires = await start({ blank: true });
      await bench.openocd('hla', ['reset halt', `program ${HANDOVER} verify`]);
      const findings = await examine(wires);
      expect(findings.find(({ what }) => what === 'EMPTY flag')).toMatchObject({
        verdict: 'attention',
        saw: expect.stringContaining('every reset boots the ROM'),
      });
      expect(saw(findings, 'next reset boots')).toBe('system memory, because the flash counts as empty');
    },
    LIMIT_MS,
  );
});

test(
  'a first contact saves the flash as it is on the board, and the board goes on',
  async () => {
    const wires = await start();
    const entry: RealBoardEntry = {
      kind: 'real',
      name: wires.board,
      chip: wires.chip,
      probeSerial: bench.ready.stlink.serial,
      usart: wires.console,
      power: 'none',
      permissions: { ...wires.permissions, erase: 'pages' },
    };
    const before = await bench.control({ op: 'status' });
    const contact = holdFirstContact(wires, entry, { reports: scratch, agreed: false, ask: undefined });
    await expect(contact).rejects.toMatchObject({ code: 614 });
    const folder = join(scratch, 'first-contact', entry.probeSerial);
    const uid = (saw(await examine(wires), 'unique id') ?? '').trim();
    const saved = new Uint8Array(readFileSync(join(folder, `${uid}.flash.bin`)));
    const program = readFlash();
    expect(saved).toHaveLength(128 * 1024);
    expect(saved.subarray(0, program.length)).toEqual(program);
    expect(existsSync(join(folder, `${uid}.json`))).toBe(true);
    expect((await bench.control({ op: 'status' })).resets).toEqual(before.resets);
  },
  LIMIT_MS,
);

/** A write of 32-bit words through the ST-LINK (command F2 08 with address and length), as the board's input log has it. */
function writeOf(command: string, data: string | undefined): readonly { address: number; data: number }[] {
  const bytes = Buffer.from(command, 'hex');
  if (bytes[0] !== 0xf2 || bytes[1] !== 0x08 || data === undefined) return [];
  return [{ address: bytes.readUInt32LE(2), data: Buffer.from(data, 'hex').readUInt32LE(0) }];
}

/** System space of the core, DBGMCU, and the bit of RCC that clocks DBGMCU. */
function isDebugRegister(address: number): boolean {
  return address >= 0xe000_0000 || (address >= 0x4001_5800 && address <= 0x4001_580c) || address === 0x4002_103c;
}
