import { type Chip, flashKeys, flashRegister } from '../chip/chip.ts';
import { hex } from '../error/format-error.ts';
import { HilError } from '../error/hil-error.ts';
import { type DeadlineScope, deadline } from '../trace/deadline.ts';
import { until } from '../trace/wait.ts';
import type { TclCommands } from './tcl-commands.ts';

/** The FLASH interface by its registers, where OpenOCD has no command for what is to be done. */
export interface FlashControl {
  readonly chip: Chip;
  read(register: string): Promise<number>;
  write(register: string, value: number): Promise<void>;
  /** A value of the control register with these bits set. */
  bits(...names: readonly string[]): number;
  /** Clears flags of earlier failures, and opens the control register with the keys for `what`. */
  unlock(what: 'flash' | 'option bytes'): Promise<void>;
  /** Waits until the interface is idle. @throws HilError 412 if an error flag is set, or `ms` are over. */
  idle(action: string, ms: number): Promise<void>;
  lock(): Promise<void>;
}

export function createFlashControl(board: string, chip: Chip, tcl: TclCommands, scope: DeadlineScope): FlashControl {
  const { control, status, ip, optionControl } = chip.flash.controller;
  const read = async (register: string): Promise<number> =>
    (await tcl.readMemory(flashRegister(chip, register), 32, 1))[0] as number;
  const write = (register: string, value: number): Promise<void> =>
    tcl.writeMemory(flashRegister(chip, register), 32, [value >>> 0]);
  const bits = (...names: readonly string[]): number =>
    names.reduce((sum, name) => sum + 2 ** (control.bits[name] as number), 0);

  const sendKeys = async (opens: Parameters<typeof flashKeys>[1]): Promise<void> => {
    const register = chip.flash.controller.keys.find((key) => key.opens === opens)?.register;
    const words = flashKeys(chip, opens);
    if (register === undefined || words === undefined) return;
    for (const word of words) await write(register, word);
  };
  /** Sends the keys if the lock bit says so: keys to an open lock would close it until the next reset. */
  const open = async (opens: Parameters<typeof flashKeys>[1], lockBit: string): Promise<void> => {
    if (((await read(control.register)) & bits(lockBit)) !== 0) await sendKeys(opens);
  };

  return {
    chip,
    read,
    write,
    bits,
    async unlock(what) {
      await write('SR', status.errors);
      if (ip === 'l0') {
        await open('data memory', 'PELOCK');
        return what === 'flash' ? open('flash', 'PRGLOCK') : open('option bytes', 'OPTLOCK');
      }
      if (optionControl !== undefined && what === 'option bytes') {
        const locked = ((await read(optionControl.register)) & (1 << optionControl.lock)) !== 0;
        return locked ? sendKeys('option bytes') : undefined;
      }
      await open('flash', 'LOCK');
      if (what === 'flash') return;
      // F0 shows by OPTWRE that the option bytes are open; the others by OPTLOCK that they are not.
      if (ip !== 'f0') return open('option bytes', 'OPTLOCK');
      if (((await read(control.register)) & bits('OPTWRE')) === 0) await sendKeys('option bytes');
    },
    async idle(action, ms) {
      let flags = 0;
      await until(
        deadline(action, ms, { ...scope, board }),
        `idle FLASH interface after ${action}`,
        async (note) => {
          flags = await read('SR');
          if ((flags & status.busy) === 0) return true;
          note(`FLASH_SR ${hex(flags)}`);
          return false;
        },
        { code: 412 },
      );
      if ((flags & status.errors) !== 0) {
        throw new HilError(412, `${board}: ${action} failed: FLASH_SR reads ${hex(flags)}`, {
          context: { action, sr: flags },
        });
      }
    },
    async lock() {
      if (ip === 'l0') await write(control.register, bits('PELOCK', 'PRGLOCK', 'OPTLOCK'));
      else await write(control.register, bits('LOCK'));
      if (optionControl !== undefined) {
        await write(optionControl.register, ((await read(optionControl.register)) | (1 << optionControl.lock)) >>> 0);
      }
    },
  };
}
