import { parentPort, workerData } from 'node:worker_threads';
import { createVirtualBoard } from './board.ts';
import { loadBoardOptions } from './load-board.ts';
import { type Host, startHost } from './wire/host.ts';
import type { FromWorker, ToWorker, WorkerOptions } from './worker-messages.ts';

/** A thread with some boards: builds each, opens its wires, reports it ready, and runs all until it is told to stop. */
if (parentPort === null) throw new Error('worker.ts runs as a worker thread only');
const port = parentPort;
const { specs } = workerData as WorkerOptions;
const hosts: Host[] = [];
const say = (message: FromWorker): void => port.postMessage(message);

for (const spec of specs) {
  try {
    const options = loadBoardOptions(spec);
    const host = await startHost(createVirtualBoard(options), options, spec.inputLog);
    hosts.push(host);
    say({ kind: 'ready', line: host.ready });
  } catch (cause) {
    say({ kind: 'failed', board: spec.name, cause: cause instanceof Error ? cause : new Error(String(cause)) });
  }
}
port.on('message', (message: ToWorker) => {
  if (message.kind !== 'stop') return;
  void Promise.all(hosts.map((host) => host.stop())).then(() => port.close());
});
