import type { Schema } from '../schema/ir.ts';
import { compareBound } from './compare-scalars.ts';
import type { Walk } from './comparison.ts';

export function compareArrays(walk: Walk, before: Schema, after: Schema, path: string): void {
  compareBound(walk, 'minItems', 'lower', before.minItems ?? 0, after.minItems ?? 0, path);
  compareBound(walk, 'maxItems', 'upper', longest(before), longest(after), path);
  if ((before.uniqueItems ?? false) !== (after.uniqueItems ?? false)) {
    walk.report(after.uniqueItems ? 'constraint-added' : 'constraint-removed', path, {
      name: 'uniqueItems',
      before: 'true',
      after: 'true',
    });
  }
  const fixed = Math.max(before.prefixItems?.length ?? 0, after.prefixItems?.length ?? 0);
  const shared = Math.min(longest(before), longest(after));
  for (let index = 0; index < fixed && index < shared; index++)
    walk.compare(itemAt(before, index), itemAt(after, index), `${path}/${index}`);
  if (shared > fixed) walk.compare(itemAt(before, fixed), itemAt(after, fixed), `${path}/*`);
}

function longest({ items, prefixItems = [], maxItems = Infinity }: Schema): number {
  return items === false ? Math.min(prefixItems.length, maxItems) : maxItems;
}

function itemAt({ items, prefixItems = [] }: Schema, index: number): Schema {
  return prefixItems[index] ?? (items || {});
}
