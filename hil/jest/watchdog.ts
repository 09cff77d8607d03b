import { Worker } from 'node:worker_threads';

/** Long enough for the slowest synchronous piece of work a test may do (loading an image, a garbage collection). */
export const STUCK_MS = 60_000;
const BEAT_MS = 500;

/**
 * Ends this process if its event loop stands still: a test that loops without ever awaiting cannot be revoked from inside, and no
 * timer fires. Jest then reports the file as failed and gives the lane a new process.
 */
export function startWatchdog(stuckMs = STUCK_MS): () => void {
  const beats = new Int32Array(new SharedArrayBuffer(4));
  const thread = new Worker(
    `const { workerData } = require('node:worker_threads');
     const beats = new Int32Array(workerData.memory);
     let last = Atomics.load(beats, 0);
     setInterval(() => {
       const now = Atomics.load(beats, 0);
       if (now === last) {
         require('node:fs').writeSync(2, workerData.words);
         process.kill(process.pid, 'SIGKILL');
       }
       last = now;
     }, workerData.stuckMs);`,
    {
      eval: true,
      // None of the flags of this process: they name loaders that a thread of plain JavaScript has no use for.
      execArgv: [],
      workerData: {
        memory: beats.buffer,
        stuckMs,
        words: `\na test kept its process busy for ${stuckMs} ms without awaiting anything: the process is ended\n`,
      },
    },
  );
  thread.unref();
  const timer = setInterval(() => Atomics.add(beats, 0, 1), Math.min(BEAT_MS, stuckMs / 4));
  timer.unref();
  return () => {
    clearInterval(timer);
    void thread.terminate();
  };
}
