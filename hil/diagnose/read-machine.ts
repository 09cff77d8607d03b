import { symbolAt } from '../board/sight.ts';
import { type Chip, erasedWord, flashRegister } from '../chip/chip.ts';
import type { Image } from '../image/image.ts';
import { whereIs } from '../probe/inspect.ts';
import type { Probe } from '../probe/probe.ts';
import type { BootSight, MachineSight, StackedFrame } from './evidence.ts';
import { core, type FamilyRegisters, IWDG_SR, rccAddress, registersOf, WWDG_CR } from './registers.ts';

type Words = Record<string, number>;

/** Words of the interrupt controller: 32 interrupts on Armv6-M; no part here has more than 96. */
const NVIC_WORDS = { 'armv6-m': 1, 'armv7-m': 3 } as const;
/** EXC_RETURN: all ones but the low bits (Armv6-M B1.5.8, Armv7-M B1.5.8). */
const EXC_RETURN = 0xffff_ffe0;
const EXC_RETURN_PSP = 1 << 2;

async function word(probe: Probe, address: number): Promise<number> {
  return (await probe.readMemory(address, 32, 1))[0] as number;
}

/**
 * Reads core and peripherals of a halted machine. Nothing is written: a peripheral without clock is left out, and what is mapped at 0
 * is told by comparing the words there.
 * @throws as Probe
 */
export async function readMachine(probe: Probe, chip: Chip, boot: BootSight, image?: Image): Promise<MachineSight> {
  const v7m = chip.core.architecture === 'armv7-m';
  const { xPSR: xpsr, ...registers } = await probe.readRegisters([
    'pc',
    'lr',
    'xPSR',
    'msp',
    'psp',
    'primask',
    'control',
  ]);
  const masks = v7m ? await probe.readRegisters(['basepri', 'faultmask']) : { basepri: 0, faultmask: 0 };
  const words = await readRegisters(probe, chip);
  const ipsr = xpsr & 0x1ff;
  const symbol = symbolAt(image, registers.pc);
  const frame = ipsr === 0 ? undefined : await readFrame(probe, chip, registers);
  return {
    ...registers,
    ...masks,
    xpsr,
    ipsr,
    vtor: chip.core.hasVtor ? await word(probe, core.VTOR) : 0,
    where: whereIs(chip, registers.pc),
    interrupts: await readInterrupts(probe, chip),
    mapped: await readMapping(probe, chip, boot),
    dma: await readDma(probe, registersOf(chip), words),
    registers: words,
    ...(symbol === undefined ? {} : { symbol }),
    ...(frame === undefined ? {} : { frame }),
  };
}

async function readRegisters(probe: Probe, chip: Chip): Promise<Words> {
  const family = registersOf(chip);
  const words: Words = {};
  for (const [name, address] of Object.entries(family.RCC)) words[name] = await word(probe, address);
  for (const name of ['SYST_CSR', 'SYST_RVR', 'ICSR'] as const) words[name] = await word(probe, core[name]);
  if (chip.core.architecture === 'armv7-m') {
    for (const name of ['CCR', 'SHCSR', 'CFSR', 'HFSR', 'MMFAR', 'BFAR'] as const) {
      words[name] = await word(probe, core[name]);
    }
  }
  // Of the cores here a Cortex-M0 alone has neither VTOR nor MPU.
  if (chip.core.hasVtor) words.MPU_CTRL = await word(probe, core.MPU_CTRL);
  for (const name of ['ACR', 'SR', chip.flash.controller.control.register]) {
    words[`FLASH_${name}`] = await word(probe, flashRegister(chip, name));
  }
  words.IWDG_SR = await word(probe, IWDG_SR);
  if (clocked(words, family.wwdgGate)) words.WWDG_CR = await word(probe, WWDG_CR);
  const { powerRange } = family;
  if (powerRange !== undefined && clocked(words, powerRange.gate)) {
    words[powerRange.name] = await word(probe, powerRange.address);
  }
  for (const { name, rx } of chip.rom.usarts) {
    const base = family.usarts[name];
    if (base === undefined) continue;
    words[`${name}_CR1`] = await word(probe, base + family.usartControl);
    words[`${name}_BRR`] = await word(probe, base + family.usartBaud);
    const level = await pinLevel(probe, family, words, rx);
    if (level !== undefined) words[`${name}_RX`] = level;
  }
  return words;
}

function clocked(words: Words, gate: { readonly register: string; readonly bit: number }): boolean {
  return (((words[gate.register] ?? 0) >>> gate.bit) & 1) === 1;
}

const MODER_ANALOG = 3;

