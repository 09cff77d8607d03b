import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/**
 * The file a board's worker thread runs: `worker.js` beside this file in a build. Run from source (tests), a worker cannot load
 * TypeScript, so the source is bundled into the package cache first, where its packages still resolve.
 */
export async function workerEntry(): Promise<URL> {
  if (!import.meta.url.endsWith('.ts')) return new URL('./worker.js', import.meta.url);
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('./worker.ts', import.meta.url))],
    write: false,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    sourcemap: 'inline',
    logLevel: 'silent',
  });
  const { contents } = outputFiles[0]!;
  // Named by content: test files run side by side, and none may replace what another is just starting.
  const hash = createHash('sha256').update(contents).digest('hex').slice(0, 16);
  const cache = new URL('../../node_modules/.cache/stm32-hil/', import.meta.url);
  const bundle = new URL(`virtual-worker-${hash}.mjs`, cache);
  if (existsSync(bundle)) return bundle;
  await mkdir(cache, { recursive: true });
  const unfinished = new URL(`virtual-worker-${hash}.${process.pid}.tmp`, cache);
  await writeFile(unfinished, contents);
  await rename(unfinished, bundle);
  return bundle;
}
