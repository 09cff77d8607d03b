import { readdirSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { loadCase } from './load-case.ts';

const FOLDER = 'fixtures/cases';
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));

describe('the case file', () => {
  test.each(files)('%s is right', (name) => {
    // The loader looks at names of parts, steps, settings and readings, and at the pair of defect and cure.
    const kase = loadCase(`${FOLDER}/${name}`);
    expect(`${kase.id}.yaml`).toBe(name);
  });
});
