import { canonicalJson } from '../schema/canonical.ts';
import { equalJson } from '../schema/equal.ts';
import type { Schema } from '../schema/ir.ts';
import { resolveRef } from '../schema/refs.ts';
import { compareArrays } from './compare-arrays.ts';
import { compareNumbers, compareStrings } from './compare-scalars.ts';
import { describe } from './describe-schema.ts';
import { kindOf, toMembers } from './members.ts';
import { compareObjects } from './compare-objects.ts';
import { isAny, meaning } from './subtype/normaliser.ts';
import { compareUnions } from './compare-unions.ts';
import type { Walk } from './comparison.ts';

/** Reports every difference of two schemas that a person would name. It explains; whether nothing was missed is checked apart from it. */
export function compareSchemas(walk: Walk, before: Schema, after: Schema, path: string): void {
  const pair = `${canonicalJson(before)}\n${canonicalJson(after)}`;
  if (walk.repeat(pair, path)) return;
  const done = walk.begin(pair, path);
  const [old, now] = [resolveRef(before, walk.beforeDefs), resolveRef(after, walk.afterDefs)];
  compareNotes(walk, old, now, path);
  const [from, to] = [toMembers(old, walk.beforeDefs), toMembers(now, walk.afterDefs)];
  const single = (members: typeof from): boolean =>
    members.plain.length === 1 && members.literals.length === 0;
  if (single(from) && single(to)) {
    const [one, other] = [from.plain[0]!, to.plain[0]!];
    if (!isAny(one) && !isAny(other) && from.nullable !== to.nullable)
      walk.report(to.nullable ? 'null-added' : 'null-removed', path);
    compareKinds(walk, one, other, path);
  } else {
    compareUnions(walk, from, to, path, compareKinds);
  }
  done();
}

/** Two schemas without a union at their top, references resolved. */
export function compareKinds(walk: Walk, before: Schema, after: Schema, path: string): void {
  const detail = { before: describe(before), after: describe(after) };
  if (isAny(before) || isAny(after)) {
    if (!isAny(after)) walk.report('type-narrowed', path, detail);
    if (!isAny(before)) walk.report('type-widened', path, detail);
    return;
  }
  if (isCombined(before) || isCombined(after)) return compareCombined(walk, before, after, path);
  const [from, to] = [before['x-gati-codec'], after['x-gati-codec']];
  if (kindOf(before) !== kindOf(after)) return walk.report('type-changed', path, detail);
  if (from !== to && walk.policy.strictness !== 'wire')
    return walk.report('codec-changed', path, {
      before: from ?? before.type,
      after: to ?? after.type,
    });
  switch (kindOf(before)) {
    case 'number':
      return compareNumbers(walk, before, after, path);
    case 'string':
      return compareStrings(walk, before, after, path);
    case 'array':
      return compareArrays(walk, before, after, path);
    case 'object':
      return compareObjects(walk, before, after, path);
  }
}

/** Intersections, negations, and constraints without a type: there is no one place to point at. */
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

function compareCombined(walk: Walk, before: Schema, after: Schema, path: string): void {
  if (meaning(before, walk.beforeDefs) === meaning(after, walk.afterDefs)) return;
  const detail = { before: describe(before), after: describe(after) };
  const [grows, shrinks] = [walk.forward(before, after), walk.backward(after, before)];
  if (grows && !shrinks) walk.report('type-widened', path, detail);
  if (!grows && shrinks) walk.report('type-narrowed', path, detail);
  if (!grows && !shrinks) walk.report('undecidable', path, detail);
}

function compareNotes(walk: Walk, before: Schema, after: Schema, path: string): void {
  if (before.description !== after.description || before.title !== after.title)
    walk.report('description-changed', path);
  if (!equalJson(before.examples, after.examples)) walk.report('examples-changed', path);
  if ((before.deprecated ?? false) !== (after.deprecated ?? false))
    walk.report('deprecation-changed', path, { after: after.deprecated ? 'deprecated' : '' });
  if (!equalJson(before.default, after.default)) {
    const text = (value: Schema['default']): string =>
      value === undefined ? 'none' : JSON.stringify(value);
    walk.report('default-changed', path, {
      before: text(before.default),
      after: text(after.default),
    });
  }
}