/** Level of a pin named as `PA10`: GPIOx_IDR. Undefined where that reads 0 whatever the level: port without clock, pin in analog mode. */
async function pinLevel(
  probe: Probe,
  { gpio }: FamilyRegisters,
  words: Words,
  pin: string,
): Promise<number | undefined> {
  const [port, number] = [pin.charCodeAt(1) - 'A'.charCodeAt(0), Number(pin.slice(2))];
  if (!clocked(words, { register: gpio.clock.register, bit: gpio.clock.bit + port })) return undefined;
  const base = gpio.base + 0x400 * port;
  if (((await word(probe, base)) >>> (2 * number)) % 4 === MODER_ANALOG) return undefined;
  return ((await word(probe, base + gpio.input)) >>> number) & 1;
}

async function readInterrupts(probe: Probe, chip: Chip): Promise<MachineSight['interrupts']> {
  const count = NVIC_WORDS[chip.core.architecture];
  const numbers = async (base: number): Promise<readonly number[]> =>
    (await probe.readMemory(base, 32, count)).flatMap((bits, i) =>
      Array.from({ length: 32 }, (_, bit) => bit)
        .filter((bit) => ((bits >>> bit) & 1) === 1)
        .map((bit) => 32 * i + bit),
    );
  return {
    enabled: await numbers(core.NVIC_ISER),
    pending: await numbers(core.NVIC_ISPR),
    active: chip.core.architecture === 'armv7-m' ? await numbers(core.NVIC_IABR) : [],
  };
}

async function readMapping(probe: Probe, chip: Chip, boot: BootSight): Promise<MachineSight['mapped']> {
  const [first, second] = (await probe.readMemory(0, 32, 2)) as [number, number];
  const same = ([a, b]: readonly [number, number]): boolean => a === first && b === second;
  if (same(boot.rom)) return 'system memory';
  if (same(boot.flash)) return 'main flash';
  return same((await probe.readMemory(chip.sram.base, 32, 2)) as [number, number]) ? 'SRAM' : 'other';
}

/** Channels: CCR, CNDTR, CPAR, CMAR from 0x08 on, 20 bytes each. Streams of F4: SxCR, SxNDTR, SxPAR, SxM0AR from 0x10 on, 24 bytes. */
async function readDma(probe: Probe, family: FamilyRegisters, words: Words): Promise<MachineSight['dma']> {
  const [first, stride, count] = family.dmaStreams ? [0x10, 0x18, 8] : [0x08, 0x14, 7];
  const found: { name: string; memory: number; control: number }[] = [];
  for (const { name, base, gate } of family.dma) {
    if (!clocked(words, gate)) continue;
    const all = await probe.readMemory(base + first, 32, (count * stride) / 4);
    for (let i = 0; i < count; i++) {
      const at = (i * stride) / 4;
      const control = all[at] as number;
      if ((control & 1) === 0) continue;
      const label = family.dmaStreams ? `${name} stream ${i}` : `${name} channel ${i + 1}`;
      found.push({ name: label, memory: all[at + 3] as number, control });
    }
  }
  return found;
}

/** The frame of the exception that was just entered: LR still holds EXC_RETURN. Later it cannot be found by rule. */
async function readFrame(
  probe: Probe,
  chip: Chip,
  { lr, msp, psp }: { readonly lr: number; readonly msp: number; readonly psp: number },
): Promise<StackedFrame | undefined> {
  if ((lr & EXC_RETURN) >>> 0 !== EXC_RETURN) return undefined;
  const stack = (lr & EXC_RETURN_PSP) === 0 ? msp : psp;
  if (whereIs(chip, stack) !== 'RAM') return undefined;
  const [r0, r1, r2, r3, r12, stackedLr, pc, xpsr] = (await probe.readMemory(stack, 32, 8)) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return { pc, lr: stackedLr, xpsr, r: [r0, r1, r2, r3, r12] };
}

/** What the chip boots, and the words a jump would use. */
export async function readBoot(probe: Probe, chip: Chip): Promise<BootSight> {
  const { emptyFlag } = chip.flash.controller;
  const acr = await word(probe, flashRegister(chip, 'ACR'));
  return {
    optionWords: await probe.readOptionWords(),
    flash: (await probe.readMemory(chip.flash.base, 32, 2)) as unknown as [number, number],
    rom: (await probe.readMemory(chip.systemMemory.base, 32, 2)) as unknown as [number, number],
    ...(emptyFlag === undefined ? {} : { emptyFlag: ((acr >>> emptyFlag) & 1) === 1 }),
  };
}

export function flashIsErased(chip: Chip, boot: BootSight): boolean {
  return boot.flash[0] === erasedWord(chip);
}

/** Clears the reset flags, so that those found later came since. What the application reads of them is gone, too. */
export async function clearResetFlags(probe: Probe, chip: Chip): Promise<void> {
  const { register, remove } = registersOf(chip).resetFlags;
  const address = rccAddress(chip, register);
  const was = await word(probe, address);
  await probe.writeMemory(address, 32, [(was | (2 ** remove)) >>> 0]);
  await probe.writeMemory(address, 32, [(was & ~(2 ** remove)) >>> 0]);
}
