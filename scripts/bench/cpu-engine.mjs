// One core executing the workload, in a process of its own: node cpu-engine.mjs ours|ours-watched|ours-m4|rp2040js|rp2040js-bare BINARY SAMPLES
// Prints one JSON line: { perRound, result, rates: instructions per second of each sample }.
import { readFileSync } from 'node:fs';
import { product } from './product.mjs';

const CODE = 0x1000_0000;
const RAM = 0x2000_0000;
/** `struct progress` of workload.c */
const ROUNDS = RAM;
const RESULT = RAM + 8;
/** As workload.c sets SysTick. */
const TICK_CYCLES = 5000;
const COUNTED_ROUNDS = 16;
const WARM_MS = 1500;
const SAMPLE_MS = 700;

async function ours(image, watched, processor) {
  const { createBus } = await product('virtual/bus');
  const { createCore } = await product('virtual/cpu/create-core');
  const bus = createBus();
  bus.addMemory({ name: 'code', base: CODE, size: 0x1_0000 }).bytes.set(image);
  const ram = bus.addMemory({ name: 'ram', base: RAM, size: 0x2000, writable: true });
  bus.setAlias(bus.memoryAt(CODE));
  const core = createCore({ bus, ...(processor === undefined ? {} : { processor }) });
  core.reset('power');
  // Debug as OpenOCD leaves it while a program runs: enabled, a breakpoint armed (on the fault handler).
  core.debugWrite(0xe000_edf0, 0xa05f_0001, 4); // DHCSR
  core.debugWrite(0xe000_2000, 3, 4); // BP_CTRL
  core.debugWrite(
    0xe000_2008,
    0xc000_0001 | (new DataView(image.buffer, image.byteOffset).getUint32(12, true) & ~3),
    4,
  );
  if (watched) {
    core.debugWrite(0xe000_edfc, 0x0100_0000, 4); // DEMCR.DWTENA
    core.debugWrite(0xe000_1020, RAM + 0x1000, 4); // DWT_COMP0: between data and stack, never written
    core.debugWrite(0xe000_1024, 2, 4);
    core.debugWrite(0xe000_1028, 6, 4); // DWT_FUNCTION0: watch writes
  }
  return {
    read: (address) => ram.words[(address - RAM) >> 2] >>> 0,
    step: () => {
      if (core.run(core.cycles + 1) !== 'limit') throw new Error('the core stopped');
    },
    run: () => {
      if (core.run(core.cycles + 500_000) !== 'limit') throw new Error('the core stopped');
    },
  };
}

async function rp2040js(image) {
  const { RP2040 } = await import('rp2040js');
  const chip = new RP2040();
  chip.flash.set(image);
  chip.core.VTOR = CODE;
  chip.core.reset();
  const { clock, core } = chip;
  // The loop of its own Simulator class: without the clock there would be no SysTick.
  const nanosPerCycle = 8;
  const step = () => clock.tick(core.executeInstruction() * nanosPerCycle);
  return {
    read: (address) => chip.readUint32(address),
    step,
    run: () => {
      for (let i = 0; i < 200_000; i++) clock.tick(core.executeInstruction() * nanosPerCycle);
    },
  };
}

/**
 * rp2040js's core on a bus that has nothing but the two memories, and ticks that cost it nothing but their exceptions: more than
 * it can do as a chip, and so the fairer comparison of the cores.
 */
async function bareRp2040js(image) {
  const { RP2040 } = await import('rp2040js');
  const code = new DataView(new ArrayBuffer(0x1_0000));
  const ram = new DataView(new ArrayBuffer(0x2000));
  new Uint8Array(code.buffer).set(image);
  const at = (address) => (address >>> 28 === 2 ? ram : code);
  const silent = () => {};
  const bus = {
    readUint32: (a) => at(a).getUint32(a & 0xffff, true),
    readUint16: (a) => at(a).getUint16(a & 0xffff, true),
    readUint8: (a) => at(a).getUint8(a & 0xffff),
    writeUint32: (a, value) => {
      if (a >>> 28 === 2) ram.setUint32(a & 0xffff, value, true);
    },
    writeUint16: (a, value) => ram.setUint16(a & 0xffff, value, true),
    writeUint8: (a, value) => ram.setUint8(a & 0xffff, value),
    logger: { warn: silent, error: silent, info: silent, debug: silent },
  };
  const core = new new RP2040().core.constructor(bus);
  core.VTOR = CODE;
  core.reset();
  let nextTick = TICK_CYCLES;
  const tick = () => {
    nextTick += TICK_CYCLES;
    core.pendingSystick = true;
    core.interruptsUpdated = true;
  };
  const step = () => {
    core.executeInstruction();
    if (core.cycles >= nextTick) tick();
  };
  return {
    read: (address) => bus.readUint32(address),
    step,
    run: () => {
      for (let i = 0; i < 200_000; i++) {
        core.executeInstruction();
        if (core.cycles >= nextTick) tick();
      }
    },
  };
}

/** Instructions of one round (with its share of interrupts), by single steps; and what the rounds computed. */
function count(engine) {
  while (engine.read(ROUNDS) < 1 || engine.read(ROUNDS) > COUNTED_ROUNDS) engine.step();
  let steps = 0;
  for (; engine.read(ROUNDS) <= COUNTED_ROUNDS; steps++) engine.step();
  return { perRound: steps / COUNTED_ROUNDS, result: engine.read(RESULT) };
}

/** Seconds of CPU time, not of the wall: a busy machine must not decide who is faster. */
const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Rounds per second. */
function sample(engine, ms) {
  const rounds = engine.read(ROUNDS);
  const started = cpuMs();
  let now = started;
  for (; now - started < ms; now = cpuMs()) engine.run();
  return (engine.read(ROUNDS) - rounds) / ((now - started) / 1000);
}

const [name, binary, samples] = process.argv.slice(2);
const image = readFileSync(binary);
const engines = {
  ours: () => ours(image, false),
  'ours-watched': () => ours(image, true),
  'ours-m4': () => ours(image, false, 'cortex-m4'),
  rp2040js: () => rp2040js(image),
  'rp2040js-bare': () => bareRp2040js(image),
};
const engine = await engines[name]();
const { perRound, result } = count(engine);
sample(engine, WARM_MS);
const rates = Array.from({ length: Number(samples) }, () => perRound * sample(engine, SAMPLE_MS));
console.log(JSON.stringify({ perRound, result, rates }));
