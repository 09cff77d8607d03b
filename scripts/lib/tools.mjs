// What the product needs from the machine, and how to get it. Plain Node: this runs before `npm ci`.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * profile `hil`: enough to run the suites; profile `test`: with the judges that nobody here wrote, and a Linux of our own in which stock USB
 * tools judge.
 */
export const tools = [
  { command: 'make', package: 'make', profile: 'hil', why: 'builds the firmware' },
  { command: 'arm-none-eabi-gcc', package: 'gcc-arm-none-eabi', profile: 'hil', why: 'compiles the firmware' },
  {
    file: '/usr/lib/arm-none-eabi/newlib/thumb/v6-m/nofp/libc.a',
    package: 'libnewlib-arm-none-eabi',
    profile: 'hil',
    why: 'C headers and libc for the firmware',
  },
  { command: 'openocd', package: 'openocd', profile: 'hil', why: 'drives the ST-Link' },
  { command: 'setpriv', package: 'util-linux', profile: 'hil', why: 'lets OpenOCD die with its owner' },
  {
    command: 'stm32flash',
    package: 'stm32flash',
    profile: 'test',
    why: 'judges the virtual ROM and our AN3155 session',
  },
  { command: 'gdb-multiarch', package: 'gdb-multiarch', profile: 'test', why: 'judges the debug interface' },
  { command: 'qemu-system-arm', package: 'qemu-system-arm', profile: 'test', why: 'judges the CPU' },
  {
    file: '/usr/lib/python3/dist-packages/serial/rfc2217.py',
    package: 'python3-serial',
    profile: 'test',
    why: 'judges the framed serial line',
  },
  {
    command: 'dfu-util',
    package: 'dfu-util',
    profile: 'test',
    why: 'judges the virtual ROM on USB and our DfuSe session',
  },
  {
    command: 'qemu-system-x86_64',
    package: 'qemu-system-x86',
    profile: 'test',
    why: 'boots the kernel in which stock USB tools meet the boards',
  },
];

export function onPath(command) {
  for (const dir of (process.env.PATH ?? '').split(delimiter)) {
    try {
      accessSync(join(dir, command), constants.X_OK);
      return true;
    } catch {
      // not here; look on
    }
  }
  return false;
}

const present = (tool) => (tool.command ? onPath(tool.command) : existsSync(tool.file));

/** Each has all of those before it. */
export const PROFILES = ['hil', 'test'];

export function missingTools(profile) {
  return tools.filter((tool) => PROFILES.indexOf(tool.profile) <= PROFILES.indexOf(profile) && !present(tool));
}

/** How this process may install packages: `root`, `sudo` (without a prompt), or undefined. */
export function privilege() {
  if (!onPath('apt-get')) return undefined;
  if (process.getuid?.() === 0) return 'root';
  if (onPath('sudo') && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0) return 'sudo';
  return undefined;
}

export function runVisible(argv, options = {}) {
  console.log(`$ ${argv.join(' ')}`);
  const result = spawnSync(argv[0], argv.slice(1), {
    // Never a terminal for apt: it must not be able to ask a question.
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    maxBuffer: 64 * 1024 * 1024,
    ...options,
  });
  if (result.status !== 0)
    console.error(`${result.stdout ?? ''}${result.stderr ?? ''}`.split('\n').slice(-25).join('\n'));
  return result.status === 0;
}

/** Install what is missing; returns false (after saying what to do by hand) when that cannot be done from here. */
export function installTools(profile) {
  const missing = missingTools(profile);
  if (missing.length === 0) return true;
  const packages = [...new Set(missing.map((tool) => tool.package))];
  for (const tool of missing) console.log(`missing: ${tool.command ?? tool.file} (${tool.package}): ${tool.why}`);
  const how = privilege();
  const line = ['apt-get', 'install', '-y', '--no-install-recommends', ...packages];
  if (how === undefined) {
    console.error(
      onPath('apt-get')
        ? `These packages need root once. Run this, then the same command again:\n  sudo apt-get update && sudo ${line.join(' ')}`
        : `This machine has no apt-get. Install the tools named above with your system's package manager (OpenOCD 0.12 or newer, an arm-none-eabi GCC with newlib, GNU make${profile === 'hil' ? '' : ', stm32flash, gdb-multiarch, qemu-system-arm, python3 with pyserial'}${profile === 'guest' ? ', qemu-system-x86_64, dfu-util' : ''}), so that they are on PATH, then run the same command again.`,
    );
    return false;
  }
  const as = how === 'sudo' ? ['sudo', '-n'] : [];
  // env, since sudo drops our DEBIAN_FRONTEND.
  const apt = [...as, 'env', 'DEBIAN_FRONTEND=noninteractive'];
  // A package list that is present but old fails at the download; then, and only then, it is worth fetching it anew.
  if (runVisible([...apt, ...line])) return missingTools(profile).length === 0 || complain(profile);
  if (!runVisible([...apt, 'apt-get', 'update'])) {
    console.error(
      'apt-get update failed (see above): check the network or /etc/apt/sources.list, then run the same command again.',
    );
    return false;
  }
  if (runVisible([...apt, ...line])) return missingTools(profile).length === 0 || complain(profile);
  console.error(`apt-get could not install: ${packages.join(' ')} (see above).`);
  return false;
}

function complain(profile) {
  const left = missingTools(profile).map((tool) => tool.command ?? tool.file);
  console.error(`apt-get reported success, but these are still not found: ${left.join(', ')}. Is PATH complete?`);
  return false;
}
