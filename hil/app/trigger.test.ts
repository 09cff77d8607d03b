import { describe, expect, test } from '@jest/globals';
import { type ImageSymbol, makeImage } from '../image/image.ts';
import { parseSignOfLife, signText } from './sign-of-life.ts';
import { chooseTrigger, triggerText } from './trigger.ts';

function imageWith(...names: readonly string[]) {
  const symbols = names.map((name, i): [string, ImageSymbol] => [
    name,
    { name, address: 0x0800_0101 + 16 * i, size: 16, kind: 'function' },
  ]);
  const tick: ImageSymbol = { name: 'uwTick', address: 0x2000_0010, size: 4, kind: 'object' };
  const odd: ImageSymbol = { name: 'flags', address: 0x2000_0013, size: 1, kind: 'object' };
  return makeImage('app.elf', [{ address: 0x0800_0000, bytes: new Uint8Array(1024) }], {
    symbols: new Map([...symbols, ['uwTick', tick], ['flags', odd]]),
  });
}

describe('what makes the application jump', () => {
  test('--call names a function; its Thumb bit is not part of the address', () => {
    expect(chooseTrigger({ call: 'go_rom' }, imageWith('go_rom')).trigger).toEqual({
      kind: 'call',
      name: 'go_rom',
      address: 0x0800_0100,
    });
  });

  test('--call takes an address, too', () => {
    expect(chooseTrigger({ call: '0x0800_0123' }, imageWith()).trigger).toMatchObject({ address: 0x0800_0122 });
  });

  test('--call of a name that is not there tells similar ones', () => {
    expect(() => chooseTrigger({ call: 'jumpto' }, imageWith('JumpToBootloader'))).toThrow(
      /no symbol is called 'jumpto'; there are JumpToBootloader {2}\[HIL-629\]/,
    );
  });

  test('--call of a variable is refused', () => {
    expect(() => chooseTrigger({ call: 'uwTick' }, imageWith())).toThrow(/'uwTick' is a variable at 0x2000_0010/);
  });

  test('--trigger uart: takes escapes', () => {
    const { trigger } = chooseTrigger({ trigger: 'uart:jump\\r' }, imageWith());
    expect(trigger).toEqual({ kind: 'uart', bytes: Uint8Array.from([0x6a, 0x75, 0x6d, 0x70, 13]) });
    expect(triggerText(trigger)).toBe("'jump\\r' on the console");
  });

  test.each(['button', 'none'] as const)('--trigger %s is understood', (kind) => {
    expect(chooseTrigger({ trigger: kind }, imageWith()).trigger).toEqual({ kind });
  });

  test('--trigger of another kind names those that there are', () => {
    expect(() => chooseTrigger({ trigger: 'spi:x' }, imageWith())).toThrow(/there are uart:TEXT, button, none/);
  });

  test('--call and --trigger at once are refused', () => {
    expect(() => chooseTrigger({ call: 'f', trigger: 'none' }, imageWith('f'))).toThrow(/either --call or --trigger/);
  });

  test('asked for nothing, the one function with a usual name is called, and that is said', () => {
    const chosen = chooseTrigger({}, imageWith('main', 'Jump_To_Bootloader'));
    expect(chosen.trigger).toMatchObject({ kind: 'call', name: 'Jump_To_Bootloader' });
    expect(chosen.why).toContain('the image has a function Jump_To_Bootloader');
  });

  test('asked for nothing, with two such functions, it does not guess', () => {
    const chosen = chooseTrigger({}, imageWith('JumpToBootloader', 'enter_dfu'));
    expect(chosen.trigger).toEqual({ kind: 'none' });
    expect(chosen.why).toContain('JumpToBootloader, enter_dfu');
  });

  test('asked for nothing, without any such function, it has to jump by itself', () => {
    const chosen = chooseTrigger({}, imageWith('main'));
    expect(chosen.trigger).toEqual({ kind: 'none' });
    expect(chosen.why).toContain('it has to jump by itself');
  });
});

describe('a sign of life', () => {
  test.each([
    ['uart:tick', "prints 'tick'"],
    ['uart:ping\\r=>pong', "answers 'ping\\r' with 'pong'"],
    ['symbol:uwTick', 'changes its variable uwTick (0x2000_0010)'],
    ['symbol:0x2000_0040', 'changes its variable 0x2000_0040 (0x2000_0040)'],
  ])('%s: it %s', (text, words) => {
    expect(signText(parseSignOfLife(text, imageWith()))).toBe(words);
  });

  test.each([
    ['symbol:flags', /no place of a 32-bit word/],
    ['symbol:nothing', /no symbol is called 'nothing'/],
    ['led', /there are uart:TEXT, uart:QUESTION=>ANSWER, symbol:NAME/],
    ['uart:=>pong', /no text/],
  ])('%s is refused', (text, why) => {
    expect(() => parseSignOfLife(text, imageWith())).toThrow(why);
  });
});
