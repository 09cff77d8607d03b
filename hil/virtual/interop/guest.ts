import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { z } from 'zod';
import { deadline } from '../../trace/deadline.ts';
import { untilSettled } from '../../trace/wait.ts';
import { type GuestResult, openGuestChannel } from './guest-channel.ts';

/**
 * A small Linux with USB in QEMU, for programs that need a kernel's USB and shall meet a virtual board over USB/IP. Its root is the
 * host's root, read-only below a throw-away layer: the same programs, the same node_modules, the same paths.
 */
export interface Guest {
  /** Folder that both sides write, at the same path; removed by `stop`. */
  readonly work: string;
  /** The host's loopback as the guest sees it. */
  readonly host: string;
  /** From start to the first command, in ms. */
  readonly bootMs: number;
  /**
   * Runs a script under bash in the guest, in the repository's folder, as root. Several may run at the same time.
   * @param options.withinMs when it is ended, which is an error here; default 30 s.
   * @throws Error with what the script said so far, and the end of the guest's console, if it did not end in time, or the guest ended.
   */
  run(script: string, options?: { readonly withinMs?: number }): Promise<GuestResult>;
  /** As `run`, and an exit code other than 0 is an error too. Returns standard output. */
  must(script: string, options?: { readonly withinMs?: number }): Promise<string>;
  /** The kernel's console so far. */
  console(): string;
  /** Ends the guest at once. */
  stop(): Promise<void>;
}

export interface GuestOptions {
  /** From start to the first command; default 180 s: an idle machine needs 6 s, one with eight busy neighbours a minute. */
  readonly withinMs?: number;
  /** Default 2. */
  readonly cpus?: number;
}

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const DESCRIBED = join(repository, 'build/guest/guest.json');
const RUN_MS = 30_000;
/** How much longer than the script's own limit the answer may take: the agent ends it, packs its output and sends it. */
const ANSWER_MS = 20_000;
const STOP_MS = 5000;
const CONSOLE_LINES = 25;
/** util-linux: QEMU gets a SIGKILL when the process of the test ends, however that ends. */
const SETPRIV = '/usr/bin/setpriv';

const preparedSchema = z.object({
  kernel: z.string(),
  initrd: z.string(),
  tools: z.string(),
  accelerator: z.enum(['kvm', 'tcg']),
});
type Prepared = z.infer<typeof preparedSchema>;

/** Boots the guest that `npm run set-up` has prepared. @throws Error if there is none, or it cannot be asked in time. */
export async function bootGuest(options: GuestOptions = {}): Promise<Guest> {
  const startedAt = performance.now();
  const prepared = readPrepared();
  const work = mkdtempSync(join(tmpdir(), 'hil-guest-'));
  const consolePath = join(work, 'console');
  closeSync(openSync(consolePath, 'w'));
  writeFileSync(join(work, 'boot.env'), bootEnvironment(prepared, work));
  const child = execa(
    SETPRIV,
    ['--pdeathsig', 'KILL', 'qemu-system-x86_64', ...qemuArguments(prepared, work, options)],
    {
      reject: false,
      buffer: false,
      stdin: 'pipe',
      stdout: 'pipe',
      stderr: 'pipe',
      cleanup: true,
    },
  );
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = `${said}${chunk.toString('utf8')}`.slice(-4000);
  });
  const console = (): string => readFileSync(consolePath, 'utf8').replaceAll('\r', '');
  const explained = new WeakSet<object>();
  const explain = (what: unknown): Error => {
    if (typeof what === 'object' && what !== null && explained.has(what)) return what as Error;
    const error = new Error(
      `${what}\nQEMU said: ${said.trim() || 'nothing'}\nThe guest's console ends:\n${tail(console())}`,
    );
    explained.add(error);
    return error;
  };
  const channel = openGuestChannel(child.stdout, child.stdin);
  let stopping = false;
  const ended = child.then((result) => {
    const how = `the guest has ended (${result.signal ?? `exit code ${result.exitCode}`})`;
    channel.fail(stopping ? new Error('the guest was stopped') : explain(how));
  });

  async function stop(): Promise<void> {
    stopping = true;
    child.kill('SIGKILL');
    await untilSettled(deadline('end of QEMU', STOP_MS), 'end of QEMU', ended);
    rmSync(work, { recursive: true, force: true });
  }

  async function run(script: string, { withinMs = RUN_MS }: { readonly withinMs?: number } = {}): Promise<GuestResult> {
    const answer = channel.ask(script, Math.ceil(withinMs / 1000));
    const limit = deadline('command in the guest', withinMs + ANSWER_MS);
    const result = await untilSettled(limit, `answer of the guest to '${firstLine(script)}'`, answer).catch(
      (error: unknown) => {
        throw explain(error);
      },
    );
    if (!ENDED_BY_TIME.includes(result.code)) return result;
    throw explain(`'${firstLine(script)}' did not end within ${withinMs} ms in the guest; it said:\n${saidBy(result)}`);
  }

  try {
    await untilSettled(deadline('boot of the guest', options.withinMs ?? 180_000), 'agent of the guest', channel.ready);
  } catch (error) {
    const why = explain(error);
    await stop().catch(() => {});
    throw why;
  }
  return {
    work,
    host: '10.0.2.2',
    bootMs: performance.now() - startedAt,
    run,
    async must(script, runOptions) {
      const result = await run(script, runOptions);
      if (result.code === 0) return result.stdout;
      throw explain(`'${firstLine(script)}' failed with exit code ${result.code} in the guest:\n${saidBy(result)}`);
    },
    console,
    stop,
  };
}

