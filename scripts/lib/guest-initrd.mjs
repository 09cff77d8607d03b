// What goes into the guest's initrd: a static busybox, the first process, and the kernel modules without which the guest sees neither
// its root nor a USB device, in the order in which they must be loaded.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const WANTED = [
  'virtio_pci',
  '9pnet_virtio',
  '9p',
  'overlay',
  'virtio_console',
  'virtio_net',
  'vhci-hcd',
  'cdc-acm',
  'usbmon',
];

/** The one file below `folder` whose path matches. @throws Error if there is none */
export function named(folder, pattern, what) {
  const path = filesBelow(folder).find((file) => pattern.test(file));
  if (path === undefined)
    throw new Error(`the downloaded packages hold no ${what}: no file below ${folder} is named like ${pattern}`);
  return path;
}

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

const moduleName = (path) =>
  basename(path)
    .replace(/\.ko(\.\w+)?$/, '')
    .replaceAll('-', '_');

/** The wanted modules as bytes, each after those it depends on; what is built into the kernel is left out. */
export function readModules(kernelFolder) {
  const files = filesBelow(kernelFolder);
  const paths = new Map(files.filter((file) => /\.ko(\.\w+)?$/.test(file)).map((file) => [moduleName(file), file]));
  const builtinList = files.find((file) => basename(file) === 'modules.builtin');
  const builtin = new Set(
    (builtinList === undefined ? '' : readFileSync(builtinList, 'utf8')).split('\n').filter(Boolean).map(moduleName),
  );
  const ordered = new Map();
  const add = (name) => {
    if (ordered.has(name) || builtin.has(name)) return;
    const path = paths.get(name);
    if (path === undefined) throw new Error(`this kernel has no module ${name}, neither built in nor as a file`);
    const bytes = unpackModule(path);
    for (const needed of dependenciesOf(bytes)) add(needed);
    ordered.set(name, bytes);
  };
  for (const name of WANTED) add(name.replaceAll('-', '_'));
  return [...ordered];
}

/** `depends=` in a module's .modinfo section names those that must be there before, without help of depmod. */
function dependenciesOf(bytes) {
  const list = /\0depends=([^\0]*)\0/.exec(bytes.toString('latin1'))?.[1] ?? '';
  return list
    .split(',')
    .filter(Boolean)
    .map((name) => name.replaceAll('-', '_'));
}

function unpackModule(path) {
  const bytes = readFileSync(path);
  const packer = { '.gz': 'gzip', '.xz': 'xz', '.zst': 'zstd' }[/\.ko(\.\w+)?$/.exec(path)?.[1] ?? ''];
  if (packer === undefined) return bytes;
  if (packer === 'gzip') return gunzipSync(bytes);
  const result = spawnSync(packer, ['-dc', path], { maxBuffer: 64 * 1024 * 1024 });
  if (result.status === 0) return result.stdout;
  throw new Error(
    `the kernel's modules are packed with ${packer}, which is missing here. Run: sudo apt-get install ${packer === 'xz' ? 'xz-utils' : packer}`,
  );
}

/** Lays out the folder that is packed into the initrd. */
export function fillInitrd({ initrd, busybox, modules, init }) {
  for (const name of ['bin', 'dev', 'proc', 'sys', 'modules', 'lower', 'layer', 'root']) mkdirSync(join(initrd, name));
  copyFileSync(busybox, join(initrd, 'bin/busybox'));
  chmodSync(join(initrd, 'bin/busybox'), 0o755);
  copyFileSync(init, join(initrd, 'init'));
  chmodSync(join(initrd, 'init'), 0o755);
  modules.forEach(([name, bytes], i) => {
    writeFileSync(join(initrd, 'modules', `${String(i).padStart(2, '0')}-${name}.ko`), bytes);
  });
}
