import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { askControl } from '../bootloader/an3155/virtual-control.ts';
import { chipNamed } from '../chip/lookup.ts';
import { bytesAt, makeImage } from '../image/image.ts';
import { loadImage } from '../image/load.ts';
import { deadline } from '../trace/deadline.ts';
import { until } from '../trace/wait.ts';
import type { ReadyLine } from '../virtual/host-types.ts';
import { startBoards } from '../virtual/main.ts';
import { packagedScript } from './openocd-scripts.ts';
import { openProbe, type Probe, type ProbeOptions } from './probe.ts';

/** Application interrupt and reset control, its key with SYSRESETREQ (Armv6-M B3.2.6, Armv7-M B3.2.6). */
const AIRCR = 0xe000_ed0c;
const VECTKEY_SYSRESETREQ = 0x05fa_0004;
const root = fileURLToPath(new URL('../../', import.meta.url));
const chip = chipNamed('STM32G070RB');
const permissions = { erase: 'mass', write_protection: true, option_bytes: true, rdp1: false } as const;
const image = loadImage(join(root, 'build/firmware/handover/stm32g070rb.elf'));
const EMPTY = 1 << (chip.flash.controller.emptyFlag as number);

let boards: Awaited<ReturnType<typeof startBoards>>;
let ready: ReadyLine;
const probes: Probe[] = [];

beforeAll(async () => {
  boards = await startBoards([
    {
      name: 'probe',
      model: 'NUCLEO-G070RB',
      romId: 0xb4,
      romPath: join(root, 'build/firmware/rom/stm32g070-0xB4.bin'),
      blank: true,
      seed: 3,
    },
  ]);
  ready = boards.boards[0] as ReadyLine;
}, 30_000);
afterEach(async () => {
  for (const probe of probes.splice(0)) await probe.close();
});
afterAll(() => boards.stop());

async function connect(some: Partial<ProbeOptions> = {}): Promise<Probe> {
  const probe = await openProbe({
    chip,
    board: 'probe',
    permissions,
    address: { kind: 'tcp', port: ready.stlink.port, serial: ready.stlink.serial },
    ...some,
  });
  probes.push(probe);
  return probe;
}

