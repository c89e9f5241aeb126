import { canonicalSchema, refName, type Schema } from '@gati/contract';
import { hasFlag } from '../../compiler/compiler.ts';
import { isPlatform } from '../../types/builtins.ts';
import { readDoc, withDoc } from '../../types/doc-comments.ts';
import { findLostRules } from '../../types/doc-rules.ts';
import type { InterpreterApi } from '../interpreter-api.ts';
import { reportIssues } from '../report-issues.ts';
import type { Facts } from '../state/facts.ts';
import type { Entry, Value } from '../state/values.ts';

/**
 * Returns the schema of an object literal, with the properties of its spread values. `undefined` if
 * those can't be listed: then the compiler's type says more.
 */
export function writeObject(
  walk: InterpreterApi,
  entries: readonly Entry[],
  facts: Facts,
): Schema | undefined {
  const properties = new Map<string, { schema: Schema; optional: boolean }>();
  let rest: Schema | undefined;
  for (const entry of entries) {
    if ('spread' in entry) {
      const parts = spreadParts(walk, entry.spread, facts);
      if (!parts) return undefined;
      for (const [name, part] of parts.properties) {
        const before = properties.get(name);
        // If the spread value may lack the property, the one before it may remain.
        const schema =
          part.optional && before
            ? canonicalSchema({ anyOf: [before.schema, part.schema] })
            : part.schema;
        properties.set(name, { schema, optional: part.optional && (before?.optional ?? true) });
      }
      rest ??= parts.rest;
      continue;
    }
    const { name, value } = entry;
    if (isLost(walk, value)) {
      walk.report(
        'GATI_TYPE_NOT_JSON',
        `The property \`${name}\` is a function or a symbol, which JSON leaves out.`,
        `Leave \`${name}\` out of the body.`,
        entry.node,
      );
      properties.delete(name);
      continue;
    }
    const written = walk.schemaOf(value, facts, true);
    if (written.absent && written.optional) {
      properties.delete(name);
      continue;
    }
    const source = entry.node.getSourceFile();
    const doc = source.text.includes('/**') ? readDoc(source, entry.node.pos) : undefined;
    if (doc) reportIssues(walk, findLostRules(doc, written.schema, name), entry.node);
    properties.set(name, { schema: withDoc(written.schema, doc), optional: written.optional });
  }
  const schema: Schema = { type: 'object' };
  if (properties.size > 0)
    schema.properties = Object.fromEntries(
      [...properties].map(([name, part]) => [name, part.schema]),
    );
  const required = [...properties].filter(([, { optional }]) => !optional).map(([name]) => name);
  if (required.length > 0) schema.required = required;
  if (rest !== undefined) schema.additionalProperties = rest;
  return canonicalSchema(schema);
}

/** Whether JSON leaves a value out: functions and symbols. */
export function isLost(walk: InterpreterApi, value: Value): boolean {
  if (value.kind === 'function') return true;
  if (value.kind !== 'type') return false;
  const type = walk.snapshot.type(value.node);
  if (type.tag === 'symbol') return true;
  if (type.tag !== 'object' || type.reference) return false;
  const symbol = walk.compiler.symbol(type);
  return (
    symbol !== undefined &&
    (hasFlag(symbol, 'function') || hasFlag(symbol, 'method') || symbol.name === '__function') &&
    !symbol.declarations.some(({ file }) => isPlatform(file) && symbol.name === 'Date')
  );
}

/** The properties of an object, and the schema of others (`additionalProperties`). */
interface Parts {
  properties: Map<string, { schema: Schema; optional: boolean }>;
  rest?: Schema;
}

/** Returns the properties that `...value` adds; `undefined` if they can't be listed. */
function spreadParts(walk: InterpreterApi, value: Value, facts: Facts): Parts | undefined {
  if (value.kind === 'constant') return { properties: new Map() };
  const options = value.kind === 'union' ? value.options : [value];
  const parts: Parts[] = [];
  for (const option of options) {
    if (option.kind === 'constant') parts.push({ properties: new Map() });
    else {
      const written = walk.schemaOf(option, facts);
      const list = written.absent ? [{}] : alternatives(walk, written.schema);
      if (!list) return undefined;
      parts.push(...list.map(toParts));
      if (written.optional) parts.push({ properties: new Map() });
    }
  }
  return joinParts(parts);
}

/** Returns the object schemas that a schema can be; `undefined` if it can be something else. */
function alternatives(walk: InterpreterApi, schema: Schema, depth = 0): Schema[] | undefined {
  if (depth > 8) return undefined;
  if (schema.$ref !== undefined) {
    const definition = walk.snapshot.responses.definitions.get(refName(schema.$ref));
    return definition && alternatives(walk, definition.schema, depth + 1);
  }
  if (schema.anyOf) {
    const lists = schema.anyOf.map((member) => alternatives(walk, member, depth + 1));
    return lists.every((list) => list !== undefined) ? lists.flat() : undefined;
  }
  if (schema.type === 'null' || schema.type === 'boolean') return [{ type: 'object' }];
  return schema.type === 'object' && !schema['x-gati-codec'] && !schema.allOf
    ? [schema]
    : undefined;
}

function toParts(schema: Schema): Parts {
  const required = new Set(schema.required);
  const properties = new Map(
    Object.entries(schema.properties ?? {}).map(([name, part]) => [
      name,
      { schema: part, optional: !required.has(name) },
    ]),
  );
  return typeof schema.additionalProperties === 'object'
    ? { properties, rest: schema.additionalProperties }
    : { properties };
}

function joinParts(parts: readonly Parts[]): Parts {
  const properties: Parts['properties'] = new Map();
  for (const name of new Set(parts.flatMap((part) => [...part.properties.keys()]))) {
    const found = parts.map((part) => part.properties.get(name));
    const schemas = found.flatMap((each) => (each ? [each.schema] : []));
    properties.set(name, {
      schema: schemas.length === 1 ? schemas[0]! : canonicalSchema({ anyOf: schemas }),
      optional: found.some((each) => !each || each.optional),
    });
  }
  const rest = parts.find((part) => part.rest !== undefined)?.rest;
  return rest === undefined ? { properties } : { properties, rest };
}
