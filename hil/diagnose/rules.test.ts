import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { chipNamed } from '../chip/lookup.ts';
import { explainEvidence } from './diagnose.ts';
import type { Diagnosis } from './diagnosis.ts';
import type { Evidence, MachineSight, Stop, UsbSight } from './evidence.ts';
import { judge } from './judge.ts';
import { suspectsAt } from './prove.ts';
import { ruleIds } from './rules/all-rules.ts';
import { resetInstead } from './rules/watchdogs.ts';

/** Evidence as `hil diagnose` took it from a board (`--json`, `evidence`). */
const capture = (name: string): Evidence =>
  JSON.parse(readFileSync(new URL(`./captures/${name}.json`, import.meta.url), 'utf8')) as Evidence;

const changed = (machine: MachineSight, more: Partial<MachineSight>): MachineSight => ({
  ...machine,
  ...more,
  registers: { ...machine.registers, ...more.registers },
});
/** The capture with another machine at the end. */
const now = (e: Evidence, more: Partial<MachineSight>): Evidence => ({ ...e, now: changed(e.now, more) });
const stopAt = (
  e: Evidence,
  which: (stop: Stop, i: number, all: readonly Stop[]) => boolean,
  more: Partial<Stop>,
): Evidence => ({
  ...e,
  stops: (e.stops ?? []).map((stop, i, all) => (which(stop, i, all) ? { ...stop, ...more } : stop)),
});
const lastMachine = (e: Evidence, more: Partial<MachineSight>): Evidence =>
  stopAt(e, (_, i, all) => i === all.length - 1, { machine: changed(e.stops?.at(-1)?.machine as MachineSight, more) });
/** The capture with another machine at the handover. */
const handover = (e: Evidence, more: Partial<MachineSight>): Evidence => {
  const place = e.attempt === 'go' ? 'application entry' : 'rom entry';
  const machine = e.stops?.find(({ at }) => at === place)?.machine as MachineSight;
  return stopAt(e, ({ at }) => at === place, { machine: changed(machine, more) });
};
const without = <K extends keyof Evidence>(e: Evidence, ...keys: readonly K[]): Evidence =>
  Object.fromEntries(Object.entries(e).filter(([key]) => !keys.includes(key as K))) as unknown as Evidence;

interface Seen {
  readonly e: Evidence;
  /** Factors of which the repair of each alone cured. None: no experiment was made. */
  readonly cured?: readonly string[];
}

function diagnosisOf({ e, cured }: Seen): Diagnosis {
  const chip = chipNamed(e.chip);
  if (cured === undefined) return explainEvidence(chip, e);
  const place = e.attempt === 'go' ? 'application entry' : 'rom entry';
  const machine = e.stops?.find(({ at }) => at === place)?.machine;
  const suspects =
    machine === undefined || e.attempt === 'none' ? {} : suspectsAt({ chip }, e.attempt, e.boot, machine);
  return judge(chip, e, { outcome: 'cured', singles: cured, together: [], suspects, experiments: [] });
}

const named = (seen: Seen): readonly string[] => diagnosisOf(seen).findings.map(({ rule }) => rule);

const [even, tableAsCode, ownVector, pendingIrq, pendingTick] = [
  'g070-even-vector',
  'g070-table-as-code',
  'g070-own-vector',
  'g070-pending-interrupt',
  'g070-pending-systick',
].map(capture) as [Evidence, Evidence, Evidence, Evidence, Evidence];
const [goVtor, goClock, goErased, goIwdg, goAlias, goReset] = [
  'g070-go-vtor',
  'g070-go-clock',
  'g070-go-erased',
  'g070-iwdg-update',
  'f091-alias',
  'g070-reset-returns',
].map(capture) as [Evidence, Evidence, Evidence, Evidence, Evidence, Evidence];
const [noRemap, noSyscfg, unprivileged, mpu, otherPort, flagLost] = [
  'l476-no-remap',
  'l476-no-syscfg-clock',
  'l476-unprivileged',
  'l476-mpu',
  'f411-other-interface',
  'f411-flag-lost',
].map(capture) as [Evidence, Evidence, Evidence, Evidence, Evidence, Evidence];
const [emptyCheck, dualBank, byItself, romStack, wwdg, masked] = [
  'l011-empty-check',
  'l073-dual-bank',
  'f411-enters-by-itself',
  'f411-stack-in-rom-ram',
  'f091-wwdg',
  'c071-masked',
].map(capture) as [Evidence, Evidence, Evidence, Evidence, Evidence, Evidence];
const [latched, cleared, erasePages, contact, pc11, stands] = [
  'g070-empty-latched',
  'c071-empty-cleared',
  'g070-erase-pages',
  'g070-contact-8n1',
  'g070-pc11-low',
  'g070-as-it-stands',
].map(capture) as [Evidence, Evidence, Evidence, Evidence, Evidence, Evidence];

