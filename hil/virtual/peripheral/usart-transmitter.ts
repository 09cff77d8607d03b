import type { Level, LineFrame } from '../board-types.ts';
import type { EventHandle, Schedule } from '../schedule.ts';
import { type FrameFormat, parityBit } from './usart-v3-registers.ts';

export interface TransmitterHooks {
  readonly schedule: Schedule;
  format(): FrameFormat;
  bitNs(): number;
  /** Put a frame on the TX pins. */
  emit(frame: LineFrame): void;
  /** TDR or the FIFO has room again, or the last frame has left. */
  progress(): void;
}

/** Shift register and TDR (or FIFO) of a USART. */
export interface Transmitter {
  /** Characters waiting in TDR or the FIFO. */
  readonly waiting: number;
  /** Nothing waits and nothing is on the line. */
  readonly complete: boolean;
  write(data: number, depth: number): void;
  sendBreak(): void;
  flush(): void;
  setEnabled(enabled: boolean): void;
}

export function frameOf(data: number, format: FrameFormat): Level[] {
  const dataBits = format.parity === 'none' ? format.bits : format.bits - 1;
  const levels: Level[] = [0];
  for (let i = 0; i < dataBits; i++) levels.push(((data >>> i) & 1) as Level);
  if (format.parity !== 'none') levels.push(parityBit(data, dataBits, format.parity));
  levels.push(1);
  if (format.stopBits > 1) levels.push(1);
  return levels;
}

export function createTransmitter(hooks: TransmitterHooks): Transmitter {
  const { schedule } = hooks;
  let queue: number[] = [];
  let breakWanted = false;
  let enabled = false;
  let sending: EventHandle | undefined;
  /** The line is free from here on: the preamble (idle frame) after TE, then the end of each frame. */
  let freeNs = 0;

  function send(levels: Level[], bitNs: number): void {
    const startNs = Math.max(freeNs, schedule.now());
    freeNs = startNs + levels.length * bitNs;
    hooks.emit({ startNs, bitNs, levels });
    sending = schedule.at(freeNs, () => {
      sending = undefined;
      next();
      hooks.progress();
    });
  }

  function next(): void {
    if (!enabled || sending !== undefined) return;
    const bitNs = hooks.bitNs();
    if (bitNs === 0) return; // no kernel clock: nothing moves
    if (breakWanted) {
      breakWanted = false;
      const length = frameOf(0, hooks.format()).length;
      send([...Array<Level>(length - 1).fill(0), 1], bitNs);
      return;
    }
    const data = queue.shift();
    if (data !== undefined) send(frameOf(data, hooks.format()), bitNs);
  }

  return {
    get waiting() {
      return queue.length;
    },
    get complete() {
      return queue.length === 0 && sending === undefined && !breakWanted;
    },
    write(data, depth) {
      if (!enabled) return;
      if (queue.length < depth) queue.push(data);
      else queue[depth - 1] = data; // a full TDR is overwritten
      next();
    },
    sendBreak() {
      breakWanted = true;
      next();
    },
    flush() {
      queue = [];
    },
    setEnabled(on) {
      if (on === enabled) return;
      enabled = on;
      if (!on) {
        schedule.cancel(sending);
        sending = undefined;
        queue = [];
        breakWanted = false;
        return;
      }
      // RM0454 26.5.4: an idle frame is sent first when TE is set.
      const bitNs = hooks.bitNs();
      freeNs = Math.max(freeNs, schedule.now() + frameOf(0, hooks.format()).length * bitNs);
    },
  };
}
