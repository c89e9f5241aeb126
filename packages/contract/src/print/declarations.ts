import { compare } from '../schema/canonical.ts';
import type { Defs, Schema } from '../schema/ir.ts';
import { pruneDefs, reachable } from '../schema/refs.ts';
import { walkSchema } from '../schema/walk.ts';
import { jsDoc } from './literals.ts';
import { type Direction, toTypeScript } from './typescript.ts';

/** Printed declarations, and the names to refer to them. */
export interface Declarations {
  /** `export interface Name { … }` and `export type Name = …`, sorted by definition. */
  text: string;
  /** Returns the type name of a definition that a client sends. */
  request(definition: string): string;
  /** Returns the type name of a definition that a client receives. */
  response(definition: string): string;
}

/** The schemas that need declarations. */
export interface DeclarationUses {
  /** Schemas of values that clients send. */
  request: Schema[];
  /** Schemas of values that clients receive. */
  response: Schema[];
  /** Names that the surrounding file already declares. */
  taken?: Iterable<string>;
}

/** Types that the printer writes: a declaration must not hide them. */
const RESERVED =
  'File Blob Date Record Array any unknown never void null undefined string number boolean bigint symbol object'.split(
    ' ',
  );

/**
 * Prints the declarations of all definitions that are used. A definition with a `Date` or a
 * `bigint` has two types if clients both send and receive it: `Name` is received, `NameInput` is
 * sent.
 */
export function toDeclarations(defs: Defs, uses: DeclarationUses): Declarations {
  const taken = new Set([...(uses.taken ?? []), ...RESERVED]);
  const sent = reachable(uses.request, defs);
  const received = reachable(uses.response, defs);
  const used = [...new Set([...sent, ...received])].sort(compare);

  const names: Record<Direction, Map<string, string>> = { request: new Map(), response: new Map() };
  for (const definition of used) {
    const name = uniqueName(definition, taken);
    names.request.set(definition, name);
    names.response.set(definition, name);
  }
  const twice = used.filter(
    (definition) =>
      sent.has(definition) && received.has(definition) && differsByDirection(definition, defs),
  );
  for (const definition of twice)
    names.request.set(definition, uniqueName(`${names.response.get(definition)}Input`, taken));

  const nameIn = (direction: Direction) => (definition: string) =>
    names[direction].get(definition) ?? definition;
  const declare = (definition: string, direction: Direction): string =>
    declaration(nameIn(direction)(definition), defs[definition]!, direction, nameIn(direction));
  const text = used.flatMap((definition) => {
    const first = declare(definition, received.has(definition) ? 'response' : 'request');
    return twice.includes(definition) ? [first, declare(definition, 'request')] : [first];
  });
  return { text: text.join('\n'), request: nameIn('request'), response: nameIn('response') };
}

function declaration(
  name: string,
  schema: Schema,
  direction: Direction,
  nameOf: (definition: string) => string,
): string {
  const type = toTypeScript(schema, { direction, nameOf });
  const isInterface =
    type.startsWith('{') &&
    type.endsWith('}') &&
    !schema.anyOf &&
    !schema.allOf &&
    schema.$ref === undefined;
  return `${jsDoc(schema)}export ${isInterface ? `interface ${name} ${type}` : `type ${name} = ${type};`}\n`;
}

function differsByDirection(definition: string, defs: Defs): boolean {
  let changes = false;
  for (const schema of [
    defs[definition]!,
    ...Object.values(pruneDefs([defs[definition]!], defs)),
  ]) {
    walkSchema(
      schema,
      (part) => (changes ||= part['x-gati-codec'] === 'date' || part['x-gati-codec'] === 'bigint'),
    );
  }
  return changes;
}

function uniqueName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let number = 2; taken.has(name); number++) name = `${wanted}${number}`;
  taken.add(name);
  return name;
}
