import type { Chip } from '../chip/chip.ts';
import type { Certainty, Diagnosis, Finding, RuledOut } from './diagnosis.ts';
import type { Evidence } from './evidence.ts';
import { factorNamed } from './factors.ts';
import type { Proof } from './prove.ts';
import type { Rule, Seen, Sight } from './rule.ts';
import { rules } from './rules/all-rules.ts';

const RANK: readonly Certainty[] = ['proved by experiment', 'decisive evidence', 'consistent with', 'cannot tell'];

/** Evidence and experiments become ranked findings and one sentence. No cause is named with confidence that neither carries. */
export function judge(chip: Chip, evidence: Evidence, proof?: Proof, suspects = proof?.suspects ?? {}): Diagnosis {
  const seen = seenOf(chip, evidence, suspects);
  const proved = proof === undefined ? [] : provedFindings(seen, proof);
  const looked = worked(evidence) ? NOTHING_LOOKED_AT : lookedFindings(seen, proof, proved);
  const all = [...proved, ...looked.findings];
  const specific = all.filter(({ rule }) => ruleNamed(rule)?.general !== true);
  const findings = [...(specific.length > 0 ? specific : all)].sort(
    (a, b) => RANK.indexOf(a.certainty) - RANK.indexOf(b.certainty),
  );
  const certainty = findings[0]?.certainty ?? 'cannot tell';
  return {
    board: evidence.board,
    sentence: sentenceOf(seen, findings, proof),
    certainty,
    findings,
    ruledOut: [...looked.contradicted, ...exonerated(proof)],
    experiments: proof?.experiments ?? [],
    evidence,
  };
}

function worked({ answer }: Evidence): boolean {
  return answer?.works === true;
}

function seenOf(chip: Chip, e: Evidence, suspects: Seen['suspects']): Seen {
  const place = e.attempt === 'go' ? 'application entry' : 'rom entry';
  return {
    e,
    chip,
    suspects,
    handover: e.attempt === 'none' ? undefined : e.stops?.find(({ at }) => at === place)?.machine,
    last: e.stops?.at(-1),
  };
}

function ruleNamed(id: string): Rule | undefined {
  return rules.find((rule) => rule.id === id);
}

function concerns(rule: Rule, { e }: Seen): boolean {
  return rule.attempt === 'any' || rule.attempt === e.attempt;
}

function finding(rule: Rule, seen: Seen, certainty: Finding['certainty'], because: readonly string[]): Finding {
  const { id, says, fix, provenance } = rule;
  return { rule: id, certainty, says: says(seen), because: because.filter((line) => line !== ''), fix, provenance };
}

function provedFindings(seen: Seen, proof: Proof): readonly Finding[] {
  if (proof.outcome !== 'cured') return [];
  const cured = [...proof.singles, ...proof.together];
  return cured.flatMap((id): readonly Finding[] => {
    const rule = rules.find(
      (candidate) => candidate.factor === id && concerns(candidate, seen) && candidate.applies?.(seen) !== false,
    );
    const how =
      proof.together.length > 0
        ? `with ${words(proof.together)} together it works, and with any of them left out it does not`
        : `with nothing else changed than this at the handover, it works: ${factorNamed(id).repaired}`;
    const because = [proof.suspects[id] ?? '', how];
    return [rule === undefined ? unnamed(id, because) : finding(rule, seen, 'proved by experiment', because)];
  });
}

/** An experiment found what no rule describes: the factor speaks for itself. */
function unnamed(id: string, because: readonly string[]): Finding {
  return {
    rule: id,
    certainty: 'proved by experiment',
    says: `It works once this is put right at the handover: ${factorNamed(id).repaired}.`,
    because,
    fix: 'leave the machine as a reset does in this respect before the jump.',
    provenance: { source: 'the experiment itself', confidence: 'documented' },
  };
}

interface Looked {
  readonly findings: readonly Finding[];
  readonly contradicted: readonly RuledOut[];
}

const NOTHING_LOOKED_AT: Looked = { findings: [], contradicted: [] };

