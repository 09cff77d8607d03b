import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { type PlainValue, plain } from './plain.ts';

/** The tuple that says which physical thing answered; never a device name such as ttyACM0. */
export interface StepIdentity {
  readonly stlink?: string;
  readonly uniqueId?: string;
  readonly usbPath?: string;
}

interface StepCommon {
  /** Unique within one recorder. */
  readonly id: number;
  /** Wall clock, ISO 8601 with milliseconds. */
  readonly at: string;
  /** Milliseconds since the recorder was made, monotonic. */
  readonly ms: number;
  readonly board: string;
}

export interface StepStart extends StepCommon {
  readonly type: 'start';
  /** The step in whose course this one was taken. */
  readonly parent?: number;
  readonly action: string;
  readonly args?: PlainValue;
  readonly identity?: StepIdentity;
}

export interface StepEnd extends StepCommon {
  readonly type: 'end';
  readonly action: string;
  readonly ok: boolean;
  readonly tookMs: number;
  readonly result?: PlainValue;
  readonly error?: {
    readonly code?: number;
    readonly blame?: string;
    readonly message: string;
    readonly context?: PlainValue;
  };
  readonly identity?: StepIdentity;
}

/** Something that happened rather than was done: a board vanished, the console printed a line, a line error came. */
export interface StepNote extends StepCommon {
  readonly type: 'note';
  readonly parent?: number;
  readonly event: string;
  readonly data?: PlainValue;
}

export type StepEvent = StepStart | StepEnd | StepNote;
export type StepSink = (event: StepEvent) => void;

/** Numbers, stamps and hands on step events. Log, timeline, JUnit and HTML are views of this one stream. */
export interface Recorder {
  nextId(): number;
  stamp(): { readonly at: string; readonly ms: number };
  emit(event: StepEvent): void;
  /** Adds a listener; returns the function that takes it off. It does not see earlier events. */
  addSink(sink: StepSink): () => void;
}

export function createRecorder(...sinks: readonly StepSink[]): Recorder {
  const listeners = new Set(sinks);
  const origin = performance.now();
  let lastId = 0;
  return {
    nextId: () => ++lastId,
    stamp: () => ({ at: new Date().toISOString(), ms: round(performance.now() - origin) }),
    emit(event) {
      for (const sink of listeners) sink(event);
    },
    addSink(sink) {
      listeners.add(sink);
      return () => listeners.delete(sink);
    },
  };
}

/** Appends each event as one JSON line. Written synchronously: a killed run must not lose the step that killed it. */
export function jsonlSink(path: string): StepSink {
  mkdirSync(dirname(path), { recursive: true });
  return (event) => appendFileSync(path, `${JSON.stringify(event)}\n`);
}

/** Keeps events in memory. */
export function memorySink(): { readonly sink: StepSink; readonly events: readonly StepEvent[] } {
  const events: StepEvent[] = [];
  return { sink: (event) => events.push(event), events };
}

/** Notes an event beside the steps. `data` is reduced to plain values. */
export function recordNote(recorder: Recorder, board: string, event: string, data?: unknown, parent?: number): void {
  recorder.emit({
    type: 'note',
    id: recorder.nextId(),
    ...recorder.stamp(),
    board,
    event,
    ...(parent === undefined ? {} : { parent }),
    ...(data === undefined ? {} : { data: plain(data) }),
  });
}

export function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
