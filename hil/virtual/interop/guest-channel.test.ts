import { PassThrough } from 'node:stream';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type GuestChannel, openGuestChannel } from './guest-channel.ts';

function channel(): { readonly guest: GuestChannel; readonly fromGuest: PassThrough; readonly asked: () => string } {
  const fromGuest = new PassThrough();
  const toGuest = new PassThrough();
  let asked = '';
  toGuest.on('data', (chunk: Buffer) => {
    asked += chunk.toString();
  });
  return { guest: openGuestChannel(fromGuest, toGuest), fromGuest, asked: () => asked };
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

test('a command goes out as one line, and its answer comes back with both outputs', async () => {
  const { guest, fromGuest, asked } = channel();
  const answer = guest.ask('echo "ä"\necho 2', 7);
  expect(asked()).toBe(`1 7 ${base64('echo "ä"\necho 2')}\n`);
  fromGuest.write(`1 3 ${base64('ä\n2\n')} ${base64('bad\n')}\n`);
  expect(await answer).toEqual({ code: 3, stdout: 'ä\n2\n', stderr: 'bad\n' });
});

test('no output at all is two empty fields', async () => {
  const { guest, fromGuest } = channel();
  const answer = guest.ask('true', 1);
  fromGuest.write('1 0  \n');
  expect(await answer).toEqual({ code: 0, stdout: '', stderr: '' });
});

test('commands may end in another order than they began, and answers come in any pieces', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string(), { minLength: 1, maxLength: 5 }), fc.nat(30), async (outputs, cut) => {
      const { guest, fromGuest } = channel();
      const answers = outputs.map(() => guest.ask('x', 1));
      const lines = outputs.map((output, i) => `${i + 1} ${i} ${base64(output)} \n`).reverse();
      const bytes = Buffer.from(`ready 1.5\n${lines.join('')}`);
      fromGuest.write(bytes.subarray(0, cut));
      fromGuest.write(bytes.subarray(cut));
      expect(await guest.ready).toBe('1.5');
      expect(await Promise.all(answers)).toEqual(outputs.map((stdout, code) => ({ code, stdout, stderr: '' })));
    }),
  );
});

test('when the guest ends, what is pending and what comes later fails with its reason', async () => {
  const { guest } = channel();
  const pending = guest.ask('sleep 9', 10);
  guest.fail(new Error('the guest has ended'));
  guest.fail(new Error('a later reason'));
  await expect(pending).rejects.toThrow('the guest has ended');
  await expect(guest.ready).rejects.toThrow('the guest has ended');
  await expect(guest.ask('true', 1)).rejects.toThrow('the guest has ended');
});

test('an answer that nobody asked for ends the conversation', async () => {
  const { guest, fromGuest } = channel();
  const pending = guest.ask('true', 1);
  fromGuest.write('bash: line 1: flock: not found\n');
  await expect(pending).rejects.toThrow("said 'bash: line 1: flock: not found'");
});
