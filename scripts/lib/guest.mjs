// Prepares build/guest/: a distribution's kernel, an initrd and a few tools, in which stock Linux programs meet virtual boards over
// USB/IP (hil/virtual/interop/guest.ts boots it). All of it is unpacked from packages that apt downloads; nothing is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fillInitrd, named, readModules } from './guest-initrd.mjs';
import { privilege, runVisible } from './tools.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = join(root, 'build/guest');
const described = join(folder, 'guest.json');
const sources = [
  fileURLToPath(import.meta.url),
  join(root, 'scripts/lib/guest-initrd.mjs'),
  join(root, 'hil/virtual/interop/guest-init.sh'),
];

/** How long a kernel takes to its first process, and much more: with an accelerator it is under 2 s. */
const PROBE_MS = 8000;

/** Why there is no guest on this machine, or undefined. */
export const noGuestHere = () =>
  process.platform === 'linux' && process.arch === 'x64'
    ? undefined
    : `needs Linux on x64, not ${process.platform} on ${process.arch}`;

/** Returns true when the guest can be booted, or none is possible here; otherwise what to do has been printed. */
export function prepareGuest() {
  if (noGuestHere() !== undefined) return true;
  const stamp = wantedStamp();
  if (existsSync(described) && JSON.parse(readFileSync(described, 'utf8')).stamp === stamp) return true;
  const started = Date.now();
  try {
    rmSync(folder, { recursive: true, force: true });
    const guest = make();
    const accelerator = chooseAccelerator(guest);
    writeFileSync(described, `${JSON.stringify({ ...guest, accelerator, stamp }, undefined, 2)}\n`);
    console.log(
      `guest: Linux ${guest.version}, ${accelerator}, ready in ${((Date.now() - started) / 1000).toFixed(1)} s`,
    );
    return true;
  } catch (error) {
    console.error(`guest: ${error.message}`);
    return false;
  }
}

/** Changes with what the guest is made from, with where it lies, and with the machine, whose accelerator has been asked. */
function wantedStamp() {
  const hash = createHash('sha256').update(root);
  for (const path of sources) hash.update(readFileSync(path));
  const cpu = /^model name.*$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[0] ?? '';
  return hash.update(`${readFileSync('/proc/version', 'utf8')}${cpu}`).digest('hex');
}

function make() {
  const [debs, kernel, tools, initrd] = ['debs', 'kernel', 'tools', 'initrd.d'].map((name) => join(folder, name));
  for (const path of [debs, kernel, tools, initrd]) mkdirSync(path, { recursive: true });
  const packages = choosePackages();
  download([...packages.kernel, ...packages.tools], debs);
  for (const file of readdirSync(debs)) {
    const isKernel = packages.kernel.some((name) => file.startsWith(`${name}_`));
    must(['dpkg-deb', '-x', join(debs, file), isKernel ? kernel : tools]);
  }
  for (const path of ['doc', 'man', 'locale']) rmSync(join(tools, 'usr/share', path), { recursive: true, force: true });
  const busybox = named(tools, /\/busybox$/, 'busybox');
  const image = named(kernel, /\/boot\/vmlinuz-[^/]+$/, 'a kernel');
  copyFileSync(image, join(folder, 'vmlinuz'));
  fillInitrd({ initrd, busybox, modules: readModules(kernel), init: sources[2] });
  const packed = spawnSync('sh', ['-c', `find . | ${busybox} cpio -o -H newc > ../initrd`], { cwd: initrd });
  if (packed.status !== 0) throw new Error(`the initrd could not be packed: ${packed.stderr}`);
  for (const path of [debs, kernel, initrd]) rmSync(path, { recursive: true });
  const version = image.split('/vmlinuz-')[1];
  return { version, kernel: join(folder, 'vmlinuz'), initrd: join(folder, 'initrd'), tools };
}

