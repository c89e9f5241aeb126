import type { Defs, Schema } from '../schema/ir.ts';
import type { DiffPolicy } from './change.ts';
import type { Detail, RuleId } from './rules.ts';
import type { IsSubschema } from './subtype/subtype.ts';

/**
 * Whether the client sends or receives the value. Decides whether widening or narrowing breaks it.
 */
export type Side = 'request' | 'response';

/** A change to a schema, before its level is known. */
export interface Finding {
  rule: RuleId;
  path: string;
  detail: Detail;
}

/** The state while two schemas at one place of the contract are compared. */
export interface Comparison {
  side: Side;
  policy: DiffPolicy;
  beforeDefs: Defs;
  afterDefs: Defs;
  /** Whether each value of a schema before the change matches a schema after it. */
  forward: IsSubschema;
  /** Whether each value of a schema after the change matches a schema before it. */
  backward: IsSubschema;
  report(rule: RuleId, path: string, detail?: Detail): void;
  compare(before: Schema, after: Schema, path: string): void;
  /**
   * Whether a pair of schemas needs no comparison. If the comparison of the pair is in progress at
   * an outer level, the schemas are recursive. If the pair was compared at another place, its
   * findings are repeated for this path.
   */
  repeatFindings(pair: string, path: string): boolean;
  /** Starts the comparison of a pair. Call the returned function at its end. */
  startPair(pair: string, path: string): () => void;
}

/** Limit of findings. A changed type with many uses is reported for some of them only. */
const MAX_FINDINGS = 200;

/**
 * Creates the list of findings of a comparison. It also remembers each pair, so that recursive
 * types end and shared types are compared once.
 */
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
