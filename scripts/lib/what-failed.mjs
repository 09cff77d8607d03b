// What failed in a part of `npm test`, in few lines: they are printed once more at the end of the run, where a long log is read first.
import { existsSync, readFileSync } from 'node:fs';

const TESTS = 20;
const LINES_PER_TEST = 12;
const LAST_LINES = 40;

const colour = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');

function head(text) {
  const lines = text.replace(colour, '').trimEnd().split('\n');
  const more = lines.length - LINES_PER_TEST;
  return [...lines.slice(0, LINES_PER_TEST), ...(more > 0 ? [`… ${more} more lines`] : [])];
}

function list(failures) {
  const more = failures.length - TESTS;
  return [
    ...failures.slice(0, TESTS).flatMap(({ name, text }) => [`● ${name}`, ...head(text).map((line) => `    ${line}`)]),
    ...(more > 0 ? [`… and ${more} more`] : []),
  ];
}

/** From the file that Jest writes by --json. */
function ofJest(path) {
  const { testResults } = JSON.parse(readFileSync(path, 'utf8'));
  return list(
    testResults.flatMap((file) => {
      const failed = file.assertionResults.filter((test) => test.status === 'failed');
      if (failed.length === 0 && file.status === 'failed') return [{ name: file.name, text: file.message }];
      return failed.map((test) => ({ name: test.fullName, text: test.failureMessages.join('\n') }));
    }),
  );
}

/** From reports/run.json. */
function ofRun(path) {
  const { outcome } = JSON.parse(readFileSync(path, 'utf8'));
  const failures = outcome.lines
    .filter((line) => line.verdict === 'failed' || line.verdict === 'missing')
    .map((line) => ({
      name: `${line.board} × ${line.suite} × ${line.test}  (${line.verdict}, blame: ${line.blame ?? 'unknown'})`,
      text: line.errors.join('\n'),
    }));
  return [...outcome.reasons, ...list(failures)];
}

/**
 * @param report The result file of the part, if it writes one: of Jest's kind (`jest`) or a run's (`run`).
 * @param log The last of what the part printed.
 * @returns Lines; the end of the log where the part has no result file, or wrote none.
 */
export function whatFailed({ kind, path }, log) {
  try {
    if (kind === 'jest' && existsSync(path)) return ofJest(path);
    if (kind === 'run' && existsSync(path)) return ofRun(path);
  } catch (error) {
    return [`${path} can not be read: ${error.message}`, ...log.slice(-LAST_LINES)];
  }
  return log.slice(-LAST_LINES);
}
