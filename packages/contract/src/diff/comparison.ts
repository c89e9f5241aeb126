import type { Defs, Schema } from '../schema/ir.ts';
import type { DiffPolicy } from './change.ts';
import type { Detail, RuleId } from './rules.ts';
import type { IsSubschema } from './subtype/subtype.ts';

/** Who sends the value: it decides what widening and narrowing mean. */
export type Side = 'request' | 'response';

export interface Finding {
  rule: RuleId;
  path: string;
  detail: Detail;
}

/** One comparison through two schemas at one place of the contract. */
export interface Comparison {
  side: Side;
  policy: DiffPolicy;
  beforeDefs: Defs;
  afterDefs: Defs;
  /** Every old value is a new one, and the other way round; of two schemas, exactly. */
  forward: IsSubschema;
  backward: IsSubschema;
  report(rule: RuleId, path: string, detail?: Detail): void;
  compare(before: Schema, after: Schema, path: string): void;
  /** Whether the pair is being compared further up (then it ends here), or was compared elsewhere (then what was found is told for this place too). */
  repeatFindings(pair: string, path: string): boolean;
  /** Call what it returns when the pair is done. */
  startPair(pair: string, path: string): () => void;
}

/** A changed type that is used in many places is told for so many of them. */
const MAX_FINDINGS = 200;

/** What a comparison remembers, so that recursive types end and shared ones are looked at once. */
export function createFindings(): Pick<Comparison, 'report' | 'repeatFindings' | 'startPair'> & {
  findings: Finding[];
} {
  const findings: Finding[] = [];
  const known = new Map<string, Finding[]>();
  return {
    findings,
    report: (rule, path, detail = {}) => void findings.push({ rule, path, detail }),
    repeatFindings(pair, path) {
      const found = known.get(pair);
      if (found && findings.length + found.length <= MAX_FINDINGS) {
        for (const finding of found) findings.push({ ...finding, path: path + finding.path });
      }
      return found !== undefined;
    },
    startPair(pair, path) {
      const start = findings.length;
      known.set(pair, []);
      return () =>
        known.set(
          pair,
          findings
            .slice(start)
            .map((finding) => ({ ...finding, path: finding.path.slice(path.length) })),
        );
    },
  };
}