describe.each(['hla', 'dapdirect'] as const)('over %s', (transport) => {
  test('the identity is read without halting, and agrees with the part', async () => {
    const probe = await connect({ transport });
    expect(probe.attach).toBe('hot');
    expect(await probe.identity()).toMatchObject({
      devId: 0x460,
      romId: 0xb4,
      flashKiB: 128,
      uniqueId: expect.stringMatching(/^[0-9a-f]{24}$/),
    });
    expect(await probe.isHalted()).toBe(false);
  }, 20_000);

  test('a blank chip boots its ROM; programmed, its EMPTY flag is cleared and a reset starts the application', async () => {
    const probe = await connect({ transport });
    await probe.flashMassErase();
    await probe.loadOptionBytes();
    expect(await probe.inspect()).toMatchObject({ where: 'system memory' });
    const { empty, bytes } = await probe.flashProgram(image);
    expect(bytes).toBeGreaterThan(1000);
    expect(empty).toMatchObject({ wasSet: true, flashIsEmpty: false });
    expect(empty.acrAfter & EMPTY).toBe(0);
    await probe.resetRun();
    expect(await probe.inspect()).toMatchObject({ wasRunning: true, where: 'flash' });
  }, 30_000);

  test('steps one instruction, stops at a breakpoint, reads and writes registers and memory', async () => {
    const probe = await connect({ transport });
    await probe.flashProgram(image);
    await probe.resetHalt();
    const reset = (await probe.readMemory(0x0800_0004, 32, 1))[0] as number;
    expect(await probe.readRegister('pc')).toBe(reset - 1);
    await probe.step();
    const stepped = await probe.readRegister('pc');
    expect(stepped).not.toBe(reset - 1);
    await probe.resetHalt();
    await probe.setBreakpoint(stepped);
    await probe.resume();
    await probe.waitUntilHalted(5000);
    expect(await probe.readRegister('pc')).toBe(stepped);
    await probe.clearBreakpoint(stepped);
    await probe.writeRegister('r5', 0x1234_5678);
    expect(await probe.readRegisters(['r5', 'xPSR'])).toMatchObject({ r5: 0x1234_5678 });
    await probe.writeMemory(0x2000_4000, 16, [0x1122, 0x3344]);
    expect(await probe.readMemory(0x2000_4000, 8, 4)).toEqual([0x22, 0x11, 0x44, 0x33]);
    expect(await probe.readBytes(0x2000_4000, 3)).toEqual(Uint8Array.of(0x22, 0x11, 0x44));
    await expect(probe.readMemory(0x3000_0000, 32, 1)).rejects.toMatchObject({ code: 223 });
    await probe.resume();
    await expect(probe.waitUntilHalted(50)).rejects.toMatchObject({ code: 411 });
  }, 30_000);

  test('released, the debug registers read as in the field; taken back, the core has gone on', async () => {
    const probe = await connect({ transport });
    await probe.resetHalt();
    await probe.setBreakpoint(0x0800_0f00);
    const evidence = await probe.release();
    expect(evidence.DHCSR & 3).toBe(0);
    expect(evidence).toMatchObject({ DEMCR: 0, DBGMCU_CR: 0 });
    expect(evidence.FP_CTRL & 1).toBe(0);
    await expect(probe.halt()).rejects.toMatchObject({ code: 415 });
    await probe.reacquire();
    expect(await probe.inspect()).toMatchObject({ wasRunning: true });
  }, 20_000);

  test('taken back while the core runs, it stops at a breakpoint that is set then, behind a reset of the program as well', async () => {
    const probe = await connect({ transport });
    await probe.resetHalt();
    const { pc } = await probe.readRegisters(['pc']);
    await probe.release();
    await probe.reacquire();
    await probe.setBreakpoint(pc);
    await probe.writeMemory(AIRCR, 32, [VECTKEY_SYSRESETREQ]);
    await probe.waitUntilHalted(5000);
    expect(await probe.readRegister('pc')).toBe(pc);
  }, 20_000);

  test('started at registers of its own, it is seen where it runs, and no longer where it was halted', async () => {
    const probe = await connect({ transport });
    await probe.resetHalt();
    const { pc } = await probe.readRegisters(['pc']);
    // `b .`
    await probe.writeMemory(chip.sram.base + 0x1000, 16, [0xe7fe]);
    await probe.releaseAt({ sp: chip.sram.base + 0x2000, pc: chip.sram.base + 0x1000, xpsr: 1 << 24 });
    await probe.reacquire();
    const seen = await probe.inspect();
    expect(seen).toMatchObject({
      wasRunning: true,
      pc: chip.sram.base + 0x1000,
      msp: chip.sram.base + 0x2000,
      where: 'RAM',
    });
    expect(seen.pc).not.toBe(pc);
  }, 20_000);
});

test('pages are erased, and only these', async () => {
  const probe = await connect();
  await probe.flashProgram(image);
  await probe.flashErasePages([0]);
  expect(await probe.readBytes(0x0800_0000, 2048)).toEqual(new Uint8Array(2048).fill(0xff));
  expect(await probe.readBytes(0x0800_0800, 16)).toEqual(bytesAt(image, 0x0800_0800, 16));
  await expect(probe.flashErasePages([64])).rejects.toMatchObject({ code: 627 });
}, 20_000);