const T = 0x0100_0000;
const frameWithT = (e: Evidence): Evidence => {
  const machine = e.stops?.at(-1)?.machine as MachineSight;
  const frame = machine.frame as NonNullable<MachineSight['frame']>;
  return lastMachine(e, { frame: { ...frame, xpsr: (frame.xpsr | T) >>> 0 } });
};
const inRom = { where: 'system memory', pc: 0x1fff_0100 } as const;
/** GO of the G070, where the application is started with something of the ROM left. */
const started = (more: Partial<MachineSight>): Evidence => handover(goVtor, { vtor: 0x0800_0000, ...more });
const entered = (more: Partial<MachineSight>): Evidence => handover(romStack, { msp: romStack.boot.rom[0], ...more });
const interrupts = (...enabled: readonly number[]): MachineSight['interrupts'] => ({
  enabled,
  pending: [],
  active: [],
});
const onUsb = (usb: UsbSight): Evidence => ({ ...stands, usb });
const writtenWrong = (bytes: number): Evidence => ({
  ...stands,
  chip: 'STM32L476RG',
  operations: [{ name: 'write', result: 'wrong', bytes }],
});
const failedErase = [{ name: 'erase', result: 'refused' }] as const;
const dmaAt = (memory: number): MachineSight['dma'] => [{ name: 'DMA1 channel 1', memory, control: 1 }];

