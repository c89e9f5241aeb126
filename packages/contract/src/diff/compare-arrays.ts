import type { Schema } from '../schema/ir.ts';
import { compareBound } from './compare-scalars.ts';
import type { Comparison } from './comparison.ts';

export function compareArrays(
  comparison: Comparison,
  before: Schema,
  after: Schema,
  path: string,
): void {
  compareBound(comparison, 'minItems', 'lower', before.minItems ?? 0, after.minItems ?? 0, path);
  compareBound(comparison, 'maxItems', 'upper', longest(before), longest(after), path);
  if ((before.uniqueItems ?? false) !== (after.uniqueItems ?? false)) {
    comparison.report(after.uniqueItems ? 'constraint-added' : 'constraint-removed', path, {
      name: 'uniqueItems',
      before: 'true',
      after: 'true',
    });
  }
  const fixed = Math.max(before.prefixItems?.length ?? 0, after.prefixItems?.length ?? 0);
  const shared = Math.min(longest(before), longest(after));
  for (let index = 0; index < fixed && index < shared; index++)
    comparison.compare(itemAt(before, index), itemAt(after, index), `${path}/${index}`);
  if (shared > fixed) comparison.compare(itemAt(before, fixed), itemAt(after, fixed), `${path}/*`);
}

function longest({ items, prefixItems = [], maxItems = Infinity }: Schema): number {
  return items === false ? Math.min(prefixItems.length, maxItems) : maxItems;
}

function itemAt({ items, prefixItems = [] }: Schema, index: number): Schema {
  return prefixItems[index] ?? (items || {});
}
