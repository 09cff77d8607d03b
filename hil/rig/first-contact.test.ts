import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { formatError } from '../error/format-error.ts';
import { holdFirstContact, saysYes } from './first-contact.ts';
import type { ContentSource } from './first-save.ts';
import type { RealBoardEntry } from './rig.ts';
import { wiresOf } from './supervisor.ts';

const PROBE = '066EFF303435554157104527';
const UID = '0022003853554a0e20475848';
const CONTENT = Uint8Array.from({ length: 128 * 1024 }, (_, i) => (i * 7 + (i >> 8)) & 0xff);
const FACTORY = { OPTR: 0xdfff_e1aa, WRP1AR: 0x3f, WRP1BR: 0x3f };

const board: RealBoardEntry = {
  kind: 'real',
  name: 'bench-g070',
  chip: 'STM32G070RB',
  probeSerial: PROBE,
  usart: '/dev/ttyACM0',
  power: 'none',
  permissions: { erase: 'pages', write_protection: false, option_bytes: false, rdp1: false },
};
const untouchable = { erase: 'none', write_protection: false, option_bytes: false, rdp1: false } as const;

/** What happened, in order: each read of the flash, each question. */
let events: string[];
let reports: string;
let uniqueId: string;
let devId: number;
let optionWords: Readonly<Record<string, number>>;

beforeEach(() => {
  reports = mkdtempSync(join(tmpdir(), 'contact-'));
  events = [];
  uniqueId = UID;
  devId = 0x460;
  optionWords = FACTORY;
});
afterEach(() => rmSync(reports, { recursive: true }));

const source: ContentSource = {
  identity: async () => ({ devId, revisionId: 0x1000, uniqueId, romId: 0xb4, flashKiB: 128 }),
  readOptionWords: async () => optionWords,
  readBytes: async (address, length) => {
    events.push(`read ${length} from 0x${address.toString(16)}`);
    return CONTENT.slice(0, length);
  },
};

type Answer = boolean | 'nobody there';

function contact(entry: RealBoardEntry, answer: Answer, agreed = false): Promise<void> {
  const ask = async (question: string): Promise<boolean> => {
    events.push(question);
    return answer === true;
  };
  return holdFirstContact(wiresOf(entry, undefined), entry, {
    reports,
    agreed,
    ask: answer === 'nobody there' ? undefined : ask,
    reach: async (_wires, look) => look(source),
  });
}

const folder = (): string => join(reports, 'first-contact', PROBE);
const saved = (name: string): unknown => JSON.parse(readFileSync(join(folder(), name), 'utf8'));

describe('the first contact with a real board', () => {
  test('saves the whole flash and the option words before it asks', async () => {
    await contact(board, true);
    expect(events[0]).toBe('read 131072 from 0x8000000');
    expect(events[1]).toContain('May tests change it (erase: pages)?');
    expect(events).toHaveLength(2);
    expect(new Uint8Array(readFileSync(join(folder(), `${UID}.flash.bin`)))).toEqual(CONTENT);
    expect(saved(`${UID}.json`)).toMatchObject({
      chip: 'STM32G070RB',
      probe: PROBE,
      identity: { uniqueId: UID, romId: 0xb4 },
      optionWords: { OPTR: '0xDFFF_E1AA', WRP1AR: '0x3F', WRP1BR: '0x3F' },
      flash: { file: `${UID}.flash.bin`, base: '0x0800_0000', bytes: 131_072, sha256: expect.any(String) },
    });
  });

  test('is refused in a pipe, with the two ways to agree; the board is saved by then', async () => {
    const refusal: unknown = await contact(board, 'nobody there').catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 614, blame: 'rig' });
    expect(formatError(refusal)).toMatch(/there is no terminal to ask at/);
    expect(formatError(refusal)).toMatch(/--yes-first-contact.*first_contact/);
    expect(readdirSync(folder()).sort()).toEqual([`${UID}.flash.bin`, `${UID}.json`]);
  });

  test('is refused by a no, and asks again the next time without saving again', async () => {
    await expect(contact(board, false)).rejects.toMatchObject({ code: 614 });
    await contact(board, true);
    expect(events.filter((event) => event.startsWith('read'))).toHaveLength(1);
    expect(events.filter((event) => event.includes('May tests'))).toHaveLength(2);
  });

  test('keeps the first state, whatever the flash holds later', async () => {
    await expect(contact(board, false)).rejects.toMatchObject({ code: 614 });
    writeFileSync(join(folder(), `${UID}.flash.bin`), 'the first state');
    await contact(board, true);
    expect(readFileSync(join(folder(), `${UID}.flash.bin`), 'utf8')).toBe('the first state');
  });

  test.each([
    ['an answer', true, false, /, at the terminal$/],
    ['the command line', 'nobody there', true, /, by --yes-first-contact$/],
  ] as const)('is remembered once %s has agreed', async (_how, answer, agreed, by) => {
    await contact(board, answer, agreed);
    expect(saved(`${UID}.agreed.json`)).toMatchObject({ by: expect.stringMatching(by) });
    events = [];
    await contact(board, 'nobody there');
    expect(events).toEqual([]);
  });

  test('is remembered for this chip only: another one behind the same probe is met anew', async () => {
    await contact(board, true);
    uniqueId = '001a0019524f430c20424f48';
    await expect(contact(board, 'nobody there')).rejects.toMatchObject({ code: 614 });
    expect(existsSync(join(folder(), `${uniqueId}.flash.bin`))).toBe(true);
  });

  test('asks nobody where the rig file has agreed, saves all the same, and forgets with the rig file', async () => {
    const inRig = { ...board, firstContact: { by: 'Ada', date: '2026-11-01' } };
    await contact(inRig, 'nobody there');
    expect(existsSync(join(folder(), `${UID}.json`))).toBe(true);
    await expect(contact(board, 'nobody there')).rejects.toMatchObject({ code: 614 });
  });

  test('asks nobody about a board that nobody may change, and saves it', async () => {
    await contact({ ...board, permissions: untouchable }, 'nobody there');
    expect(existsSync(join(folder(), `${UID}.flash.bin`))).toBe(true);
  });

  test('asks where option bytes alone may be changed', async () => {
    const entry = { ...board, permissions: { ...untouchable, option_bytes: true } };
    await expect(contact(entry, 'nobody there')).rejects.toMatchObject({ code: 614 });
  });

  test('says in its question that a protected flash could not be saved', async () => {
    optionWords = { ...FACTORY, OPTR: 0xdfff_e1bb };
    await contact(board, true);
    expect(events).toEqual([expect.stringContaining('FLASH COULD NOT BE SAVED')]);
    expect(saved(`${UID}.json`)).toMatchObject({ flash: { notReadable: 'readout protection level 1' } });
  });

  test('stops at another chip than the rig file names, before anything is read from it', async () => {
    devId = 0x467;
    await expect(contact(board, true)).rejects.toMatchObject({ code: 102 });
    expect(events).toEqual([]);
  });

  test('stops where nothing can be written, before anybody is asked', async () => {
    writeFileSync(join(reports, 'first-contact'), 'a file where a folder should be');
    await expect(contact(board, true)).rejects.toMatchObject({ code: 615 });
    expect(events.some((event) => event.includes('May tests'))).toBe(false);
  });
});

test.each([
  ['y', true],
  [' Yes \n', true],
  ['', false],
  ['n', false],
  ['yesterday', false],
])('the answer %j is taken as %s', (answer, yes) => {
  expect(saysYes(answer)).toBe(yes);
});
