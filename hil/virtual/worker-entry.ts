import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/**
 * The file a board's worker thread runs: `worker.js` beside this file in a build. Run from source (tests), a worker cannot load
 * TypeScript, so the source is bundled into the package cache first, where its packages still resolve.
 */
export async function workerEntry(): Promise<URL> {
  if (!import.meta.url.endsWith('.ts')) return new URL('./worker.js', import.meta.url);
  const { build } = await import('esbuild');
  const cache = new URL('../../node_modules/.cache/stm32-hil/', import.meta.url);
  // Per process: test files run side by side, and none may replace the file another is just starting.
  const bundle = new URL(`virtual-worker-${process.pid}.mjs`, cache);
  await mkdir(cache, { recursive: true });
  await build({
    entryPoints: [fileURLToPath(new URL('./worker.ts', import.meta.url))],
    outfile: fileURLToPath(bundle),
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    sourcemap: 'inline',
    logLevel: 'silent',
  });
  return bundle;
}