/** For each rule something that it must name, and something like it that it must not. */
const table: Readonly<Record<string, { readonly fires: Seen; readonly not: Seen }>> = {
  'even-address': { fires: { e: even }, not: { e: frameWithT(even) } },
  'wrong-table-address': {
    fires: { e: tableAsCode },
    not: { e: stopAt(tableAsCode, () => true, { at: 'rom entry' }) },
  },
  'own-reset-vector': {
    fires: { e: ownVector },
    not: { e: stopAt(ownVector, () => true, { resetFlags: ['SFTRSTF'] }) },
  },
  'window-watchdog': {
    fires: { e: wwdg },
    not: {
      e: stopAt({ ...wwdg, resetFlags: [], answer: { what: 'application', works: false, saw: '' } }, () => true, {
        resetFlags: ['PINRSTF'],
      }),
    },
  },
  'watchdog-in-rom': {
    fires: { e: { ...noRemap, resetFlags: ['IWDGRSTF', 'PINRSTF'] } },
    not: { e: { ...noRemap, resetFlags: ['PINRSTF'] } },
  },
  'reset-instead': {
    fires: { e: stopAt(noRemap, ({ at }) => at === 'application entry', { resetFlags: ['PINRSTF'] }) },
    not: { e: stopAt(noRemap, ({ at }) => at === 'application entry', { resetFlags: ['PINRSTF', 'WWDGRSTF'] }) },
  },
  'empty-check': {
    fires: { e: emptyCheck },
    not: { e: { ...emptyCheck, boot: { ...emptyCheck.boot, flash: [0, 0] } } },
  },
  'dual-bank-rom': { fires: { e: dualBank }, not: { e: without(dualBank, 'romId') } },
  'no-remap': { fires: { e: noRemap, cured: ['mem-mode'] }, not: { e: noSyscfg, cured: ['mem-mode'] } },
  'syscfg-clock-off': { fires: { e: noSyscfg }, not: { e: handover(noSyscfg, { mapped: 'system memory' }) } },
  'rom-came-back': {
    fires: { e: handover(noRemap, { mapped: 'system memory' }) },
    not: {
      e: stopAt(handover(noRemap, { mapped: 'system memory' }), ({ at }) => at === 'application entry', {
        resetFlags: ['SFTRSTF'],
      }),
    },
  },
  unprivileged: { fires: { e: unprivileged }, not: { e: lastMachine(unprivileged, { control: 2 }) } },
  'process-stack': {
    fires: { e: entered({ control: 2 }), cured: ['control'] },
    not: { e: entered({ control: 2, primask: 1 }), cured: ['primask'] },
  },
  'stack-pointer': { fires: { e: romStack }, not: { e: entered({}) } },
  'mpu-left-on': { fires: { e: mpu }, not: { e: lastMachine(mpu, { registers: { MPU_CTRL: 0 } }) } },
  'interrupts-masked': {
    fires: { e: masked, cured: ['primask'] },
    not: { e: handover(masked, { interrupts: interrupts(3) }), cured: ['nvic'] },
  },
  'priority-masked': {
    fires: { e: entered({ basepri: 0x10 }), cured: ['basepri-faultmask'] },
    not: { e: entered({ basepri: 0x10, primask: 1 }), cured: ['primask'] },
  },
  'interrupt-left-on': {
    fires: { e: pendingIrq },
    not: { e: lastMachine(pendingIrq, { where: 'flash', pc: 0x0800_0100 }) },
  },
  'systick-left-on': { fires: { e: pendingTick }, not: { e: lastMachine(pendingTick, { ipsr: 11 }) } },
  'vtor-at-entry': {
    fires: { e: entered({ vtor: 0x0800_0000 }), cured: ['vtor'] },
    not: { e: entered({ vtor: 0x0800_0000, primask: 1 }), cured: ['primask'] },
  },
  'jump-from-handler': { fires: { e: entered({ ipsr: 15 }) }, not: { e: entered({ ipsr: 0 }) } },
  'dma-running': {
    fires: { e: entered({ dma: dmaAt(0x2000_0100) }) },
    not: { e: entered({ dma: dmaAt(0x2001_0000) }) },
  },
  'flash-left-open': {
    fires: { e: { ...entered({ registers: { FLASH_CR: 0 } }), operations: failedErase } },
    not: { e: { ...entered({ registers: { FLASH_CR: 0x8000_0000 } }), operations: failedErase } },
  },
  'flash-errors-left': {
    fires: { e: { ...entered({ registers: { FLASH_SR: 0x80 } }), operations: failedErase } },
    not: { e: { ...entered({ registers: { FLASH_SR: 0 } }), operations: failedErase } },
  },
  'clock-left': {
    fires: { e: entered({ registers: { RCC_CFGR: 0x0a } }), cured: ['clock'] },
    not: { e: entered({ registers: { RCC_CFGR: 0x0a }, primask: 1 }), cured: ['primask'] },
  },
  'peripheral-left-on': {
    fires: { e: entered({}), cured: ['peripherals'] },
    not: { e: entered({ primask: 1 }), cured: ['primask'] },
  },
  'vtor-left-on-rom': { fires: { e: goVtor }, not: { e: now(goVtor, { ipsr: 0 }) } },
  'alias-on-rom': { fires: { e: goAlias }, not: { e: now(goAlias, { mapped: 'main flash' }) } },
  'pll-left-on': { fires: { e: goClock }, not: { e: now(goClock, { symbol: 'application' }) } },
  'iwdg-update-stuck': {
    fires: { e: goIwdg, cured: ['iwdg-update'] },
    not: { e: handover(goIwdg, { primask: 1 }), cured: ['primask'] },
  },
  'ahb1enr-cleared': {
    fires: { e: started({}), cured: ['ahb1enr'] },
    not: { e: started({ primask: 1 }), cured: ['primask'] },
  },
  'masked-at-start': { fires: { e: started({ primask: 1 }) }, not: { e: started({ primask: 0 }) } },
  'interrupt-at-start': {
    fires: { e: started({ interrupts: interrupts(28) }), cured: ['nvic'] },
    not: { e: started({ interrupts: interrupts(28), primask: 1 }), cured: ['primask'] },
  },
  'systick-at-start': {
    fires: { e: started({ registers: { SYST_CSR: 7 } }), cured: ['systick'] },
    not: { e: started({ registers: { SYST_CSR: 7 }, primask: 1 }), cured: ['primask'] },
  },
  'go-to-erased-table': {
    fires: { e: goErased },
    not: { e: { ...goErased, go: { table: 0x0800_0200, words: [0x2000_7c00, 0x0800_0201] } } },
  },
  'go-to-no-table': {
    fires: { e: { ...goErased, go: { table: 0x0800_0200, words: [0x2000_7c00, 0x0800_0200] } } },
    not: { e: { ...goErased, go: { table: 0x0800_0200, words: [0x2000_7c00, 0x0800_0201] } } },
  },
  'reset-returns-to-rom': { fires: { e: goReset }, not: { e: { ...goReset, resetFlags: [] } } },
  'empty-flag-latched': {
    fires: { e: latched },
    not: { e: { ...latched, boot: { ...latched.boot, emptyFlag: false } } },
  },
  'empty-flag-cleared': { fires: { e: cleared }, not: { e: now(cleared, inRom) } },
  'erased-flash': {
    fires: { e: { ...cleared, boot: { ...cleared.boot, emptyFlag: true } } },
    not: { e: { ...cleared, boot: { ...cleared.boot, flash: [0x2000_2000, 0x0800_0101] } } },
  },
  'readout-protected': {
    fires: { e: { ...latched, operations: [{ name: 'read', result: 'refused' }] } },
    not: { e: { ...latched, operations: [{ name: 'erase', result: 'refused' }] } },
  },
  'boot-pin-ignored': { fires: { e: stands }, not: { e: now(stands, inRom) } },
  'other-interface-won': {
    fires: { e: otherPort },
    not: { e: now(otherPort, { registers: { USART1_CR1: 0 } }) },
  },
  'rx-held-low': { fires: { e: pc11 }, not: { e: now(pc11, { registers: { USART3_RX: 1 } }) } },
  'wrong-parity': {
    fires: { e: contact },
    not: { e: { ...contact, contact: { format: '8E1', came: [], lineErrors: [] } } },
  },
  'erase-of-several-pages': { fires: { e: erasePages }, not: { e: { ...erasePages, romId: 0xb4 } } },
  'own-dfu-class': { fires: { e: onUsb({ who: 'application' }) }, not: { e: onUsb({ who: 'rom' }) } },
  'awaits-bus-reset': {
    fires: { e: onUsb({ detach: { what: 'stays', will: false, timeOutMs: 255 } }) },
    not: { e: onUsb({ detach: { what: 'stays', will: true, timeOutMs: 255 } }) },
  },
  'detach-too-late': {
    fires: { e: onUsb({ detach: { what: 'stays', will: true, timeOutMs: 255 } }) },
    not: { e: onUsb({ detach: { what: 'gone', will: true, timeOutMs: 255 } }) },
  },
  'detach-unacknowledged': {
    fires: { e: onUsb({ detach: { what: 'gone', will: true, timeOutMs: 255, request: 'not acknowledged' } }) },
    not: { e: onUsb({ detach: { what: 'gone', will: true, timeOutMs: 255, request: 'acknowledged' } }) },
  },
  'gone-before-status': {
    fires: { e: onUsb({ leave: { what: 'failure', status: 'gone' } }) },
    not: { e: onUsb({ leave: { what: 'failure', status: 'dfuERROR' } }) },
  },
  'block-too-long': {
    fires: { e: onUsb({ download: { what: 'refused', block: 2048, transferSize: 1024 } }) },
    not: { e: onUsb({ download: { what: 'refused', block: 1024, transferSize: 1024 } }) },
  },
  'dfu-tail': { fires: { e: writtenWrong(260) }, not: { e: writtenWrong(264) } },
  'rom-runs': { fires: { e: without(erasePages, 'operations') }, not: { e: stands } },
  'rom-in-exception': {
    fires: { e: now(without(erasePages, 'operations'), { ipsr: 2 }) },
    not: { e: without(erasePages, 'operations') },
  },
  'application-runs': {
    fires: { e: { ...stands, chip: 'STM32F411RE', boot: { ...stands.boot, optionWords: {} } } },
    not: { e: { ...now(stands, inRom), chip: 'STM32F411RE', boot: { ...stands.boot, optionWords: {} } } },
  },
  'ram-flag-lost': { fires: { e: flagLost }, not: { e: stopAt(flagLost, () => true, { resetFlags: [] }) } },
  'enters-by-itself': { fires: { e: byItself }, not: { e: { ...byItself, begins: 'flash' } } },
  'application-fault': { fires: { e: lastMachine(unprivileged, { control: 0 }) }, not: { e: even } },
  'jump-not-made': {
    fires: { e: lastMachine(pendingIrq, { where: 'flash', pc: 0x0800_0100, ipsr: 0 }) },
    not: { e: pendingIrq },
  },
};

