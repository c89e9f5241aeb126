import { canonicalJson } from '../schema/canonical.ts';
import { equalJson } from '../schema/equal.ts';
import type { Schema } from '../schema/ir.ts';
import { resolveRef } from '../schema/refs.ts';
import { compareArrays } from './compare-arrays.ts';
import { compareNumbers, compareStrings } from './compare-scalars.ts';
import { describeSchema } from './describe-schema.ts';
import { kindOf, toMembers } from './members.ts';
import { compareObjects } from './compare-objects.ts';
import { isAny, meaning } from './subtype/normaliser.ts';
import { compareUnions } from './compare-unions.ts';
import type { Comparison } from './comparison.ts';

/**
 * Reports the differences between two schemas as a person would name them. The report explains a
 * change; the subtype check of the reporter proves that nothing was missed.
 */
export function compareSchemas(
  comparison: Comparison,
  before: Schema,
  after: Schema,
  path: string,
): void {
  const pair = `${canonicalJson(before)}\n${canonicalJson(after)}`;
  if (comparison.repeatFindings(pair, path)) return;
  const done = comparison.startPair(pair, path);
  const [old, now] = [
    resolveRef(before, comparison.beforeDefs),
    resolveRef(after, comparison.afterDefs),
  ];
  compareAnnotations(comparison, old, now, path);
  const [from, to] = [toMembers(old, comparison.beforeDefs), toMembers(now, comparison.afterDefs)];
  const single = (members: typeof from): boolean =>
    members.plain.length === 1 && members.literals.length === 0;
  if (single(from) && single(to)) {
    const [one, other] = [from.plain[0]!, to.plain[0]!];
    if (!isAny(one) && !isAny(other) && from.nullable !== to.nullable)
      comparison.report(to.nullable ? 'null-added' : 'null-removed', path);
    compareKinds(comparison, one, other, path);
  } else {
    compareUnions(comparison, from, to, path, compareKinds);
  }
  done();
}

/** Compares two schemas that are not unions. References are resolved. */
export function compareKinds(
  comparison: Comparison,
  before: Schema,
  after: Schema,
  path: string,
): void {
  const detail = { before: describeSchema(before), after: describeSchema(after) };
  if (isAny(before) || isAny(after)) {
    if (!isAny(after)) comparison.report('type-narrowed', path, detail);
    if (!isAny(before)) comparison.report('type-widened', path, detail);
    return;
  }
  if (isCombined(before) || isCombined(after))
    return compareCombined(comparison, before, after, path);
  const [from, to] = [before['x-gati-codec'], after['x-gati-codec']];
  if (kindOf(before) !== kindOf(after)) return comparison.report('type-changed', path, detail);
  if (from !== to && comparison.policy.strictness !== 'wire')
    return comparison.report('codec-changed', path, {
      before: from ?? before.type,
      after: to ?? after.type,
    });
  switch (kindOf(before)) {
    case 'number':
      return compareNumbers(comparison, before, after, path);
    case 'string':
      return compareStrings(comparison, before, after, path);
    case 'array':
      return compareArrays(comparison, before, after, path);
    case 'object':
      return compareObjects(comparison, before, after, path);
  }
}

/**
 * Whether a schema is an intersection, a negation, or has constraints without a type. Its
 * differences have no single place to report.
 */
function isCombined(schema: Schema): boolean {
  return (
    schema.type === undefined ||
    schema.allOf !== undefined ||
    schema.not !== undefined ||
    schema.anyOf !== undefined ||
    schema.enum !== undefined ||
    schema.const !== undefined
  );
}

function compareCombined(
  comparison: Comparison,
  before: Schema,
  after: Schema,
  path: string,
): void {
  if (meaning(before, comparison.beforeDefs) === meaning(after, comparison.afterDefs)) return;
  const detail = { before: describeSchema(before), after: describeSchema(after) };
  const [grows, shrinks] = [comparison.forward(before, after), comparison.backward(after, before)];
  if (grows && !shrinks) comparison.report('type-widened', path, detail);
  if (!grows && shrinks) comparison.report('type-narrowed', path, detail);
  if (!grows && !shrinks) comparison.report('undecidable', path, detail);
}

function compareAnnotations(
  comparison: Comparison,
  before: Schema,
  after: Schema,
  path: string,
): void {
  if (before.description !== after.description || before.title !== after.title)
    comparison.report('description-changed', path);
  if (!equalJson(before.examples, after.examples)) comparison.report('examples-changed', path);
  if ((before.deprecated ?? false) !== (after.deprecated ?? false))
    comparison.report('deprecation-changed', path, { after: after.deprecated ? 'deprecated' : '' });
  if (!equalJson(before.default, after.default)) {
    const text = (value: Schema['default']): string =>
      value === undefined ? 'none' : JSON.stringify(value);
    comparison.report('default-changed', path, {
      before: text(before.default),
      after: text(after.default),
    });
  }
}
