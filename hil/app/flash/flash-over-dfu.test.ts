import { describe, expect, test } from '@jest/globals';
import { createFakeDfuRom, type FakeDfuBehaviour, type FakeDfuRom } from '../../bootloader/dfuse/fake-dfu-rom.ts';
import { openDfuse } from '../../bootloader/dfuse/session.ts';
import { chipNamed } from '../../chip/lookup.ts';
import { HilError } from '../../error/hil-error.ts';
import { usbError } from '../../transport/usb/usb-failure.ts';
import type { UsbBus, UsbPort } from '../../transport/usb/usb-port.ts';
import type { BrokenOff } from './broken-off.ts';
import { type FlashReport, type FlashWork, flashOverDfu } from './flash-over-dfu.ts';
import type { FlashStageResult } from './flash-stage.ts';
import { flashClosingText, flashStageText } from './flash-text.ts';
import type { Rescue } from './rescue.ts';

const chip = chipNamed('STM32G0B1RE');
const START = 0x0800_0000;
/** A table that something can start from, and some code. */
const image = Uint8Array.from([0x00, 0x80, 0x00, 0x20, 0x09, 0x00, 0x00, 0x08, ...Array(64).keys()]);

type Phase = 'application' | 'rom' | 'back' | 'nothing';

interface Board {
  readonly bus: UsbBus;
  readonly rom: FakeDfuRom;
  /** Which devices were there, in their order. */
  readonly phases: readonly Phase[];
}

/** A board whose application and ROM come and go on one bus. */
function board(options: {
  readonly first: Phase;
  readonly application?: Partial<UsbPort>;
  readonly protocol?: 1 | 2;
  readonly rom?: FakeDfuBehaviour;
  /** What follows DFU_DETACH, and what follows leave. */
  readonly afterDetach?: Phase;
  readonly afterLeave?: Phase;
  readonly others?: readonly UsbPort[];
}): Board {
  const rom = createFakeDfuRom(chip, options.rom);
  const firmware = createFakeDfuRom(chip, { protocol: options.protocol ?? 1, vendorId: 0x1209, serial: 'APP1' });
  const phases: Phase[] = [options.first];
  const now = (): Phase => phases.at(-1) as Phase;
  const application = (phase: Phase): UsbPort => ({
    ...firmware.port,
    id: `application ${phase}`,
    vendorId: 0x1209,
    productId: 1,
    serialNumber: 'APP1',
    async controlTransferIn(setup, length, ms) {
      if (now() !== phase) throw usbError('disconnected', 'gone');
      return firmware.port.controlTransferIn(setup, length, ms);
    },
    async controlTransferOut() {
      phases.push(options.afterDetach ?? 'rom');
    },
    ...options.application,
  });
  const there = async (): Promise<readonly UsbPort[]> => {
    const left = rom.startedAt !== undefined && (await rom.bus.list()).length === 0;
    if (now() === 'rom' && left) phases.push(options.afterLeave ?? 'back');
    if (now() === 'rom') return rom.bus.list();
    return now() === 'nothing' ? [] : [application(now())];
  };
  return {
    rom,
    phases,
    bus: { name: 'the bus', list: async () => [...(await there()), ...(options.others ?? [])], close: async () => {} },
  };
}

/** Half a second passes with each look at the clock: deadlines of seconds are over in no time. */
function hastyClock(): () => number {
  let ms = 0;
  return () => {
    ms += 500;
    return ms;
  };
}

async function flash(on: Board, more: Partial<FlashWork> = {}): Promise<FlashReport> {
  return flashOverDfu({
    board: 'bench-g0b1',
    chip,
    permissions: { erase: 'pages', write_protection: false, option_bytes: false, rdp1: false },
    bus: on.bus,
    scope: { board: 'bench-g0b1' },
    segments: [{ address: START, bytes: image }],
    start: START,
    leave: true,
    waitMs: 200,
    ...more,
  });
}

const verdicts = ({ stages }: FlashReport): readonly string[] => stages.map(({ id, verdict }) => `${id} ${verdict}`);
const failureOf = ({ stages }: FlashReport) => stages.find(({ verdict }) => verdict === 'failed')?.error;