/** Of these captures it is known what was wrong with the board: see their names. */
const causes: Readonly<Record<string, readonly string[]>> = {
  'g070-even-vector': ['even-address'],
  'g070-table-as-code': ['wrong-table-address'],
  'g070-pending-interrupt': ['interrupt-left-on'],
  'g070-pending-systick': ['systick-left-on'],
  'g070-go-vtor': ['vtor-left-on-rom'],
  'g070-go-erased': ['go-to-erased-table', 'empty-flag-cleared'],
  'g070-reset-returns': ['reset-returns-to-rom'],
  'l476-unprivileged': ['unprivileged'],
  'l476-mpu': ['mpu-left-on'],
  'l011-empty-check': ['empty-check'],
  'l073-dual-bank': ['dual-bank-rom'],
  'f091-wwdg': ['window-watchdog'],
  'f091-alias': ['alias-on-rom'],
  'f411-stack-in-rom-ram': [],
  'f411-flag-lost': [],
  'f411-other-interface': [],
  'f411-enters-by-itself': [],
  'l476-no-remap': [],
  'g070-own-vector': [],
  'g070-go-clock': [],
  'c071-masked': [],
};

describe('without an experiment', () => {
  test.each(Object.entries(causes))('%s is called decisive for nothing else', (name, rules) => {
    const { findings } = diagnosisOf({ e: capture(name) });
    const sure = findings.filter(({ certainty }) => certainty === 'decisive evidence').map(({ rule }) => rule);
    expect(sure).toEqual(rules);
  });

  test('the sentence says that it is not certain', () => {
    expect(diagnosisOf({ e: flagLost }).sentence).toMatch(/^Not certain; it would fit that: /);
  });

  test('of an application that was asked to detach, BOOT0 is not to blame', () => {
    const usb = { detach: { what: 'stays', will: true, timeOutMs: 255 } };
    expect(named({ e: stands })).toContain('boot-pin-ignored');
    expect(named({ e: onUsb(usb) })).not.toContain('boot-pin-ignored');
  });

  test('of a board as it stands it says first where it is', () => {
    expect(diagnosisOf({ e: latched }).sentence).toMatch(
      /^The board is in its ROM, and the ROM runs\. The chip still counts as empty/,
    );
  });

  test('an old reset flag of a board that nothing was asked of is no certainty', () => {
    const { findings } = diagnosisOf({ e: { ...latched, resetFlags: ['WWDGRSTF'] } });
    expect(findings.find(({ rule }) => rule === 'window-watchdog')?.certainty).toBe('consistent with');
  });

  test('PINRSTF beside the flag of a watchdog is no other reset', () => {
    const looked = (...resetFlags: readonly string[]) => {
      const e = stopAt(noRemap, ({ at }) => at === 'application entry', { resetFlags });
      return resetInstead.look?.({ e, chip: chipNamed(e.chip), handover: undefined, suspects: {}, last: undefined });
    };
    expect(looked('PINRSTF', 'WWDGRSTF')).toBeUndefined();
    expect(looked('PINRSTF')?.certainty).toBe('decisive evidence');
  });

  test('an attempt that works is given no cause', () => {
    const works = { ...flagLost, answer: { what: 'rom', works: true, saw: 'the ROM answers' } } as const;
    expect(diagnosisOf({ e: works })).toMatchObject({
      sentence: 'Nothing is wrong with it: the ROM answers.',
      findings: [],
    });
  });
});

