import { describe, expect, test } from '@jest/globals';
import type { BoardWires } from '../board/bench-types.ts';
import { chipNamed } from '../chip/lookup.ts';
import { HilError } from '../error/hil-error.ts';
import { formatExaminations, worstOf } from './doctor.ts';
import { judge } from './doctor-judge.ts';
import { type BoardEvidence, coreState, type ProbeSight } from './doctor-look.ts';
import type { Finding } from './finding.ts';

const SERIAL = '066EFF303435554157104527';
const PORT = `/dev/serial/by-id/usb-STMicroelectronics_STM32_STLink_${SERIAL}-if02`;

const wires: BoardWires = {
  board: 'bench-g070',
  chip: 'STM32G070RB',
  kind: 'real',
  permissions: { erase: 'pages', write_protection: false, option_bytes: false, rdp1: false },
  probe: { kind: 'usb', serial: SERIAL },
  console: PORT,
  rom: PORT,
  images: {},
};

const identity = {
  devId: 0x460,
  revisionId: 0x1000,
  uniqueId: '0022003853554a0e20475848',
  romId: 0xb4,
  flashKiB: 128,
};
const factory = { OPTR: 0xdfff_e1aa, WRP1AR: 0x3f, WRP1BR: 0x3f };
const seen = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });
const unseen = (code: number, sentence: string, context = {}): { readonly ok: false; readonly error: HilError } => ({
  ok: false,
  error: new HilError(code, sentence, { blame: 'rig', context }),
});

/** A board on which all is right. */
const healthy = {
  facts: { stlinkVersion: 'V2J37M26', usbId: '0483:374B', targetVolts: 3.25 },
  identity: seen(identity),
  options: seen(factory),
  empty: seen({ flag: false, flashIsErased: false }),
  core: seen('running' as const),
  leftAs: 'running',
} satisfies ProbeSight;

function evidence(probe: Partial<ProbeSight> = {}, rest: Partial<BoardEvidence> = {}): BoardEvidence {
  return {
    openocd: seen({ text: '0.12.0', major: 0, minor: 12 }),
    probe: seen({ ...healthy, ...probe }),
    serial: seen({ endpoint: PORT, device: '/dev/ttyACM0' }),
    ...rest,
  };
}

/** The findings that are not right. */
const troubles = (from: BoardEvidence, of = wires): readonly Finding[] =>
  judge(of, from).filter(({ verdict }) => verdict !== 'ok');

describe('a board on which all is right', () => {
  test('has one line for each thing that was looked at, and nothing to do', () => {
    const findings = judge(wires, evidence());
    expect(findings.map(({ what }) => what)).toEqual([
      'OpenOCD',
      'probe',
      'target voltage',
      'chip',
      'unique id',
      'ROM',
      'option bytes',
      'readout protection',
      'boot bits',
      'BOR',
      'write protection',
      'EMPTY flag',
      'next reset boots',
      'way to the ROM',
      'core',
      'serial port',
      'port to ROM',
    ]);
    expect(troubles(evidence())).toEqual([]);
    expect(findings.every(({ oneThingToDo }) => oneThingToDo === undefined)).toBe(true);
  });

  test.each([
    ['probe', `ST-Link ${SERIAL}, V2J37M26, 0483:374B`],
    ['target voltage', '3.25 V'],
    ['chip', 'STM32G070RB: DEV_ID 0x0460, revision 0x1000, 128 KiB of flash'],
    ['unique id', '0022003853554a0e20475848'],
    ['ROM', 'ID 0xB4 at 0x1FFF_6FFE: bootloader V11.4'],
    ['option bytes', 'OPTR 0xDFFF_E1AA, WRP1AR 0x3F, WRP1BR 0x3F; as from the factory'],
    ['readout protection', 'RDP 0xAA: level 0'],
    ['BOR', 'not among the option bytes of this part'],
    ['next reset boots', 'main flash'],
    ['core', 'running; left as found, probe released'],
    ['serial port', `${PORT} (now /dev/ttyACM0): there, permitted, free, of the same ST-Link`],
    ['port to ROM', 'the VCP of a NUCLEO-G070RB is on USART2 (PA2/PA3), where the ROM listens'],
  ])('%s: %s', (what, saw) => {
    expect(judge(wires, evidence()).find((finding) => finding.what === what)?.saw).toBe(saw);
  });
});