/** The distribution's newest kernel by the package that always depends on it (Debian's cloud kernel has no USB), and the tools with what the host lacks for them. */
function choosePackages() {
  const isUbuntu = /^ID(_LIKE)?=.*ubuntu/m.test(readFileSync('/etc/os-release', 'utf8'));
  const meta = isUbuntu ? 'linux-image-generic' : 'linux-image-amd64';
  const depends = () =>
    read(['apt-cache', 'depends', '--important', meta])
      .split('\n')
      .flatMap((line) => /^\s*(?:Pre)?Depends: (linux-(?:image|modules|modules-extra)-\d\S*)/.exec(line)?.[1] ?? []);
  if (depends().length === 0) updateLists(`apt knows no package ${meta}`);
  const found = depends();
  const version = /linux-image-(?:unsigned-)?(\d\S*)/.exec(found.join(' '))?.[1];
  if (version === undefined)
    throw new Error(`apt knows no kernel: '${meta}' depends on none. Is this Debian or Ubuntu?`);
  // On Ubuntu the modules are a package of their own, and usbip is among the kernel's tools.
  const kernel = isUbuntu ? [...new Set([...found, `linux-modules-${version}`])] : found;
  const usbip = isUbuntu ? `linux-tools-${version.replace(/-generic$/, '')}` : 'usbip';
  const wanted = ['busybox-static', 'udev', 'kmod', usbip];
  const simulated = read(['apt-get', 'install', '--simulate', '--no-install-recommends', ...wanted]);
  // `Inst NAME (` is new, `Inst NAME [old version] (` an upgrade, which nobody needs here.
  const lacking = [...simulated.matchAll(/^Inst (\S+) \(/gm)].map((match) => match[1]);
  return { kernel, tools: [...new Set([...wanted, ...lacking])] };
}

function download(packages, into) {
  // apt's own user may not be allowed to write here.
  const line = ['apt-get', '-q', '-o', 'APT::Sandbox::User=root', 'download', ...packages];
  if (runVisible(line, { cwd: into })) return;
  updateLists('a package could not be downloaded');
  if (!runVisible(line, { cwd: into })) {
    throw new Error(
      `cannot download ${packages.join(' ')}: check the network or /etc/apt/sources.list, then run the same command again.`,
    );
  }
}

function updateLists(why) {
  const how = privilege();
  const update = [...(how === 'sudo' ? ['sudo', '-n'] : []), 'apt-get', 'update'];
  if (how !== undefined && runVisible(update)) return;
  throw new Error(
    how === undefined
      ? `${why}, and refreshing apt's lists needs root. Run this, then the same command again:\n  sudo apt-get update`
      : `${why}, and apt-get update failed (see above): check the network or /etc/apt/sources.list, then run the same command again.`,
  );
}

/** KVM where it boots this very kernel (that /dev/kvm opens proves nothing on a nested host), else QEMU's translator. */
function chooseAccelerator(guest) {
  try {
    accessSync('/dev/kvm', constants.R_OK | constants.W_OK);
  } catch {
    return 'tcg';
  }
  const machine = ['-M', 'q35', '-m', '512', '-nodefaults', '-display', 'none', '-no-reboot', '-no-user-config'];
  const kernel = [
    '-kernel',
    guest.kernel,
    '-initrd',
    guest.initrd,
    '-append',
    'console=ttyS0 quiet panic=-1 hil.probe',
  ];
  const argv = [...machine, '-accel', 'kvm', '-cpu', 'host', ...kernel, '-serial', 'stdio'];
  const probe = spawnSync('qemu-system-x86_64', argv, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: PROBE_MS,
    killSignal: 'SIGKILL',
  });
  if (probe.stdout?.includes('hil: the guest boots')) return 'kvm';
  console.log(`guest: KVM did not boot this kernel within ${PROBE_MS / 1000} s; QEMU's translator (TCG) will`);
  return 'tcg';
}

function read(argv) {
  return spawnSync(argv[0], argv.slice(1), { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }).stdout ?? '';
}

function must(argv) {
  const result = spawnSync(argv[0], argv.slice(1), { encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`${argv.join(' ')} failed: ${result.error?.message ?? result.stderr}`);
}
