import type { BoardSpec, ReadyLine } from './host-types.ts';

export interface WorkerOptions {
  readonly spec: BoardSpec;
}

export type ToWorker = { readonly kind: 'stop' };
export type FromWorker = { readonly kind: 'ready'; readonly line: ReadyLine };
