import { describe, expect, test } from '@jest/globals';
import type { TclConnection } from '../transport/tcl-connection.ts';
import { createTclCommands } from './tcl-commands.ts';

/** OpenOCD on an ST-Link's own commands: it answers from its copy of the registers until it is made to fetch them. */
function cachingOpenOcd() {
  const core: Record<string, number> = { pc: 0x0800_0ecc, msp: 0x2000_9000 };
  const copy: Record<string, number> = { ...core };
  const sent: string[] = [];
  const tcl = {
    async evaluate(script: string): Promise<string> {
      sent.push(script);
      if (script.includes('-force')) Object.assign(copy, core);
      const set = /^set_reg \{(\w+) (\S+)\}$/.exec(script);
      if (set !== null) copy[set[1] as string] = Number(set[2]);
      const get = /^get_reg \{(.+)\}$/.exec(script);
      return (get?.[1] ?? '')
        .split(' ')
        .map((name) => `${name} ${copy[name]}`)
        .join(' ');
    },
  } as unknown as TclConnection;
  return { core, sent, commands: createTclCommands(tcl, 'board', 'stm32g0x.cpu', {}) };
}

describe('core registers', () => {
  test('are fetched anew, once, after the core was started past OpenOCD', async () => {
    const { core, sent, commands } = cachingOpenOcd();
    core.pc = 0x1fff_04c0;
    commands.startedElsewhere();
    expect(await commands.readRegisters(['pc', 'msp'])).toEqual({ pc: 0x1fff_04c0, msp: 0x2000_9000 });
    await commands.readRegisters(['pc']);
    expect(sent.filter((script) => script.includes('-force'))).toHaveLength(1);
  });

  test('that are written then are not lost: the others are fetched before', async () => {
    const { core, commands } = cachingOpenOcd();
    core.pc = 0x1fff_04c0;
    commands.startedElsewhere();
    await commands.writeRegister('msp', 0x2000_2000);
    expect(await commands.readRegisters(['pc', 'msp'])).toEqual({ pc: 0x1fff_04c0, msp: 0x2000_2000 });
  });

  test('are not fetched by force otherwise: what was written waits in OpenOCD until the core goes on', async () => {
    const { sent, commands } = cachingOpenOcd();
    await commands.writeRegister('pc', 0x0800_0000);
    expect(await commands.readRegisters(['pc'])).toEqual({ pc: 0x0800_0000 });
    expect(sent.join('\n')).not.toMatch('-force');
  });
});
