import { canonicalJson, canonicalSchema, type Schema } from '@gati/contract';

/** A response header that the code sets. `always`: on each of the joined paths. */
export interface SetHeader {
  schema: Schema;
  always: boolean;
}

/** Response headers by name in lower case, as far as the code names them. */
export type SetHeaders = ReadonlyMap<string, SetHeader>;

export const NO_HEADERS: SetHeaders = new Map();

/** Adds headers, which replace those of the same name. */
export function withHeaders(headers: SetHeaders, added: SetHeaders): SetHeaders {
  return added.size === 0 ? headers : new Map([...headers, ...added]);
}

export function withoutHeader(headers: SetHeaders, name: string): SetHeaders {
  if (!headers.has(name)) return headers;
  return new Map([...headers].filter(([each]) => each !== name));
}

/**
 * Joins the headers of two paths to one response. A header that only one of them sets is optional.
 */
export function joinHeaders(a: SetHeaders, b: SetHeaders): SetHeaders {
  if (a === b) return a;
  const joined = new Map<string, SetHeader>();
  for (const name of new Set([...a.keys(), ...b.keys()])) {
    const [first, second] = [a.get(name), b.get(name)];
    const one = first ?? second!;
    joined.set(name, {
      schema: first && second ? eitherSchema(first.schema, second.schema) : one.schema,
      always: (first?.always ?? false) && (second?.always ?? false),
    });
  }
  return joined;
}

function eitherSchema(a: Schema, b: Schema): Schema {
  if (canonicalJson(a) === canonicalJson(b)) return a;
  // Each header is a string, so a number or a boolean beside a string is a string.
  return a.type === b.type ? canonicalSchema({ anyOf: [a, b] }) : { type: 'string' };
}

/** Prints headers as the object schema of a contract; `undefined` if there are none. */
export function headersSchema(headers: SetHeaders): Schema | undefined {
  if (headers.size === 0) return undefined;
  const required = [...headers].filter(([, { always }]) => always).map(([name]) => name);
  return {
    type: 'object',
    properties: Object.fromEntries([...headers].map(([name, { schema }]) => [name, schema])),
    ...(required.length > 0 && { required }),
  };
}

/** Joins the headers of two sources of one response, in the form of contracts. */
export function joinHeaderSchemas(
  a: Schema | undefined,
  b: Schema | undefined,
): Schema | undefined {
  return headersSchema(joinHeaders(readSchema(a), readSchema(b)));
}

function readSchema({ properties = {}, required = [] }: Schema = {}): SetHeaders {
  return new Map(
    Object.entries(properties).map(([name, schema]) => [
      name,
      { schema, always: required.includes(name) },
    ]),
  );
}
