import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { holderOf, takeLease } from './lease.ts';

describe('a lease', () => {
  test('is had by one at a time, and the second is told who has it', async () => {
    const resource = randomUUID();
    const first = await takeLease(resource, 'board one', 100);
    await expect(takeLease(resource, 'board one again', 100)).rejects.toMatchObject({
      code: 502,
      message: expect.stringContaining(`held by process ${process.pid} (board one) since `) as unknown,
    });
    await first.release();
  });

  test('can be had again after its release', async () => {
    const resource = randomUUID();
    await (await takeLease(resource, 'a', 100)).release();
    const again = await takeLease(resource, 'b', 100);
    expect(await holderOf(resource)).toMatchObject({ pid: process.pid, what: 'b' });
    await again.release();
    expect(await holderOf(resource)).toBeUndefined();
  });

  test('is waited for', async () => {
    const resource = randomUUID();
    const first = await takeLease(resource, 'a', 100);
    const second = takeLease(resource, 'b', 10_000);
    await first.release();
    await (await second).release();
  });

  test('does not stand in the way of another resource', async () => {
    const one = await takeLease(randomUUID(), 'a', 100);
    const other = await takeLease(randomUUID(), 'a', 100);
    await one.release();
    await other.release();
  });

  test('is freed by the kernel when its holder is killed', async () => {
    const resource = randomUUID();
    const holder = spawn(
      process.execPath,
      ['-e', `require('node:net').createServer().listen('\\0stm32-hil/${resource}', () => console.log('held'))`],
      { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NODE_OPTIONS: '' } },
    );
    await once(holder.stdout, 'data');
    await expect(takeLease(resource, 'a', 50)).rejects.toMatchObject({ code: 502 });
    holder.kill('SIGKILL');
    await (await takeLease(resource, 'a', 10_000)).release();
  });
});