function lookedFindings(seen: Seen, proof: Proof | undefined, proved: readonly Finding[]): Looked {
  const findings: Finding[] = [];
  const contradicted: RuledOut[] = [];
  for (const rule of rules) {
    if (!concerns(rule, seen) || proved.some((one) => one.rule === rule.id)) continue;
    const sight: Sight | undefined = rule.look?.(seen);
    if (sight === undefined) continue;
    if (rule.factor !== undefined && tried(proof, rule.factor) && !withstands(sight, proof)) {
      contradicted.push({ what: rule.says(seen), how: TRIED[proof?.outcome ?? 'not cured'] });
    } else {
      // Beside a proof, what merely fits is no news.
      if (proved.length > 0 && sight.certainty === 'consistent with') continue;
      findings.push(finding(rule, seen, sight.certainty, sight.because));
    }
  }
  return { findings, contradicted };
}

/** Nothing cured: that the repair of one thing is not enough does not refute what was captured of it. */
function withstands({ certainty }: Sight, proof: Proof | undefined): boolean {
  return certainty === 'decisive evidence' && proof?.outcome === 'not cured';
}

/** How an experiment refutes what merely fits. */
const TRIED: Readonly<Record<Proof['outcome'], string>> = {
  cured: 'what cures does not need its repair',
  'not cured': 'it was repaired at the handover, and that changed nothing',
  'not reproduced': 'the attempt succeeded with it, while the probe watched',
};

/** Put to the test in an experiment, and not among what cured. */
function tried(proof: Proof | undefined, factor: string): boolean {
  if (proof === undefined) return false;
  return factor in proof.suspects && ![...proof.singles, ...proof.together].includes(factor);
}

function exonerated(proof: Proof | undefined): readonly RuledOut[] {
  if (proof === undefined || proof.outcome === 'not reproduced') return [];
  return Object.entries(proof.suspects)
    .filter(([id]) => tried(proof, id))
    .map(([, what]) => ({
      what,
      how:
        proof.outcome === 'not cured'
          ? 'it was put right at the handover, with everything else, and nothing changed'
          : 'what cures does not need it',
    }));
}

/** Where a board stands that nothing was asked of, before what is to be said of it. */
function stateOf(seen: Seen, said: string | undefined): string {
  const state = rules.find(({ id, general, look }) => general === true && id !== said && look?.(seen) !== undefined);
  return state === undefined ? '' : `${state.says(seen)} `;
}

function sentenceOf(seen: Seen, findings: readonly Finding[], proof: Proof | undefined): string {
  const { e } = seen;
  if (worked(e)) return `Nothing is wrong with it: ${e.answer?.saw ?? 'it works'}.`;
  const [first, ...rest] = findings;
  const stands = e.attempt === 'none' ? stateOf(seen, first?.rule) : '';
  const saw = e.answer === undefined ? '' : ` What is seen: ${e.answer.saw}.`;
  if (first === undefined) {
    if (proof?.outcome === 'not reproduced') {
      return `Cannot tell: watched by the probe, the attempt succeeds; without it, it does not.${saw}`;
    }
    const tried = Object.keys(proof?.suspects ?? {}).length;
    return `Cannot tell${tried === 0 ? '' : `: ${tried} thing${tried === 1 ? '' : 's'} that differ from a clean handover ${tried === 1 ? 'is' : 'are'} ruled out by experiment`}.${saw}`;
  }
  const proved = findings.filter(({ certainty }) => certainty === 'proved by experiment');
  if (proof !== undefined && proof.together.length > 1 && proved.length > 1) {
    return `${proved.length} causes, each of which is enough to fail: ${proved.map(({ says }) => says).join(' And: ')}`;
  }
  if (proof !== undefined && proof.singles.length > 1 && proved.length > 1) {
    return `These meet, and the cure of either is enough: ${proved.map(({ says }) => says).join(' And: ')}`;
  }
  if (first.certainty === 'consistent with') {
    const also =
      rest.length === 0 ? '' : ` ${rest.length} more ${rest.length === 1 ? 'cause fits' : 'causes fit'} as well.`;
    return ruleNamed(first.rule)?.general === true && e.attempt === 'none'
      ? `${first.says}${also}`
      : `${stands}Not certain; it would fit that: ${first.says}${also}`;
  }
  return `${stands}${first.says}`;
}

function words(ids: readonly string[]): string {
  return ids.map((id) => factorNamed(id).repaired).join(', ');
}
