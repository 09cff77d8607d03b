// `npm run hil [-- options of hil run]`: set-up, then every suite on the default rig.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root, setUp } from './setup.mjs';

if (!setUp('hil')) process.exit(2);
const result = spawnSync(process.execPath, [join(root, 'dist/cli/main.js'), 'run', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
process.exit(result.status ?? 3);
