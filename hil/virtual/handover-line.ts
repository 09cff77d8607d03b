import { readFileSync } from 'node:fs';
import { chipNamed } from '../chip/lookup.ts';
import { readElf } from '../image/elf.ts';
import { type Image, symbolNamed } from '../image/image.ts';
import { createVirtualBoard } from './board.ts';
import type { VirtualBoard } from './board-types.ts';
import { coreRegister, type HostLine, hostLine, romImage } from './rom-line.ts';

/** For tests: the application under test on a virtual board, with the host's end of its console. */

const folder = new URL('../../build/firmware/handover/', import.meta.url);

const G070 = 'STM32G070RB';

/** The built application of a part; `make -C firmware handover` builds it. */
export const handoverBin = (part = G070): Uint8Array => readFileSync(new URL(`${part.toLowerCase()}.bin`, folder));
export const handoverElf = (part = G070): Uint8Array => readFileSync(new URL(`${part.toLowerCase()}.elf`, folder));

const images = new Map<string, Image>();
/** Address of a symbol of the application; that of a function without its Thumb bit. */
export function symbol(name: string, part = G070): number {
  const image = images.get(part) ?? readElf(`${part.toLowerCase()}.elf`, handoverElf(part));
  images.set(part, image);
  return symbolNamed(image, name).address & ~1;
}

export const PC = 15;
export const xPSR = 16;
export const MSP = 17;
export const PRIMASK_AND_CONTROL = 20;

export interface Application {
  readonly board: VirtualBoard;
  readonly line: HostLine;
  /** The next line from the console without its end; throws when none comes in time. */
  readLine(limitMs?: number): string;
  /** Send a command and return its answer. */
  ask(command: string, limitMs?: number): string;
  /** Wait for the banner and return its fields. */
  banner(limitMs?: number): Record<string, string>;
  /** What comes within the time, as text. */
  heard(ms: number): string;
}

/** `n=3 tick=on` as an object. */
export const fieldsOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split(' ')
      .filter((word) => word.includes('='))
      .map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]),
  );

export function applicationOn(board: VirtualBoard, part = G070): Application {
  const line = hostLine(board, chipNamed(part).board.console.usart, { baud: 115_200, parity: 'none' });
  const application: Application = {
    board,
    line,
    readLine(limitMs = 100) {
      const deadline = board.schedule.now() + limitMs * 1e6;
      let text = '';
      while (!text.endsWith('\r\n')) {
        const bytes = line.receive(1, 1);
        text += String.fromCharCode(...bytes);
        if (bytes.length === 0 && board.schedule.now() > deadline) {
          throw new Error(
            `no line within ${limitMs} ms; got ${JSON.stringify(text)}, PC ${coreRegister(board, PC).toString(16)}`,
          );
        }
      }
      return text.slice(0, -2);
    },
    ask(command, limitMs) {
      line.send(...new TextEncoder().encode(`${command}\r`));
      return application.readLine(limitMs);
    },
    banner(limitMs) {
      const text = application.readLine(limitMs);
      if (!text.startsWith('@boot ')) throw new Error(`expected a banner, got ${JSON.stringify(text)}`);
      return fieldsOf(text);
    },
    heard(ms) {
      line.runMs(ms);
      return String.fromCharCode(...line.received.splice(0));
    },
  };
  return application;
}

export interface StartOptions {
  /** Default: STM32G070RB. */
  readonly part?: string;
  /** Default: the newest of the part. */
  readonly romId?: number;
  readonly seed?: number;
  /** Content of the flash, if not the built application. */
  readonly flash?: Uint8Array;
}

/** A board with the application in its flash, just powered. */
export function poweredApplication(options: StartOptions = {}): Application {
  const { part = G070, seed = 70, flash = handoverBin(part) } = options;
  const { board, rom } = chipNamed(part);
  const romId = options.romId ?? rom.versions.at(-1)?.id ?? 0;
  const image = romImage({ part, romId });
  return applicationOn(
    createVirtualBoard({ name: 'handover-test', model: board.name, romId, rom: image, flash, seed }),
    part,
  );
}

/** The same, started and with settings made; `start.*` settings take effect by a reset. */
export function runningApplication(settings: Record<string, string> = {}, options: StartOptions = {}): Application {
  const application = poweredApplication(options);
  application.banner();
  for (const [name, value] of Object.entries(settings)) {
    const answer = application.ask(`set ${name} ${value}`);
    if (answer !== `ok ${name}=${value}`) throw new Error(`set ${name} ${value}: ${answer}`);
  }
  if (Object.keys(settings).some((name) => name.startsWith('start.'))) {
    application.ask('reset');
    application.banner();
  }
  return application;
}
