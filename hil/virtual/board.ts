import type { LineFrame, SwdTarget, UartWire, VirtualBoard, VirtualBoardOptions } from './board-types.ts';
import { busFault, createBus } from './bus.ts';
import { createCore } from './cpu/create-core.ts';
import { createEventQueue } from './event-queue.ts';
import { boards, type WireFacts } from './part/boards.ts';
import type { PartModel } from './part/part.ts';
import type { ResetKind, Width } from './peripheral/peripheral.ts';
import type { ResetCause } from './peripheral/roles.ts';
import { createRandom } from './random.ts';
import { createRunLoop } from './run-loop.ts';
import { digest } from './state-hash.ts';
import { createTimebase } from './timebase.ts';

function wireOf(facts: WireFacts, part: PartModel): UartWire {
  const rx = part.net(facts.rxPin);
  const tx = part.net(facts.txPin);
  rx.setState('idle');
  return {
    ...facts,
    drive: (frame: LineFrame) => rx.drive(frame),
    setState: (state) => rx.setState(state),
    onTransmit: (listener) => tx.onTransmit(listener),
  };
}

/** On every STM32 that has an SWD port. */
const SWCLK_PIN = 'PA14';

/**
 * Build a virtual board, powered and just out of power-on reset.
 * @throws RangeError for a model that is not known, or a ROM or flash image that does not fit
 */
export function createVirtualBoard(options: VirtualBoardOptions): VirtualBoard {
  const facts = boards[options.model];
  if (facts === undefined) {
    throw new RangeError(`no virtual board is called '${options.model}'; known are ${Object.keys(boards).join(', ')}`);
  }
  const bus = createBus();
  const core = createCore({ ...facts.core, bus, onSystemReset: () => resetChip('system', 'software') });
  const timebase = createTimebase(() => core.cycles, facts.part.resetHclkHz);
  const queue = createEventQueue(timebase.now, (timeNs) => loop.scheduled(timeNs));
  const notes: ((timeNs: number, event: string, data: Readonly<Record<string, unknown>>) => void)[] = [];
  let powered = false;
  let nrstLow = false;
  let resetWanted = false;

  const note = (event: string, data: Readonly<Record<string, unknown>> = {}): void => {
    for (const listener of notes) listener(timebase.now(), event, data);
  };
  const loop = createRunLoop({
    core,
    queue,
    timebase,
    alive: () => powered && !nrstLow,
    systemReset: () => resetChip('system', 'software'),
    note,
  });

  const part = facts.part.build({
    bus,
    schedule: queue,
    setIrq: (irq, asserted) => core.setIrq(irq, asserted),
    note,
    random: (name) => createRandom(options.seed, name),
    clocks: facts.clocks,
    clockChanged() {
      const hz = part.hclkHz();
      if (hz === timebase.hz) return;
      timebase.setHz(hz);
      loop.rateChanged();
    },
    // The length of the reset pulse is not modelled: the chip starts again at once.
    requestReset(cause) {
      if (resetWanted) return;
      resetWanted = true;
      queue.at(timebase.now(), () => {
        resetWanted = false;
        if (powered) resetChip('system', cause);
      });
      core.breakOut();
    },
    coreHalted: () => core.halted,
    programCounter: () => core.pc,
  });

  function resetChip(kind: ResetKind, cause: ResetCause): void {
    const area = part.reset(kind, cause);
    note('reset', { cause, boot: area });
    core.reset(kind);
    core.holdInReset(!powered || nrstLow);
  }

  part.loadRom(options.rom, options.romId);
  if (options.flash !== undefined) {
    if (options.flash.length > part.flash.size) {
      throw new RangeError(`the flash image has ${options.flash.length} bytes, its memory ${part.flash.size}`);
    }
    part.flash.bytes.set(options.flash);
  }

  const button = facts.button === undefined ? undefined : part.net(facts.button.pin);
  button?.setBoardPull(facts.button?.pull);
  // BOOT0 has a pull-down on every Nucleo, also where it is a port pin (UM1724 MB1136: R32 10 kOhm; UM1956 MB1180, recalled:
  // corroborated); but not where it is SWCLK, which the ST-LINK drives.
  if (facts.boot0Pin !== SWCLK_PIN) part.net(facts.boot0Pin).setBoardPull(0);
  const uarts = facts.wires.map((wire) => wireOf(wire, part));

  function setPower(on: boolean): void {
    if (on === powered) return;
    powered = on;
    note('power', { on });
    resetChip('power', 'power');
  }

  const swd: SwdTarget = {
    get reachable() {
      return powered && (nrstLow || part.debugPortOpen());
    },
    dpidr: facts.dpidr,
    apIdr: facts.apIdr,
    read(address: number, width: Width) {
      if (!swd.reachable) busFault(address);
      part.debuggerSeen();
      return core.debugRead(address, width);
    },
    write(address: number, value: number, width: Width) {
      if (!swd.reachable) busFault(address);
      part.debuggerSeen();
      core.debugWrite(address, value, width);
    },
  };

  setPower(true);
  return {
    name: options.name,
    schedule: queue,
    swd,
    uarts,
    usb: part.usb,
    get powered() {
      return powered;
    },
    setPower,
    setNrst(low) {
      if (low === nrstLow) return;
      nrstLow = low;
      if (!powered) return;
      if (low) resetChip('system', 'pin');
      else {
        core.reset('system');
        core.holdInReset(false);
      }
    },
    setBoot0(level) {
      part.net(facts.boot0Pin).setOutside(level === 'released' ? undefined : level);
    },
    setButton(pressed) {
      if (button === undefined) throw new RangeError(`${options.model} has no user button`);
      button.setOutside(pressed ? facts.button?.pressed : undefined);
    },
    runUntil: (timeNs) => loop.runUntil(timeNs),
    stateHash: () =>
      digest(
        part.stateful.map((memory) => memory.words),
        [...core.snapshot(), core.cycles, timebase.now()],
      ),
    onNote: (listener) => notes.push(listener),
  };
}