/** Exit codes of timeout(1) (GNU coreutils): the script obeyed SIGTERM; it needed SIGKILL. */
const ENDED_BY_TIME = [124, 137];

function readPrepared(): Prepared {
  if (!existsSync(DESCRIBED)) throw new Error(`${DESCRIBED} is missing: run npm run set-up (on Linux on x64)`);
  return preparedSchema.parse(JSON.parse(readFileSync(DESCRIBED, 'utf8')));
}

/** Read by guest-init.sh. */
function bootEnvironment(prepared: Prepared, work: string): string {
  const settings = {
    HIL_AGENT: join(repository, 'hil/virtual/interop/guest-agent.sh'),
    HIL_TOOLS: prepared.tools,
    HIL_WORK: work,
    HIL_CWD: repository,
    PATH: process.env.PATH ?? '/usr/bin:/bin',
  };
  return Object.entries(settings)
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'\n`)
    .join('');
}

function qemuArguments(
  { kernel, initrd, accelerator }: Prepared,
  work: string,
  options: GuestOptions,
): readonly string[] {
  const cpu =
    accelerator === 'kvm'
      ? ['-accel', 'kvm', '-cpu', 'host']
      : // Without 5-level page tables, which TCG offers and which only cost time.
        ['-accel', 'tcg,thread=multi,tb-size=256', '-cpu', 'max,-la57'];
  // Without the TSC: on a busy host the kernel measures it wrongly at boot, and the guest's time runs many times too fast.
  const clock = 'clocksource=acpi_pm tsc=unstable no_timer_check';
  const quiet = `quiet panic=-1 nokaslr mitigations=off ${clock} audit=0 random.trust_cpu=on`;
  const folder = (tag: string, path: string, more: string): readonly string[] => [
    ...['-device', `virtio-9p-pci,fsdev=${tag},mount_tag=${tag}`],
    ...['-fsdev', `local,id=${tag},path=${path.replaceAll(',', ',,')},security_model=none${more}`],
  ];
  return [
    ...['-M', 'q35,vmport=off,hpet=off', ...cpu, '-smp', String(options.cpus ?? 2), '-m', '1024'],
    ...['-nodefaults', '-display', 'none', '-no-reboot', '-no-user-config'],
    ...['-kernel', kernel, '-initrd', initrd, '-append', `console=ttyS0 ${quiet}`],
    ...['-serial', `file:${join(work, 'console').replaceAll(',', ',,')}`],
    ...['-device', 'virtio-serial-pci', '-chardev', 'stdio,id=agent,signal=off'],
    ...['-device', 'virtserialport,chardev=agent,name=hil.agent'],
    ...folder('host', '/', ',readonly=on,multidevs=remap'),
    ...folder('work', work, ''),
    ...['-nic', 'user,model=virtio-net-pci,restrict=off', '-device', 'virtio-rng-pci'],
  ];
}

const tail = (text: string): string => text.trimEnd().split('\n').slice(-CONSOLE_LINES).join('\n');
const saidBy = ({ stdout, stderr }: GuestResult): string => `${tail(stdout)}\n${tail(stderr)}`.trim() || 'nothing';
const firstLine = (script: string): string => script.trim().split('\n')[0]?.slice(0, 120) ?? '';
