import { parentPort, workerData } from 'node:worker_threads';
import { createVirtualBoard } from './board.ts';
import { loadBoardOptions } from './load-board.ts';
import { startHost } from './wire/host.ts';
import type { FromWorker, ToWorker, WorkerOptions } from './worker-messages.ts';

/** The thread of one board: builds it, opens its wires, reports ready, runs until it is told to stop. */
if (parentPort === null) throw new Error('worker.ts runs as a worker thread only');
const port = parentPort;
const { spec } = workerData as WorkerOptions;

const options = loadBoardOptions(spec);
const host = await startHost(createVirtualBoard(options), options, spec.inputLog);
port.on('message', (message: ToWorker) => {
  if (message.kind !== 'stop') return;
  void host.stop().then(() => port.close());
});
const ready: FromWorker = { kind: 'ready', line: host.ready };
port.postMessage(ready);