describe('flashing over DFU', () => {
  test('goes from the running application to the new one, and knows it again', async () => {
    const on = board({ first: 'application' });
    const report = await flash(on);
    expect(verdicts(report)).toEqual([
      'found passed',
      'detached passed',
      'entered passed',
      'written passed',
      'left passed',
      'back passed',
    ]);
    expect(on.phases).toEqual(['application', 'rom', 'back']);
    expect([...on.rom.flash.subarray(0, image.length)]).toEqual([...image]);
    expect(on.rom.startedAt).toBe(START);
    expect(report.after).toMatchObject({ vendorId: 0x1209, serialNumber: 'APP1' });
    expect(report.after?.id).not.toBe(report.before?.id);
    expect(flashClosingText(report)).toMatch(/^PASSED: .* the application is back on USB$/);
  });

  test('takes a board over that is in its ROM already, and confirms no application that it never saw', async () => {
    const on = board({ first: 'rom', rom: { startsInError: true } });
    const report = await flash(on);
    expect(verdicts(report).slice(0, 3)).toEqual(['found passed', 'detached not asked for', 'entered passed']);
    expect(verdicts(report).at(-1)).toBe('back not confirmed');
    expect(report.stages[2]?.evidence.join()).toMatch(/it was in dfuERROR, errFIRMWARE/);
    expect(report.verdict).toBe('passed');
    expect(flashClosingText(report)).toMatch(/nobody has confirmed/);
  });

  test('only enters with nothing to write, and erases nothing', async () => {
    const on = board({ first: 'application' });
    const report = await flash(on, { segments: undefined });
    expect(verdicts(report).slice(3)).toEqual(['written not asked for', 'left not asked for', 'back not asked for']);
    expect(on.rom.requests.filter((request) => /DNLOAD \d+: 41/.test(request))).toEqual([]);
    expect(on.phases).toEqual(['application', 'rom']);
  });

  test('stays in the ROM when it is not to leave', async () => {
    const on = board({ first: 'application' });
    const report = await flash(on, { leave: false });
    expect(verdicts(report).slice(3)).toEqual(['written passed', 'left not asked for', 'back not asked for']);
    expect(on.rom.startedAt).toBeUndefined();
    expect(flashClosingText(report)).toMatch(/waits in its ROM/);
  });

  test('uses a trigger where the application offers no DFU_DETACH', async () => {
    const on = board({ first: 'nothing' });
    const pulled: string[] = [];
    const trigger = {
      words: "'boot' on the console",
      pull: async () => {
        pulled.push('boot');
        (on.phases as Phase[]).push('rom');
      },
    };
    const report = await flash(on, { trigger });
    expect(pulled).toEqual(['boot']);
    expect(report.verdict).toBe('passed');
  });
});

test('a device that was there all the time is not taken for an application that came back', async () => {
  const keyboard: UsbPort = {
    ...createFakeDfuRom(chip, { protocol: 'none', vendorId: 0x1209 }).port,
    id: 'keyboard',
    vendorId: 0x1209,
  };
  const on = board({ first: 'nothing', others: [keyboard], afterLeave: 'nothing' });
  const trigger = { words: 'a trigger', pull: async () => void (on.phases as Phase[]).push('rom') };
  const report = await flash(on, { trigger });
  expect(verdicts(report).at(-1)).toBe('back not confirmed');
  expect(report).not.toHaveProperty('after');
});