test('the guard stands before every write', async () => {
  const probe = await connect({
    permissions: { erase: 'none', write_protection: false, option_bytes: false, rdp1: false },
  });
  const flashCr = 0x4002_2014;
  await expect(probe.flashProgram(image)).rejects.toMatchObject({ code: 451 });
  await expect(probe.flashErasePages([0])).rejects.toMatchObject({ code: 451 });
  await expect(probe.flashMassErase()).rejects.toMatchObject({ code: 451 });
  await expect(probe.writeMemory(0x0800_0000, 32, [0])).rejects.toMatchObject({ code: 451 });
  await expect(probe.writeMemory(flashCr, 32, [1 << 2])).rejects.toMatchObject({ code: 451 });
  await expect(probe.writeOptionWords({ OPTR: 0xdfff_e1bb })).rejects.toMatchObject({ code: 454 });
  await expect(probe.writeOptionWords({ OPTR: 0xdfff_e1cc })).rejects.toMatchObject({ code: 455 });
  await expect(probe.writeOptionWords({ NOPE: 0 })).rejects.toMatchObject({ code: 604 });
  expect(await probe.readOptionWords()).toMatchObject({ OPTR: 0xdfff_e1aa });
}, 20_000);

test('option words are written and take effect when they are loaded', async () => {
  const probe = await connect();
  const before = await probe.readOptionWords();
  await probe.writeOptionWords({ WRP1AR: 0x0003_0002 });
  await probe.loadOptionBytes();
  expect(await probe.readOptionWords()).toEqual({ ...before, WRP1AR: expect.anything() });
  expect(((await probe.readOptionWords()).WRP1AR as number) & 0x003f_003f).toBe(0x0003_0002);
  await probe.writeOptionWords({ WRP1AR: before.WRP1AR as number });
  await probe.loadOptionBytes();
  expect(await probe.readOptionWords()).toEqual(before);
}, 20_000);

describe.each(['hla', 'dapdirect'] as const)('without a flash driver of OpenOCD, over %s', (transport) => {
  // The G070 has the FLASH interface of C0, the family that OpenOCD 0.12.0 does not know.
  const target = { script: packagedScript('stm32c0x.cfg'), target: 'stm32c0x.cpu' };

  test('an image is programmed by our own loader, its neighbour pages kept', async () => {
    const probe = await connect({ transport, target });
    await probe.flashProgram(makeImage('before', [{ address: 0x0801_f800, bytes: Uint8Array.of(1, 2, 3, 4) }]));
    expect(await probe.flashProgram(image)).toMatchObject({ empty: { flashIsEmpty: false } });
    expect(await probe.readBytes(0x0801_f800, 8)).toEqual(Uint8Array.of(1, 2, 3, 4, 0xff, 0xff, 0xff, 0xff));
    for (const { address, bytes } of image.segments)
      expect(await probe.readBytes(address, bytes.length)).toEqual(bytes);
    await probe.resetRun();
    expect(await probe.inspect()).toMatchObject({ wasRunning: true, where: 'flash' });
  }, 30_000);

  test('pages and the whole flash are erased by registers', async () => {
    const probe = await connect({ transport, target });
    await probe.flashProgram(image);
    await probe.flashErasePages([0]);
    expect(await probe.readBytes(0x0800_0000, 2048)).toEqual(new Uint8Array(2048).fill(0xff));
    expect(await probe.readBytes(0x0800_0800, 16)).toEqual(bytesAt(image, 0x0800_0800, 16));
    await probe.flashMassErase();
    expect(await probe.readBytes(0x0800_0800, 16)).toEqual(new Uint8Array(16).fill(0xff));
  }, 30_000);

  test('a write-protected page stops it with what FLASH_SR reads', async () => {
    const probe = await connect({ transport, target });
    await probe.writeOptionWords({ WRP1AR: 0x0000_0000 });
    await probe.loadOptionBytes();
    try {
      await expect(probe.flashProgram(image)).rejects.toMatchObject({ code: 412, context: { sr: 0x10 } });
    } finally {
      await probe.writeOptionWords({ WRP1AR: 0x0000_003f });
      await probe.loadOptionBytes();
    }
  }, 30_000);
});