describe('another part', () => {
  const of = (name: string, options: Readonly<Record<string, number>> = {}, flashIsErased = false) => {
    const chip = chipNamed(name);
    const factory = Object.fromEntries(chip.optionBytes.words.map((word) => [word.name, word.factory]));
    const romId = chip.rom.versions.at(-1)?.id ?? 0;
    return judge(
      { ...wires, chip: name },
      evidence({
        identity: seen({ ...identity, devId: chip.identity.devId, romId, flashKiB: chip.flash.size / 1024 }),
        options: seen({ ...factory, ...options }),
        empty: seen({ flag: false, flashIsErased }),
      }),
    );
  };
  const line = (findings: readonly Finding[], what: string): Finding | undefined =>
    findings.find((finding) => finding.what === what);

  test('STM32F411CE: without a VCP, the console is on pins where the ROM listens', () => {
    expect(line(of('STM32F411CE'), 'port to ROM')).toMatchObject({
      verdict: 'ok',
      saw: 'a BLACKPILL-F411CE has no VCP; its console is on USART1 (PA9/PA10), where the ROM listens',
    });
  });

  test.each([
    ['STM32C031C6', 'USART1 (PA9/PA10)'],
    ['STM32F042K6', 'USART1 (PA9/PA10), USART2 (PA14/PA15)'],
    ['STM32L011K4', 'USART2 (PA9/PA10), USART2 (PA2/PA3)'],
  ])('%s: the VCP does not reach the ROM, which listens on %s', (name, usarts) => {
    const found = line(of(name), 'port to ROM');
    expect(found).toMatchObject({ verdict: 'attention', oneThingToDo: expect.stringContaining('wire an adapter') });
    expect(found?.saw).toContain(`the ROM listens on ${usarts} only`);
  });

  test('without EMPTY there is no line for it; pattern 6 looks at the flash itself', () => {
    const findings = of('STM32F091RC', { OBR: 0xffff_7faa }, true);
    expect(line(findings, 'EMPTY flag')).toBeUndefined();
    expect(line(findings, 'next reset boots')?.saw).toBe('system memory, because the flash counts as empty');
  });

  test('option bytes that take the ROM out of reach are named, with what to do', () => {
    expect(line(of('STM32L476RG', { OPTR: 0xff6f_f8aa }), 'way to the ROM')).toMatchObject({
      verdict: 'attention',
      saw: 'nBOOT1 0 boots SRAM where BOOT0 would lead to the ROM: only a jump by the application leads there',
      oneThingToDo: 'put the boot bits back as from the factory.',
    });
    expect(line(of('STM32C071RB'), 'way to the ROM')).toMatchObject({ verdict: 'ok' });
  });

  test.each([
    ['STM32F411RE', { OPTCR: 0x0ffe_aaed }, 'OPTCR protects page 0 to 0 (0x0800_0000 to 0x0800_3FFF)', 'set the bits'],
    ['STM32L073RZ', { WRPR: 1 }, 'WRPR protects page 0 to 31 (0x0800_0000 to 0x0800_0FFF)', 'clear the bits'],
  ])('%s: %j', (name, options, saw, todo) => {
    expect(line(of(name, options), 'write protection')).toMatchObject({
      verdict: 'attention',
      saw,
      oneThingToDo: expect.stringContaining(todo),
    });
  });
});