describe('a failure of flashing over DFU', () => {
  test.each([
    { what: 'no board', on: board({ first: 'nothing' }), code: 261 },
    { what: 'an application in the class of DFU mode', on: board({ first: 'application', protocol: 2 }), code: 323 },
    {
      what: 'two ROMs',
      on: board({ first: 'rom', others: [createFakeDfuRom(chip).port] }),
      code: 262,
    },
  ])('$what is told before anything is sent', async ({ on, code }) => {
    const report = await flash(on);
    expect(verdicts(report).slice(0, 2)).toEqual(['found failed', 'detached not reached']);
    expect(failureOf(report)?.code).toBe(code);
    expect(flashClosingText(report)).toMatch(/Nothing was sent to the board/);
  });

  test('an application that detaches and goes nowhere is told from one that stays', async () => {
    const scope = { board: 'bench-g0b1', now: hastyClock() };
    const nowhere = await flash(board({ first: 'application', afterDetach: 'nothing' }), { scope });
    expect(failureOf(nowhere)?.code).toBe(331);
    const stays = await flash(board({ first: 'application', afterDetach: 'application' }), { scope });
    expect(verdicts(stays)[1]).toBe('detached failed');
    expect(failureOf(stays)?.code).toBe(330);
  });

  test('a ROM that stays after leave is no success', async () => {
    const on = board({ first: 'application', rom: { leave: 'stays' } });
    const report = await flash(on, { scope: { board: 'bench-g0b1', now: hastyClock() } });
    expect(verdicts(report).slice(3)).toEqual(['written passed', 'left failed', 'back not reached']);
    expect(flashClosingText(report)).toMatch(/A reset starts it/);
  });

  test('an application that does not come back is no success', async () => {
    const on = board({ first: 'application', afterLeave: 'nothing' });
    const report = await flash(on, { scope: { board: 'bench-g0b1', now: hastyClock() } });
    expect(verdicts(report).slice(4)).toEqual(['left passed', 'back failed']);
    expect(report.verdict).toBe('failed');
  });

  test('a cable pulled in the middle says what became of the board, and that the same command goes on from there', async () => {
    const pulled = board({ first: 'rom', rom: { unplugAt: 40 } });
    const report = await flash(pulled, { segments: [{ address: START, bytes: new Uint8Array(8192).fill(0x5a) }] });
    expect(verdicts(report)).toContain('written failed');
    expect(flashClosingText(report)).toMatch(/run the same command again, it takes over/);
    const failed = report.stages.find(({ verdict }) => verdict === 'failed');
    expect(failed === undefined ? '' : flashStageText(failed)).toMatch(/^FAIL {2}erased, wrote and read back/);
  });

  test('without permission to erase, nothing is erased', async () => {
    const on = board({ first: 'rom' });
    const permissions = { erase: 'none', write_protection: false, option_bytes: false, rdp1: false } as const;
    const report = await flash(on, { permissions });
    expect(failureOf(report)?.code).toBe(451);
    expect(on.rom.requests.filter((request) => /DNLOAD \d+: 41/.test(request))).toEqual([]);
  });
});

describe('after a run that broke off', () => {
  const seen = { id: 'application application', vendorId: 0x1209, productId: 1, bcdDevice: 0, path: '1-1' };
  const brokenOff = (rom: UsbPort): BrokenOff => ({
    startedAt: '2026-11-21T22:01:13.000Z',
    how: 'it was killed',
    stage: 'written',
    progress: { phase: 'write', done: 1024, total: 8192 },
    before: { ...seen, serialNumber: 'APP1' },
    rom,
  });

  test('the next says so, and confirms the application that the first had seen', async () => {
    const on = board({ first: 'rom' });
    const reported: string[] = [];
    const report = await flash(on, {
      earlier: brokenOff(on.rom.port),
      onSeen: (what, { serialNumber }) => reported.push(`${what} ${serialNumber}`),
    });
    expect(report.stages[0]?.evidence.join()).toMatch(/the last run of 2026-11-21 22:01:13 broke off .* 1024 of 8192/);
    expect(report.stages.at(-1)).toMatchObject({ id: 'back', verdict: 'passed' });
    expect(reported).toEqual([`rom ${on.rom.port.serialNumber}`, 'before APP1']);
  });

  test('on another board nothing is believed of it', async () => {
    const on = board({ first: 'rom' });
    const report = await flash(on, { earlier: brokenOff({ ...on.rom.port, path: '1-4' }) });
    expect(report.stages[0]?.evidence.join()).not.toContain('broke off');
    expect(verdicts(report).at(-1)).toBe('back not confirmed');
  });

  test('a ROM in the middle of a download is told as such', async () => {
    const on = board({ first: 'rom' });
    const first = await openDfuse(on.rom.port, {
      chip,
      board: 'bench-g0b1',
      permissions: { erase: 'pages', write_protection: false, option_bytes: false, rdp1: false },
      bus: on.bus,
    });
    await first.erasePages([3]);
    const report = await flash(on);
    expect(report.stages[2]?.evidence.join()).toContain('dfuDNLOAD-IDLE, OK: a transfer that broke off');
    expect(report.verdict).toBe('passed');
  });

  test('how far it came stands with the stage that failed', async () => {
    const on = board({ first: 'rom', rom: { unplugAt: 60 } });
    const report = await flash(on, { segments: [{ address: START, bytes: new Uint8Array(20_480).fill(0x5a) }] });
    expect(report.stages[3]?.evidence.join()).toMatch(/^write was at \d+ of 20480 bytes when it broke off$/);
  });

  test('a revoked work fails in its stage with the reason, and is thrown', async () => {
    const on = board({ first: 'application' });
    const stopped = new AbortController();
    const told: FlashStageResult[] = [];
    const work = flash(on, {
      scope: { board: 'bench-g0b1', signal: stopped.signal },
      onProgress: () => stopped.abort(new HilError(506, 'ended by SIGTERM', { blame: 'test' })),
      onStage: (stage) => told.push(stage),
    });
    await expect(work).rejects.toMatchObject({ code: 506 });
    expect(told.at(-1)).toMatchObject({ id: 'written', verdict: 'failed', error: { code: 506 } });
    expect([...on.rom.flash.subarray(0, 8)]).toEqual(Array(8).fill(0xff));
  });
});