describe('an experiment', () => {
  const machine = romStack.stops?.find(({ at }) => at === 'rom entry')?.machine as MachineSight;
  const suspects = suspectsAt({ chip: chipNamed(romStack.chip) }, 'entry', romStack.boot, machine);
  const proof = { singles: [], together: [], suspects, experiments: [] };

  test('refutes what merely fits when its repair changes nothing', () => {
    const { findings, ruledOut } = judge(chipNamed(romStack.chip), romStack, { ...proof, outcome: 'not cured' });
    expect(findings.map(({ rule }) => rule)).not.toContain('stack-pointer');
    expect(ruledOut.map(({ how }) => how)).toContain('it was repaired at the handover, and that changed nothing');
  });

  test('does not refute what was captured when nothing cures', () => {
    const seen = suspectsAt({ chip: chipNamed(wwdg.chip) }, 'entry', wwdg.boot, machine);
    const all = { ...seen, wwdg: 'the window watchdog runs' };
    const { findings } = judge(chipNamed(wwdg.chip), wwdg, { ...proof, suspects: all, outcome: 'not cured' });
    expect(findings[0]).toMatchObject({ rule: 'window-watchdog', certainty: 'decisive evidence' });
  });
});

describe('each rule', () => {
  test('is tried on evidence that it explains, and on evidence that it does not', () => {
    expect(Object.keys(table).sort()).toEqual([...ruleIds].sort());
  });

  test.each(Object.entries(table))('%s is named where it fits', (rule, { fires }) => {
    expect(named(fires)).toContain(rule);
  });

  test.each(Object.entries(table))('%s is not named where something decisive differs', (rule, { not }) => {
    expect(named(not)).not.toContain(rule);
  });
});
