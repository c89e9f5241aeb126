import type { Defs, Schema } from '../schema/ir.ts';
import { mapSchema, mapValues } from '../schema/walk.ts';
import type { Change, DiffPolicy } from './change.ts';
import type { Level } from './levels.ts';
import { type Detail, DIFF_RULES, type RuleId } from './rules.ts';
import { compareSchemas } from './compare-schemas.ts';
import { meaning } from './subtype/normaliser.ts';
import { createSubtype } from './subtype/subtype.ts';
import { createFindings, type Side, type Comparison } from './comparison.ts';

/** Collects the changes of one route or effect. */
export interface Reporter {
  /** Reports a change. `side` decides its level; default `request`. */
  report(rule: RuleId, path: string, detail?: Detail, side?: Side): void;
  /** Compares two schemas and reports their differences. */
  compare(side: Side, before: Schema, after: Schema, path: string): void;
}

const OPEN_ENUM_RULES: ReadonlySet<RuleId> = new Set<RuleId>(['enum-value-added', 'enum-opened']);

/**
 * Returns a function that creates the reporter of a route or an effect.
 *
 * @param changes Receives the changes of all reporters.
 */
export function createReporters(
  beforeDefs: Defs,
  afterDefs: Defs,
  policy: DiffPolicy,
  changes: Change[],
): (route: string) => Reporter {
  const codecs = policy.strictness !== 'wire';
  const forward = createSubtype(beforeDefs, afterDefs, { codecs });
  const backward = createSubtype(afterDefs, beforeDefs, { codecs });
  const requests = createSubtype(beforeDefs, afterDefs, { codecs, undeclared: true });
  const responses = createSubtype(afterDefs, mapValues(beforeDefs, tolerate), {
    codecs,
    openEnums: policy.openEnums ?? false,
  });

  const levelOf = (rule: RuleId, side: Side): Level => {
    if (side === 'response' && policy.openEnums && OPEN_ENUM_RULES.has(rule)) return 'minor';
    return DIFF_RULES[rule][side];
  };

  return (route) => {
    const report: Reporter['report'] = (rule, path, detail = {}, side = 'request') => {
      changes.push({
        route,
        path,
        rule,
        level: levelOf(rule, side),
        message: DIFF_RULES[rule].message(detail),
      });
    };
    const compare: Reporter['compare'] = (side, before, after, path) => {
      if (meaning(before, beforeDefs) === meaning(after, afterDefs)) return;
      const { findings, ...memory } = createFindings();
      const comparison: Comparison = {
        ...memory,
        side,
        policy,
        beforeDefs,
        afterDefs,
        forward,
        backward,
        compare: (one, other, at) => compareSchemas(comparison, one, other, at),
      };
      compareSchemas(comparison, before, after, path);
      for (const { rule, path: at, detail } of findings) report(rule, at, detail, side);
      if (findings.some(({ rule }) => levelOf(rule, side) === 'major')) return;
      // The rules explain a change; only this check proves that it is compatible.
      const holds =
        side === 'request' ? requests(before, after) : responses(after, tolerate(before));
      if (!holds) report('undecidable', path);
    };
    return { report, compare };
  };
}

/** Opens all objects of a response schema, because clients ignore fields that they do not know. */
function tolerate(schema: Schema): Schema {
  return mapSchema(schema, (part) => {
    if (part.additionalProperties !== false) return part;
    const { additionalProperties: _, ...open } = part;
    return open;
  });
}
