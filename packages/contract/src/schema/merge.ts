import { canonicalJson, canonicalSchema, sortSchema } from './canonical.ts';
import type { Defs, Schema } from './ir.ts';
import { reachable, renameRefs } from './refs.ts';
import { mapValues } from './walk.ts';

/** Result of {@link mergeDefs}. */
export interface MergedDefs {
  /** In canonical form, with the new names. */
  $defs: Defs;
  /** One function per input map: renames the references of a schema that uses this map. */
  rewrites: ((schema: Schema) => Schema)[];
}

/**
 * Merges maps of definitions into one.
 *
 * Definitions of the same name that mean the same become one. If they differ, the first map keeps
 * the name, and the others get a free one (`Name2`, `Name3` …). Two definitions mean the same only
 * if all definitions that they refer to mean the same.
 *
 * The maps must not change afterwards: results are cached by the identity of a map.
 */
export function mergeDefs(maps: Defs[]): MergedDefs {
  const taken = new Set(maps.flatMap((defs) => Object.keys(defs)));
  const byMeaning = new Map<string, Map<string, string>>();
  const merged = new Map<string, Schema>();
  const rewrites = maps.map((defs) => {
    const { canonical, meanings } = canonicalDefs(defs);
    const finalNames = new Map<string, string>();
    for (const [name, meaning] of meanings) {
      const known = byMeaning.get(name) ?? new Map<string, string>();
      byMeaning.set(name, known);
      const final = known.get(meaning) ?? (known.size === 0 ? name : freeName(name, taken));
      taken.add(final);
      known.set(meaning, final);
      finalNames.set(name, final);
    }
    const rewrite = toRewrite(finalNames);
    for (const [name, final] of finalNames)
      if (!merged.has(final)) merged.set(final, rewrite(canonical[name]!));
    return rewrite;
  });
  return { $defs: Object.fromEntries(merged), rewrites };
}

interface CanonicalDefs {
  canonical: Defs;
  /** Per definition: its text, followed by the texts of all definitions that it refers to. */
  meanings: Map<string, string>;
}

/** Cached by identity, because an edit changes the maps of only a few routes of a large app. */
const canonicalDefsOf = new WeakMap<Defs, CanonicalDefs>();

function canonicalDefs(defs: Defs): CanonicalDefs {
  let result = canonicalDefsOf.get(defs);
  if (!result) {
    const canonical = mapValues(defs, canonicalSchema);
    const texts = mapValues(canonical, (schema) => canonicalJson(sortSchema(schema)));
    const meanings = Object.entries(canonical).map(([name, schema]): [string, string] => {
      const others = [...reachable([schema], canonical)].sort();
      return [name, [texts[name], ...others.map((other) => `${other}=${texts[other]}`)].join('\n')];
    });
    result = { canonical, meanings: new Map(meanings) };
    canonicalDefsOf.set(defs, result);
  }
  return result;
}

function toRewrite(names: Map<string, string>): (schema: Schema) => Schema {
  const moved = [...names].some(([name, final]) => name !== final);
  return moved
    ? (schema) => renameRefs(schema, (name) => names.get(name) ?? name)
    : (schema) => schema;
}

function freeName(name: string, taken: Set<string>): string {
  let number = 2;
  while (taken.has(`${name}${number}`)) number++;
  return `${name}${number}`;
}
