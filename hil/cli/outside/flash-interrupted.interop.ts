import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { keepFlashRecord, readBrokenOff } from '../../app/flash/broken-off.ts';
import { type FlashReport, flashOverDfu } from '../../app/flash/flash-over-dfu.ts';
import type { FlashStageId, FlashStageResult } from '../../app/flash/flash-stage.ts';
import type { BoardWires } from '../../board/bench-types.ts';
import type { Progress } from '../../bootloader/rom-session.ts';
import { pageCount, type RomUsb } from '../../chip/chip.ts';
import { chipNamed } from '../../chip/lookup.ts';
import type { Permissions } from '../../guard/access.ts';
import { loadImage } from '../../image/load.ts';
import { type LaneState, openTestRun } from '../../jest/test-run.ts';
import { openProbe } from '../../probe/probe.ts';
import { lookHot } from '../../rig/hot-look.ts';
import { firmwareFor, hilCommand, packageRoot } from '../../rig/paths.ts';
import { deadline } from '../../trace/deadline.ts';
import { until } from '../../trace/wait.ts';
import { openUsbBus } from '../../transport/usb/open-usb-bus.ts';
import { startUsbBench, type UsbBench } from '../../virtual/interop/usb-bench.ts';
import { createRescue } from '../flash-rescue.ts';

/**
 * A download is broken off at every tenth block, and in the middle of the erase: the cable is pulled, the power goes, the tool is killed.
 * Each time the same command is given again, and by nobody's help ends in a verified image and a running application. What was
 * programmed when it broke off, the probe says.
 */

/** The F411 erases by sectors of 16 KB and takes 0.25 s for each, so its image is three of them. */
const BOARDS = [
  { part: 'STM32G0B1RE', blocks: 40, erasedWhenCut: 10, comesUpInRom: true },
  { part: 'STM32F411RE', blocks: 20, erasedWhenCut: 1, comesUpInRom: false },
] as const;
const permissions: Permissions = { erase: 'pages', write_protection: false, option_bytes: false, rdp1: false };
/** Boards share two cores with whatever else a machine runs. */
const LONG_MS = 240_000;
/** How far a board may go on between the block at which the fault is asked for, and the fault. */
const LATE_BLOCKS = 6;

interface Fault {
  readonly phase: 'erase' | 'write';
  /** Pages or bytes. */
  readonly done: number;
}

