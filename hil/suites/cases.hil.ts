import { expect, test } from '@jest/globals';
import { casesOfBoard, demandsOf, onBoard, runVariant, skipTest } from '../index.ts';

const cases = casesOfBoard();

onBoard('cases', {}, (bench) => {
  test('have the programs that they need of this part', () => {
    const needed = cases.flatMap(({ variants }) => variants.map(({ image }) => image));
    const missing = [...new Set(needed)].filter((name) => {
      try {
        return bench.image(name).segments.length === 0;
      } catch {
        return true;
      }
    });
    expect(missing).toEqual([]);
  });
});

for (const { kase, variants } of cases) {
  onBoard(kase.id, { port: 'usart', ...kase.needs, deadlineMs: kase.deadlineMs }, (bench) => {
    for (const variant of variants) {
      test(`${variant.name} (${variant.role})`, async () => {
        const result = await runVariant(bench, kase, variant);
        // What is known with confidence A or B is demanded; the rest is in the step stream as measured.
        expect(demandsOf(result, bench.kind)).toEqual([]);
        // On a virtual board nothing is out of reach: a variant that cannot be tested has a mistake.
        if (bench.kind === 'virtual') expect(result.why).toBeUndefined();
        else if (result.why !== undefined) skipTest(result.why);
      });
    }
  });
}
