import { type Defs, mapSchema, refName, type Schema, toRef } from '@gati/contract';
import type { Trust } from './trust.ts';

/**
 * Matches text without surrogates, in which each character is one UTF-16 unit. Libraries count
 * UTF-16 units, JSON Schema counts code points.
 */
const ONE_UNIT = String.raw`^[\u0000-\ud7ff\ue000-\uffff]*$`;

const nameOf = (name: string, trust: Trust): string => `${name}~${trust}`;

/**
 * Narrows a JSON Schema to values that the schema value behind it returns unchanged ({@link
 * Trust}): no undeclared keys where the library removes them, only safe integers, and no character
 * outside of the basic plane where a length or a pattern counts. `validate` decides about the
 * values that it leaves out.
 *
 * @param topLevel whether the object itself has no undeclared keys either
 */
export function tightenSchema(schema: Schema, trust: Trust, topLevel = true): Schema {
  const tight = tightenAll(schema, trust);
  if (topLevel || trust !== 'strict' || schema.additionalProperties !== undefined) return tight;
  const { additionalProperties: _, ...open } = tight;
  return open;
}

/** Returns a definition by name, also a narrowed one that {@link tightenSchema} refers to. */
export function definitionOf(name: string, $defs: Defs): Schema | undefined {
  const [, base, trust] = /^(.*)~(open|strict)$/.exec(name) ?? [];
  if (base === undefined) return $defs[name];
  const schema = $defs[base];
  return schema && tightenAll(schema, trust as Trust);
}

function tightenAll(schema: Schema, trust: Trust): Schema {
  return mapSchema(schema, (part) => {
    const tight = { ...part };
    if (tight.$ref !== undefined) tight.$ref = toRef(nameOf(refName(tight.$ref), trust));
    if (trust === 'strict' && tight.properties && tight.additionalProperties === undefined)
      tight.additionalProperties = false;
    if (tight.type === 'integer') {
      tight.minimum ??= Number.MIN_SAFE_INTEGER;
      tight.maximum ??= Number.MAX_SAFE_INTEGER;
    }
    if (tight.pattern !== undefined)
      tight.allOf = [...(tight.allOf ?? []), { type: 'string', pattern: ONE_UNIT }];
    else if (tight.maxLength !== undefined) tight.pattern = ONE_UNIT;
    return tight;
  });
}
