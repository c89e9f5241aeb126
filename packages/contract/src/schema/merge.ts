import { canonicalJson, canonicalSchema } from './canonical.ts';
import type { Defs, Schema } from './ir.ts';
import { reachable, renameRefs } from './refs.ts';
import { mapValues } from './walk.ts';

export interface MergedDefs {
  /** Canonical, references rewritten. */
  $defs: Defs;
  /** For each map that went in: rewrites the references of a schema that was written against it. */
  rewrites: ((schema: Schema) => Schema)[];
}

/**
 * Makes one map of definitions out of many. A name that means the same everywhere stays; one that means something else is renamed
 * (`Name2`, `Name3` …, never a name that somebody has already). A definition means the same only if all that it refers to does.
 * The order of the maps decides who keeps the name, nothing else does. The maps are taken as frozen: what is known of one is kept.
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
  /** Each definition's text with all that it refers to. */
  meanings: Map<string, string>;
}

/** By identity: one edit changes one route's map of a thousand. */
const understood = new WeakMap<Defs, CanonicalDefs>();

function canonicalDefs(defs: Defs): CanonicalDefs {
  let result = understood.get(defs);
  if (!result) {
    const canonical = mapValues(defs, canonicalSchema);
    const texts = mapValues(canonical, (schema) => canonicalJson(schema));
    const meanings = Object.entries(canonical).map(([name, schema]): [string, string] => {
      const others = [...reachable([schema], canonical)].sort();
      return [name, [texts[name], ...others.map((other) => `${other}=${texts[other]}`)].join('\n')];
    });
    result = { canonical, meanings: new Map(meanings) };
    understood.set(defs, result);
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
