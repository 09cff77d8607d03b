// Stock OpenOCD on the virtual board: from spawn to ready, and 64 KiB programmed and verified.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withBoard } from './boards.mjs';
import { figure, plain } from './figures.mjs';
import { handoverElf, product } from './product.mjs';

const SIZE = 64 * 1024;

async function once(transport, file) {
  const { startOpenOcd } = await product('probe/openocd-process');
  const { deadline } = await product('trace/deadline');
  const { chipNamed } = await product('chip/lookup');
  return withBoard({ flashPath: handoverElf }, async (ready) => {
    const address = { kind: 'tcp', port: ready.stlink.port, serial: ready.stlink.serial };
    const spec = { chip: chipNamed('STM32G070RB'), address, transport, attach: 'hot' };
    const started = performance.now();
    const openocd = await startOpenOcd(spec, { board: ready.board });
    const readyMs = performance.now() - started;
    try {
      const began = performance.now();
      await openocd.tcl.evaluate(`program ${file} verify 0x08000000`, deadline('program and verify', 120_000));
      return { readyMs, programMs: performance.now() - began };
    } finally {
      await openocd.stop();
    }
  });
}

export async function measureProbe({ runs }) {
  const folder = mkdtempSync(join(tmpdir(), 'hil-bench-'));
  const file = join(folder, 'image.bin');
  const figures = [];
  try {
    for (const transport of ['hla', 'dapdirect']) {
      const results = [];
      for (let i = 0; i < runs; i++) {
        writeFileSync(file, randomBytes(SIZE));
        results.push(await once(transport, file));
      }
      const common = { unit: 'ms', show: plain(0), better: 'lower' };
      const values = (name) => results.map((result) => result[name]);
      figures.push(
        figure({ ...common, what: `OpenOCD (${transport}): spawn to ready`, values: values('readyMs') }),
        figure({ ...common, what: `OpenOCD (${transport}): program + verify 64 KiB`, values: values('programMs') }),
      );
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return figures;
}
