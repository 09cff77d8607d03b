import { expect, test } from '@jest/globals';
import { chips } from '../../chip/lookup.ts';
import { modelledBehaviours } from './provenance.ts';

test('each entry has an id of its own, a known part and a question', () => {
  const ids = modelledBehaviours.map((entry) => entry.id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const entry of modelledBehaviours) {
    expect(chips.map((chip) => chip.name)).toContain(entry.part);
    expect(entry.question.length).toBeGreaterThan(10);
    expect(entry.source.length).toBeGreaterThan(5);
  }
});