/** Evidence, the line that is not right, and words of what was seen and of what to do. */
const cases: readonly (readonly [string, BoardEvidence, Finding['verdict'], string, RegExp, RegExp])[] = [
  [
    'no OpenOCD',
    { openocd: unseen(231, 'OpenOCD cannot be run'), serial: evidence().serial },
    'failed',
    'OpenOCD',
    /HIL-231/,
    /apt-get install openocd/,
  ],
  [
    'an OpenOCD that is too old',
    { openocd: unseen(232, 'OpenOCD 0.11.0 is too old'), serial: evidence().serial },
    'failed',
    'OpenOCD',
    /0\.11\.0 is too old/,
    /0\.12 or newer/,
  ],
  [
    'another chip',
    evidence({ identity: seen({ ...identity, devId: 0x467 }) }),
    'failed',
    'chip',
    /0x0467.*STM32G070RB, which has 0x0460/,
    /another board/,
  ],
  [
    'less flash than the part has',
    evidence({ identity: seen({ ...identity, flashKiB: 64 }) }),
    'failed',
    'chip',
    /64 KiB of flash; 128 KiB are expected/,
    /rig file/,
  ],
  [
    'a ROM ID that AN2606 does not list',
    evidence({ identity: seen({ ...identity, romId: 0xb5 }) }),
    'attention',
    'ROM',
    /0xB5.*0xB4 V11\.4; this one is a new measurement/,
    /keep this output/,
  ],
  [
    'EMPTY set over a written flash',
    evidence({ empty: seen({ flag: true, flashIsErased: false }) }),
    'attention',
    'EMPTY flag',
    /every reset boots the ROM/,
    /cycle the power/,
  ],
  [
    'EMPTY clear over an erased flash',
    evidence({ empty: seen({ flag: false, flashIsErased: true }) }),
    'attention',
    'EMPTY flag',
    /every reset starts the erased flash/,
    /flash a program/,
  ],
  [
    'readout protection level 1',
    evidence({ options: seen({ ...factory, OPTR: 0xdfff_e1bb }) }),
    'failed',
    'readout protection',
    /RDP 0xBB: level 1/,
    /erases the whole flash/,
  ],
  [
    'readout protection level 2',
    evidence({ options: seen({ ...factory, OPTR: 0xdfff_e1cc }) }),
    'failed',
    'readout protection',
    /level 2/,
    /another board/,
  ],
  [
    'write-protected pages',
    evidence({ options: seen({ ...factory, WRP1AR: 0x0003_0000 }) }),
    'attention',
    'write protection',
    /page 0 to 3 \(0x0800_0000 to 0x0800_1FFF\)/,
    /start of each area above its end in WRP1AR/,
  ],
  [
    'a watchdog that starts by itself',
    evidence({ options: seen({ ...factory, OPTR: 0xdffe_e1aa }) }),
    'attention',
    'watchdog',
    /IWDG_SW 0/,
    /set IWDG_SW to 1/,
  ],
  [
    'option bytes that boot the ROM',
    evidence({ options: seen({ ...factory, OPTR: 0xdbff_e1aa }) }),
    'attention',
    'next reset boots',
    /system memory, by option bytes/,
    /nBOOT0 to 1/,
  ],
  ['a low supply', evidence({ facts: { targetVolts: 2.4 } }), 'attention', 'target voltage', /2\.40 V/, /JP3/],
  ['no supply', evidence({ facts: { targetVolts: 0.01 } }), 'failed', 'target voltage', /no power/, /JP3/],
  [
    'a core that a debugger left halted',
    evidence({ core: seen('halted' as const), leftAs: 'halted' }),
    'attention',
    'core',
    /left halted/,
    /end the debugger/,
  ],
  [
    'a core in lockup',
    evidence({ core: seen('locked up' as const) }),
    'attention',
    'core',
    /locked up/,
    /flash an application/,
  ],
  [
    'a probe that did not let go',
    evidence({ notReleased: new HilError(416, 'bench-g070: C_DEBUGEN is set') }),
    'failed',
    'core',
    /^C_DEBUGEN is set/,
    /cycle the power/,
  ],
  [
    'a serial port that another program holds',
    evidence({}, { serial: unseen(202, `${PORT}: held by minicom (pid 12)`, { holders: ['minicom (pid 12)'] }) }),
    'failed',
    'serial port',
    /minicom \(pid 12\)/,
    /end the process/,
  ],
  [
    'a serial port without permission',
    evidence({}, { serial: unseen(203, `${PORT}: not permitted`) }),
    'failed',
    'serial port',
    /not permitted/,
    /dialout/,
  ],
  [
    'no serial port',
    evidence({}, { serial: unseen(201, `${PORT}: there is no such serial port`) }),
    'failed',
    'serial port',
    /no such serial port/,
    /by-id/,
  ],
  [
    'a serial port whose name shows no board',
    evidence({}, { serial: seen({ endpoint: '/dev/ttyACM0', device: '/dev/ttyACM0' }) }),
    'attention',
    'serial port',
    /does not show that it belongs to ST-Link 066E/,
    /by-id/,
  ],
];