test('what fails in a revoked work fails for the reason of that, whatever came of it', async () => {
  const stopped = new AbortController();
  const told: FlashStageResult[] = [];
  const trigger = {
    words: 'a trigger',
    pull: async () => {
      stopped.abort(new HilError(506, 'ended by SIGTERM', { blame: 'test' }));
      throw usbError('disconnected', 'gone');
    },
  };
  const scope = { board: 'bench-g0b1', signal: stopped.signal };
  const work = flash(board({ first: 'nothing' }), { scope, trigger, onStage: (stage) => told.push(stage) });
  await expect(work).rejects.toMatchObject({ code: 506 });
  expect(told.at(-1)).toMatchObject({ id: 'detached', error: { code: 506 } });
});

describe('a board of which nothing is on USB', () => {
  const helper = (on: Board, why: string | undefined) => {
    const done: string[] = [];
    const rescue: Rescue = {
      whyNoApplication: async () => why,
      intoRom: async () => {
        done.push('into the ROM');
        (on.phases as Phase[]).push('rom');
        return 'BOOT0 high at power-on';
      },
      letGo: async () => void done.push(`let go in ${on.phases.at(-1)}`),
    };
    return { rescue, done };
  };

  test('is brought into its ROM where no application can be, and let go when the ROM has answered', async () => {
    const on = board({ first: 'nothing', afterLeave: 'nothing' });
    const { rescue, done } = helper(on, 'no vector table is there');
    const report = await flash(on, { rescue });
    expect(report.verdict).toBe('passed');
    expect(done).toEqual(['into the ROM', 'let go in rom']);
    expect(report.stages[0]?.evidence.slice(0, 2)).toEqual([
      'nothing of it on USB, and no application that could be: no vector table is there',
      'into its ROM by BOOT0 high at power-on',
    ]);
  });

  test.each([
    { what: 'one that may hold an application', why: undefined, more: {}, code: 261 },
    { what: 'one that is only to be taken into the ROM', why: 'no table', more: { segments: undefined }, code: 261 },
  ])('$what is left alone, and the error says what a hand can do', async ({ why, more, code }) => {
    const on = board({ first: 'nothing' });
    const { rescue, done } = helper(on, why);
    const report = await flash(on, { rescue, ...more });
    expect(failureOf(report)?.code).toBe(code);
    expect(failureOf(report)?.text).toMatch(/Take all power from the board/);
    expect(done).not.toContain('into the ROM');
  });

  test('on a part without an empty check the hand is at BOOT0', async () => {
    const report = await flash(board({ first: 'nothing' }), { chip: chipNamed('STM32F411RE') });
    expect(failureOf(report)?.text).toMatch(/Hold BOOT0 high, press and let go of reset, run the same command/);
  });
});
