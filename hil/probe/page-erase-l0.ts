import { flashRegister, pageAt } from '../chip/chip.ts';
import type { FlashControl } from './flash-control.ts';
import { plainHex, type TclCommands } from './tcl-commands.ts';

/**
 * Erases pages of 128 bytes: OpenOCD's driver for L0 knows sectors of 4 KB only, and its mass erase goes through readout protection.
 * With ERASE and PROG set, a word written to a page erases it (RM0377 3.3.4). The loop runs inside OpenOCD, which is about thirty
 * times as fast as one command per page.
 * @param runs first and last number of consecutive pages
 * @throws HilError 412
 */
export async function erasePagesL0(
  flash: FlashControl,
  tcl: TclCommands,
  runs: readonly (readonly [number, number])[],
): Promise<void> {
  const { chip } = flash;
  const page = chip.flash.pages[0];
  if (page === undefined) return;
  const busy = `[lindex [read_memory ${plainHex(flashRegister(chip, 'SR'))} 32 1] 0] & ${chip.flash.controller.status.busy}`;
  await flash.unlock('flash');
  await flash.write('PECR', (await flash.read('PECR')) | flash.bits('ERASE', 'PROG'));
  for (const [first, last] of runs) {
    const from = plainHex(pageAt(chip, first)?.base ?? 0);
    const to = plainHex(pageAt(chip, last)?.base ?? 0);
    await tcl.run(
      `for {set at ${from}} {$at <= ${to}} {incr at ${page.size}} {write_memory $at 32 {0}; set n 0; while {(${busy}) && [incr n] < 1000} {}}`,
      10_000 + (last - first + 1) * (page.eraseMs + 20),
    );
    await flash.idle(`the erase of pages ${first} to ${last}`, 1000);
  }
  await flash.lock();
}
