import type { BoardSpec, ReadyLine } from './host-types.ts';

export interface WorkerOptions {
  readonly specs: readonly BoardSpec[];
}

export type ToWorker = { readonly kind: 'stop' };
export type FromWorker =
  | { readonly kind: 'ready'; readonly line: ReadyLine }
  | { readonly kind: 'failed'; readonly board: string; readonly cause: Error };