describe.each(BOARDS)('$part', ({ part, blocks, erasedWhenCut, comesUpInRom }) => {
  const chip = chipNamed(part);
  const { base, erasedByte } = chip.flash;
  const { wTransferSize } = chip.rom.usb as RomUsb;

  const folder = mkdtempSync(join(tmpdir(), 'hil-flash-interrupted-'));
  const imageFile = join(folder, 'image.bin');
  const record = join(folder, 'flash', `${part}.json`);
  const faults: readonly Fault[] = [
    { phase: 'erase', done: erasedWhenCut },
    ...Array.from({ length: Math.ceil(blocks / 10) - 1 }, (_, i) => ({
      phase: 'write' as const,
      done: (i + 1) * 10 * wTransferSize,
    })),
  ];
  let image: Uint8Array;
  let board: UsbBench;
  let wires: BoardWires;
  const endpoint = () => `usbip://${board.usbip.host}:${board.usbip.port}/${board.usbip.busid}`;

  beforeAll(async () => {
    image = imageOf(part, base, blocks * wTransferSize);
    writeFileSync(imageFile, image);
    board = await startUsbBench(chip, { blank: false, flash: image });
    const { stlink, uart, control } = board.ready;
    wires = {
      board: part,
      chip: part,
      kind: 'virtual',
      permissions,
      probe: { kind: 'tcp', port: stlink.port, serial: stlink.serial },
      console: uart[0]?.line as string,
      usb: endpoint(),
      control,
      images: firmwareFor(part).images,
    };
    await board.plug(true);
  }, 60_000);
  afterAll(async () => {
    await board?.stop();
    rmSync(folder, { recursive: true });
  });

  /** `hil flash`, in this process. */
  async function flash(
    options: { readonly rescuedWith?: BoardWires; readonly onProgress?: (progress: Progress) => void } = {},
  ): Promise<FlashReport> {
    const scope = { board: part };
    const earlier = readBrokenOff(record, () => false);
    const note = keepFlashRecord(record, { board: part, chip: part, ...(earlier === undefined ? {} : { earlier }) });
    const bus = openUsbBus(endpoint());
    try {
      const report = await flashOverDfu({
        board: part,
        chip,
        permissions,
        bus,
        scope,
        segments: [{ address: base, bytes: image }],
        start: base,
        leave: true,
        waitMs: 1500,
        ...(earlier === undefined ? {} : { earlier }),
        ...(options.rescuedWith === undefined ? {} : { rescue: createRescue(options.rescuedWith, scope, base) }),
        onSeen: (what, device) => note({ [what]: device }),
        onStage: (stage) => note({}, stage),
        onProgress: (progress) => {
          note({ progress });
          options.onProgress?.(progress);
        },
      });
      note({ verdict: report.verdict });
      return report;
    } finally {
      await bus.close();
    }
  }

  /** From power-on, until the application is on the bus. The ROM's leave of a G0B1 shuts the debug port, which a reset opens. */
  async function restart(): Promise<void> {
    await board.control({ op: 'power', on: false });
    await board.control({ op: 'power', on: true });
    await board.plug(true);
  }

  /** What is in the flash, by the probe, and where the core is. */
  async function look() {
    const { result } = await lookHot(wires, async (probe) => ({
      bytes: await probe.readBytes(base, image.length),
      where: (await probe.inspect()).where,
    }));
    const isBlank = (block: number): boolean =>
      result.bytes.subarray(block * wTransferSize, (block + 1) * wTransferSize).every((byte) => byte === erasedByte);
    return {
      ...result,
      written: Array.from({ length: blocks }, (_, i) => i).filter((i) => !isBlank(i)).length,
      startsNothing: isBlank(0),
    };
  }

  /** Breaks a download off, and proves it by what the flash then holds. */
  async function breakOff(fault: Fault, how: () => Promise<unknown>): Promise<FlashReport> {
    let fired: Promise<unknown> | undefined;
    const report = await flash({
      rescuedWith: wires,
      onProgress: ({ phase, done }) => {
        if (phase === fault.phase && done >= fault.done) fired ??= how();
      },
    });
    expect(fired).toBeDefined();
    await fired;
    return report;
  }

  async function expectBrokenOffAt(fault: Fault): Promise<void> {
    const { written, startsNothing } = await look();
    expect(startsNothing).toBe(true);
    const [least, most] = fault.phase === 'write' ? [fault.done / wTransferSize, blocks] : [0, blocks];
    expect(written).toBeGreaterThanOrEqual(least);
    expect(written).toBeLessThan(Math.min(most, least + (fault.phase === 'write' ? LATE_BLOCKS : blocks)));
  }

  async function expectWhole(report: FlashReport): Promise<void> {
    expect(report.stages.map(({ id, verdict }) => `${id} ${verdict}`)).toEqual([
      'found passed',
      'detached not asked for',
      'entered passed',
      'written passed',
      'left passed',
      'back passed',
    ]);
    await restart();
    const { bytes, where } = await look();
    expect(Buffer.from(bytes).equals(Buffer.from(image))).toBe(true);
    expect(where).toBe('flash');
  }

  const errorOf = ({ stages }: FlashReport) => stages.find(({ verdict }) => verdict === 'failed')?.error;
  const evidence = ({ stages }: { stages: readonly FlashStageResult[] }, id: FlashStageId): string =>
    stages.find((stage) => stage.id === id)?.evidence.join('\n') ?? '';

  const wordsOf: Readonly<Record<Fault['phase'], RegExp>> = {
    erase: /broke off when asked to (erase the page|go to|write)/,
    write: /broke off when asked to (write \d+ bytes|go to) (at )?0x0800_/,
  };

  test(
    'the cable is pulled: the next run takes the ROM over from whatever it was at',
    async () => {
      for (const fault of faults) {
        const broken = await breakOff(fault, () => board.control({ op: 'usb', plugged: false }));
        expect(errorOf(broken)).toMatchObject({ code: 252 });
        expect(errorOf(broken)?.text).toMatch(wordsOf[fault.phase]);
        expect(evidence(broken, 'written')).toMatch(/(erase|write) was at \d+ of \d+ (pages|bytes) when it broke off/);
        await expectBrokenOffAt(fault);
        await board.plug(true);
        const next = await flash();
        expect(evidence(next, 'found')).toMatch(/the last run of .* broke off in 'erased, wrote and read back'/);
        expect(evidence(next, 'entered')).toMatch(/a transfer that broke off/);
        await expectWhole(next);
      }
    },
    LONG_MS,
  );

  test(
    'the power goes: where the empty flash does not lead into the ROM, the error names the hand, and a rig has it',
    async () => {
      for (const fault of faults) {
        const broken = await breakOff(fault, () => board.control({ op: 'power', on: false }));
        expect(errorOf(broken)).toMatchObject({ code: 252 });
        await board.control({ op: 'power', on: true });
        await expectBrokenOffAt(fault);
        if (!comesUpInRom && fault.phase === 'erase') {
          const alone = await flash();
          expect(errorOf(alone)).toMatchObject({ code: 261 });
          expect(errorOf(alone)?.text).toMatch(/Hold BOOT0 high, press and let go of reset, run the same command/);
        }
        const next = await flash({ rescuedWith: wires });
        expect(evidence(next, 'found')).toMatch(comesUpInRom ? /the ROM runs already/ : /no vector table is there/);
        await expectWhole(next);
      }
    },
    LONG_MS,
  );

  /** How far a process says in its record that it is. */
  function progressOf(process: number | undefined): Progress | undefined {
    if (!existsSync(record)) return undefined;
    const { pid, progress } = JSON.parse(readFileSync(record, 'utf8')) as { pid: number; progress?: Progress };
    return pid === process ? progress : undefined;
  }

  /** `hil flash` as a process of its own, which a signal meets when it has come so far. */
  async function command(signal?: NodeJS.Signals, fault?: Fault) {
    const child = execa(
      process.execPath,
      [hilCommand(), 'flash', imageFile, '--chip', part, '--usb', endpoint(), '--reports', folder],
      { cwd: packageRoot(), reject: false, all: true, stdin: 'ignore', env: { NODE_OPTIONS: '' } },
    );
    if (signal !== undefined && fault !== undefined) {
      await until(deadline('the moment to kill it', 60_000), `${fault.phase} of ${fault.done}`, (note) => {
        const progress = progressOf(child.pid);
        note(JSON.stringify(progress));
        return child.exitCode !== null || (progress?.phase === fault.phase && progress.done >= fault.done);
      });
      child.kill(signal);
    }
    const { exitCode, signal: endedBy, all } = await child;
    return { exitCode, endedBy, text: String(all) };
  }

  test(
    'the tool is killed: each next one takes over, the report says what became of the last, and the end is whole',
    async () => {
      let before = '';
      for (const [i, fault] of faults.entries()) {
        const signal = i === 0 ? 'SIGKILL' : i === 1 ? 'SIGTERM' : i === 2 ? 'SIGINT' : 'SIGKILL';
        const { exitCode, endedBy, text } = await command(signal, fault);
        expect(text).toContain(before);
        if (signal === 'SIGKILL') expect({ endedBy, text }).toMatchObject({ endedBy: signal });
        else {
          expect(exitCode).toBe(3);
          expect(text).toMatch(new RegExp(`was ended by ${signal} {2}\\[HIL-506\\]`));
          expect(text).toMatch(/FAILED: erased, wrote and read back\n {2}The flash is erased in part/);
        }
        expect(readBrokenOff(record)).toMatchObject({ stage: 'written', progress: { phase: fault.phase } });
        await expectBrokenOffAt(fault);
        before = `broke off in 'erased, wrote and read back' (${signal === 'SIGKILL' ? 'it was killed' : 'it failed'})`;
      }
      const { exitCode, text } = await command();
      expect(text).toContain(before);
      expect(text).toMatch(/PASSED: the image is in flash, read back, and the application is back on USB/);
      expect(exitCode).toBe(0);
      await restart();
      const { bytes, where } = await look();
      expect(Buffer.from(bytes).equals(Buffer.from(image))).toBe(true);
      expect(where).toBe('flash');
    },
    LONG_MS,
  );

  test(
    'half a program that another tool left: nothing on USB, and the rig’s probe alone brings the board into its ROM',
    async () => {
      const whole = await flash({ rescuedWith: wires });
      expect(whole.verdict).toBe('passed');
      const { control: _, ...asOnARealBoard } = wires;
      const probe = await openProbe({ chip, board: part, permissions, address: wires.probe });
      const firstBlock = { address: base, bytes: image.subarray(0, wTransferSize) };
      await probe.flashProgram({ ...loadImage(imageFile, base), segments: [firstBlock] });
      await probe.close();
      await board.control({ op: 'power', on: false });
      await board.control({ op: 'power', on: true });
      const next = await flash({ rescuedWith: asOnARealBoard });
      expect(evidence(next, 'found')).toMatch(/the core stands in HardFault\ninto its ROM by the probe/);
      expect(next.stages.find(({ id }) => id === 'left')?.verdict).toBe('passed');
      await restart();
      expect(Buffer.from((await look()).bytes).equals(Buffer.from(image))).toBe(true);
    },
    LONG_MS,
  );

  test(
    'the tool is killed, and the next thing is a suite: it finds a board it can use, and leaves it known-good',
    async () => {
      await command('SIGKILL', faults.at(-1) as Fault);
      const lane: LaneState = { baseline: undefined };
      const stepsPath = join(folder, 'suite.jsonl');
      const run = await openTestRun(wires, lane, { stepsPath, deadlineMs: 60_000, holder: 'the test', port: 'usb' });
      await run.run(async () => {
        const bench = run.bench();
        const app = await bench.flash('handover');
        const rom = await app.enterBootloader();
        await rom.session.erasePages([pageCount(chip) - 1]);
      });
      expect(await run.end()).toBeUndefined();
      expect(lane.baseline).toBeDefined();
      await lane.probe?.probe.close();
    },
    LONG_MS,
  );
});

/** The application with its USB on, and noise behind it up to the length. */
function imageOf(chip: string, base: number, length: number): Uint8Array {
  const file = join(packageRoot(), `build/firmware/usb-app/${chip.toLowerCase()}.elf`);
  const bytes = Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 0xff);
  for (const { address, bytes: part } of loadImage(file, base).segments) bytes.set(part, address - base);
  return bytes;
}