test('OpenOCD killed in mid-write is an error, and the next attempt succeeds', async () => {
  const probe = await connect();
  const large = makeImage('large', [
    { address: 0x0800_0000, bytes: Uint8Array.from({ length: 120 * 1024 }, (_, i) => (i * 31 + (i >> 8)) & 0xff) },
  ]);
  const before = probe.log().length;
  const writing = probe.flashProgram(large).catch((error: unknown) => error);
  // OpenOCD names the chip when it begins with the flash; the write of 120 KiB then takes hundreds of milliseconds.
  await until(
    deadline('start of the write', 10_000),
    'start of the write',
    () => /flash size|device idcode|halted/.test(probe.log().slice(before)),
    { pollMs: 1 },
  );
  process.kill(probe.pid, 'SIGKILL');
  expect(await writing).toMatchObject({ code: 222, message: expect.stringContaining('SIGKILL') });
  await expect(probe.halt()).rejects.toMatchObject({ code: 226 });
  await probe.reacquire();
  expect(await probe.flashProgram(image)).toMatchObject({ empty: { flashIsEmpty: false } });
}, 40_000);

test('a second user of the probe is told who has it', async () => {
  await connect();
  await expect(connect()).rejects.toMatchObject({ code: 235 });
}, 20_000);

test('a serial that is not there, a port where nobody listens, and a target without power are three errors', async () => {
  const wrong = { kind: 'tcp', port: ready.stlink.port, serial: 'FFFFFFFFFFFFFFFFFFFFFFFF' } as const;
  await expect(connect({ address: wrong })).rejects.toMatchObject({ code: 234, context: { cause: 'serial' } });
  await expect(connect({ address: { kind: 'tcp', port: 1 } })).rejects.toMatchObject({ code: 234 });
  await askControl(ready.control, { op: 'power', on: false });
  try {
    await expect(connect()).rejects.toMatchObject({ code: 237, message: expect.stringContaining('0.00 V') });
  } finally {
    await askControl(ready.control, { op: 'power', on: true });
  }
}, 30_000);

test('power cut and restored under a running OpenOCD: taken back, the probe works again', async () => {
  const probe = await connect();
  await askControl(ready.control, { op: 'power', on: false });
  await askControl(ready.control, { op: 'power', on: true });
  await probe.reacquire();
  expect(await probe.identity()).toMatchObject({ devId: 0x460 });
}, 30_000);

test('no OpenOCD outlives the process that started it, even one that is killed', async () => {
  const bundle = join(root, `node_modules/.cache/stm32-hil/orphan-${process.pid}.mjs`);
  const { port, serial } = ready.stlink;
  await build({
    stdin: {
      contents: `import { openProbe } from './probe.ts';
        import { chipNamed } from '../chip/lookup.ts';
        const probe = await openProbe({
          chip: chipNamed('STM32G070RB'), board: 'orphan', address: { kind: 'tcp', port: ${port}, serial: '${serial}' },
          permissions: { erase: 'none', write_protection: false, option_bytes: false, rdp1: false },
        });
        console.log(probe.pid);
        setInterval(() => {}, 1000);`,
      resolveDir: join(root, 'hil/probe'),
      loader: 'ts',
    },
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'silent',
  });
  const owner = spawn(process.execPath, [bundle], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const pid = await new Promise<number>((resolve) => owner.stdout?.once('data', (chunk) => resolve(Number(chunk))));
    expect(readFileSync(`/proc/${pid}/comm`, 'utf8').trim()).toBe('openocd');
    owner.kill('SIGKILL');
    const running = (): boolean =>
      existsSync(`/proc/${pid}/stat`) && !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    await until(deadline('end of the orphan', 5000), 'end of OpenOCD', () => !running());
  } finally {
    owner.kill('SIGKILL');
    rmSync(bundle, { force: true });
  }
}, 30_000);
