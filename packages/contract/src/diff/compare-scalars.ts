import type { Schema } from '../schema/ir.ts';
import { boundsOf } from './subtype/atoms.ts';
import type { Comparison } from './comparison.ts';

/**
 * Compares a bound. A lower bound that rises, or an upper bound that falls, narrows the schema. An
 * absent bound is infinite.
 */
export function compareBound(
  comparison: Comparison,
  name: string,
  limit: 'lower' | 'upper',
  before: number,
  after: number,
  path: string,
): void {
  if (before === after) return;
  const narrows = limit === 'lower' ? after > before : after < before;
  comparison.report(narrows ? 'bound-narrowed' : 'bound-widened', path, {
    name,
    before: text(before),
    after: text(after),
  });
}

function text(bound: number): string {
  return Number.isFinite(bound) ? String(bound) : 'none';
}

/** Compares a constraint that has no order, such as a pattern. */
export function compareConstraint(
  comparison: Comparison,
  name: string,
  before: unknown,
  after: unknown,
  path: string,
): void {
  if (before === after) return;
  const detail = { name, before: String(before), after: String(after) };
  comparison.report(
    before === undefined
      ? 'constraint-added'
      : after === undefined
        ? 'constraint-removed'
        : 'constraint-changed',
    path,
    detail,
  );
}

export function compareStrings(
  comparison: Comparison,
  before: Schema,
  after: Schema,
  path: string,
): void {
  compareBound(comparison, 'minLength', 'lower', before.minLength ?? 0, after.minLength ?? 0, path);
  compareBound(
    comparison,
    'maxLength',
    'upper',
    before.maxLength ?? Infinity,
    after.maxLength ?? Infinity,
    path,
  );
  for (const name of ['pattern', 'format', 'contentEncoding', 'contentMediaType'] as const)
    compareConstraint(comparison, name, before[name], after[name], path);
}

export function compareNumbers(
  comparison: Comparison,
  before: Schema,
  after: Schema,
  path: string,
): void {
  if (before.type !== after.type) {
    comparison.report(after.type === 'integer' ? 'type-narrowed' : 'type-widened', path, {
      before: before.type,
      after: after.type,
    });
  }
  compareLimits(comparison, before, after, path);
  const [from, to] = [before.multipleOf, after.multipleOf];
  const detail = { name: 'multipleOf', before: String(from), after: String(to) };
  if (from === undefined || to === undefined)
    return compareConstraint(comparison, 'multipleOf', from, to, path);
  const divides = (divisor: number, multiple: number): boolean =>
    Number.isInteger(divisor) && Number.isInteger(multiple) && multiple % divisor === 0;
  if (from === to) return;
  comparison.report(
    divides(to, from)
      ? 'constraint-widened'
      : divides(from, to)
        ? 'constraint-narrowed'
        : 'constraint-changed',
    path,
    detail,
  );
}

function compareLimits(comparison: Comparison, before: Schema, after: Schema, path: string): void {
  // `> 0` and `>= 1` are the same bound only if both schemas are integers.
  const integers = before.type === 'integer' && after.type === 'integer';
  const read = (schema: Schema): ReturnType<typeof boundsOf> =>
    boundsOf(integers ? schema : { ...schema, type: 'number' });
  const [from, to] = [read(before), read(after)];
  for (const [limit, name, exclusive] of [
    ['lower', 'minimum', 'exclusiveMinimum'],
    ['upper', 'maximum', 'exclusiveMaximum'],
  ] as const) {
    const [old, now] = [from[limit], to[limit]];
    if (old.value !== now.value)
      compareBound(
        comparison,
        now.open || (old.open && !Number.isFinite(now.value)) ? exclusive : name,
        limit,
        old.value,
        now.value,
        path,
      );
    else if (old.open !== now.open) {
      const words = ({ value, open }: typeof old): string =>
        `${value} ${open ? 'excluded' : 'included'}`;
      comparison.report(now.open ? 'bound-narrowed' : 'bound-widened', path, {
        name,
        before: words(old),
        after: words(now),
      });
    }
  }
}