describe('a board with', () => {
  test.each(cases)('%s: one line tells it, and what to do', (_name, from, verdict, what, saw, todo) => {
    const found = troubles(from);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ what, verdict });
    expect(found[0]?.saw).toMatch(saw);
    expect(found[0]?.oneThingToDo).toMatch(todo);
  });

  test('another chip is not read any further: its addresses mean something else there', () => {
    const whats = judge(wires, evidence({ identity: seen({ ...identity, devId: 0x467 }) })).map(({ what }) => what);
    expect(whats).toEqual(['OpenOCD', 'probe', 'target voltage', 'chip', 'serial port', 'port to ROM']);
  });

  test('a probe that is in use says so, and that the chip was not looked at', () => {
    const found = troubles(
      evidence({}, { probe: unseen(235, 'bench-g070: the ST-Link is in use by another program') }),
    );
    expect(found.map(({ what, verdict }) => [what, verdict])).toEqual([
      ['probe', 'failed'],
      ['chip', 'attention'],
    ]);
    expect(found[0]?.saw).toMatch(/^the ST-Link is in use/);
    expect(found[0]?.oneThingToDo).toMatch(/end the other program/);
  });

  test('a flash that could not be read points to the readout protection', () => {
    const empty = unseen(223, 'bench-g070: read_memory failed');
    const options = seen({ ...factory, OPTR: 0xdfff_e1bb });
    const found = troubles(evidence({ empty, options }));
    expect(found.map(({ what }) => what)).toEqual(['readout protection', 'EMPTY flag']);
    expect(found[1]?.oneThingToDo).toMatch(/`readout protection`/);
  });

  test('the BOOT0 pin in charge: both levels are told with the name of the pin', () => {
    const options = seen({ ...factory, OPTR: 0xdeff_e1aa });
    const boots = judge(wires, evidence({ options })).find(({ what }) => what === 'next reset boots');
    expect(boots?.saw).toBe('by the BOOT0 pin (PA14): main flash when low, system memory when high');
  });
});

test.each([
  [0x0001_0001, 'running'],
  [0x0002_0001, 'halted'],
  [0x0004_0001, 'sleeping'],
  [0x0008_0001, 'locked up'],
  [0x000a_0001, 'locked up'],
] as const)('DHCSR 0x%s is a core that is %s (Armv6-M, C1.6.3)', (value, state) => {
  expect(coreState(value)).toBe(state);
});

describe('the examination of a rig', () => {
  const about = { board: 'bench-g070', chip: 'STM32G070RB', kind: 'real' } as const;
  const one = (from: BoardEvidence) => [{ ...about, findings: judge(wires, from) }];

  test('is as bad as its worst line', () => {
    expect(worstOf(one(evidence()))).toBe('ok');
    expect(worstOf(one(evidence({ core: seen('halted' as const) })))).toBe('attention');
    expect(worstOf([...one(evidence()), ...one(evidence({ facts: { targetVolts: 0 } }))])).toBe('failed');
  });

  test('is shown with a line per finding, in columns, and what to do below it', () => {
    const lines = formatExaminations(one(evidence({ facts: { targetVolts: 2.4 } }))).split('\n');
    expect(lines[0]).toBe('bench-g070 (STM32G070RB, real)');
    expect(lines.slice(1, 5)).toEqual([
      '  ok         OpenOCD             0.12.0; 0.12 is the least',
      `  ok         probe               ST-Link ${SERIAL}`,
      '  attention  target voltage      2.40 V; 3.0 to 3.6 V are expected',
      '                                 do: look at the power selector and the IDD jumper (JP3 or JP6) of the Nucleo.',
    ]);
    expect(lines.at(-1)).toBe('1 board: 16 ok, 1 attention, 0 failed');
  });
});
