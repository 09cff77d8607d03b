// Runs unit tests on request, in one process, since most of a single run is the start of Node and Jest. A child of mutate.mjs.
//   message in: { files, name? }      message out: { tests, message } or { error }
import { createRequire } from 'node:module';
import { join } from 'node:path';

const root = process.cwd();
const require = createRequire(join(root, 'package.json'));
const { runCLI } = require('@jest/core');

async function run({ files, name }) {
  const argv = {
    $0: 'jest',
    _: files,
    config: join(root, 'jest.config.ts'),
    selectProjects: ['unit'],
    runInBand: true,
    runTestsByPath: true,
    silent: true,
    reporters: [],
    watchman: false,
    ...(name === undefined ? {} : { testNamePattern: name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') }),
  };
  const { results } = await runCLI(argv, [root]);
  return {
    tests: results.testResults.flatMap((file) =>
      file.testResults.map(({ fullName, status }) => ({ fullName, status })),
    ),
    message: results.testResults
      .map((file) => file.failureMessage ?? '')
      .join('\n')
      .slice(0, 2000),
  };
}

process.on('message', (request) => {
  run(request).then(
    (result) => process.send(result),
    (error) => process.send({ error: String(error?.stack ?? error) }),
  );
});
process.on('disconnect', () => process.exit(0));
