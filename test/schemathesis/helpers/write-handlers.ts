import fs from 'node:fs';
import path from 'node:path';

/** A type that a request can contain, as it is declared, with its rules. */
interface Kind {
  type: string;
  rules?: string;
  /**
   * The response has the text of the value. Schemathesis can't check tuples in responses: it
   * rewrites `prefixItems` to the form of older drafts, and then finds the schema invalid.
   */
  asText?: true;
}

/** Values that every part of a request can contain. */
const SCALARS: Record<string, Kind> = {
  string: { type: 'string' },
  bounded: { type: 'string', rules: '@minLength 2\n * @maxLength 8' },
  code: { type: 'string', rules: '@pattern ^[A-Z]{3}-[0-9]{1,4}$' },
  email: { type: 'string', rules: '@format email' },
  uuid: { type: 'string', rules: '@format uuid' },
  number: { type: 'number' },
  integer: { type: 'number', rules: '@integer\n * @minimum 1\n * @maximum 100' },
  boolean: { type: 'boolean' },
  date: { type: 'Date' },
  bigint: { type: 'bigint' },
  bytes: { type: 'Uint8Array' },
  words: { type: "'red' | 'green' | 'blue'" },
  sizes: { type: '1 | 2 | 3' },
};

/** Values that are lists of scalars, or one of several types. */
const LISTS: Record<string, Kind> = {
  strings: { type: 'string[]' },
  numbers: { type: 'number[]', rules: '@minItems 1\n * @maxItems 5' },
  dates: { type: 'Date[]' },
  tuple: { type: '[number, boolean]', asText: true },
  set: { type: "Set<'a' | 'b' | 'c'>" },
  either: { type: 'number | boolean' },
};

/** Values with names. */
const OBJECTS: Record<string, Kind> = {
  object: { type: '{ name: string; size?: number; tags: string[] }' },
  nullable: { type: '{ at: Date | null; parent: { id: number } | null }' },
  record: { type: 'Record<string, number>' },
  map: { type: 'Map<string, boolean>' },
  union: {
    type: "{ kind: 'circle'; radius: number } | { kind: 'box'; sides: [number, number] }",
    asText: true,
  },
  objects: { type: '{ id: number; seen?: Date }[]' },
};

/** Values that only a body can contain. */
const TREES: Record<string, Kind> = {
  tree: { type: 'Tree' },
  comment: { type: 'Comment' },
};

const ALL = { ...SCALARS, ...LISTS, ...OBJECTS, ...TREES };
const TREE_TYPES = `type Tree = { value: number; children: Tree[] };
type Comment = { text: string; parent: Comment | null };
`;

const comment = ({ rules }: Kind): string => (rules === undefined ? '' : `/**\n * ${rules}\n */\n`);

/** A handler that responds with what it got from one part of the request. */
const echo = (kind: Kind, route: string, declaration: string, value: string): string =>
  `export const route = '${route}';

${declaration}
export const handler: Handler<typeof route> = (req) => ({ read: ${kind.asText ? `JSON.stringify(${value})` : value} });
`;

/** The source of each handler by its path in `src/handlers`. */
function printHandlers(): Map<string, string> {
  const files = new Map<string, string>();
  const add = (
    part: string,
    kinds: Record<string, Kind>,
    print: (kind: Kind, name: string) => string,
  ): void => {
    for (const [name, kind] of Object.entries(kinds))
      files.set(`${part}/${name}.ts`, print(kind, name));
  };
  const field = (kind: Kind): string =>
    `{ ${comment(kind)}value: ${kind.type}; ${comment(kind)}more?: ${kind.type} }`;
  add('body', ALL, (kind, name) =>
    echo(
      kind,
      `POST /body/${name}`,
      `${TREE_TYPES}export type Body = ${field(kind)};`,
      'req.body.value',
    ),
  );
  add('query', { ...SCALARS, ...LISTS, ...OBJECTS }, (kind, name) =>
    echo(kind, `GET /query/${name}`, `export type Query = ${field(kind)};`, 'req.query.value'),
  );
  add('path', { ...SCALARS, numbers: LISTS['numbers']!, tuple: LISTS['tuple']! }, (kind, name) =>
    echo(
      kind,
      `GET /path/${name}/:value`,
      `export type Params = { ${comment(kind)}value: ${kind.type} };`,
      'req.params.value',
    ),
  );
  add('header', { ...SCALARS, ...LISTS, object: OBJECTS['object']! }, (kind, name) =>
    echo(
      kind,
      `GET /header/${name}`,
      `export type Headers = { ${comment(kind)}'x-value': ${kind.type} };`,
      "req.headers['x-value']",
    ),
  );
  add('form', { ...SCALARS, ...LISTS, ...OBJECTS }, (kind, name) =>
    echo(
      kind,
      `POST /form/${name}`,
      `export const accept = ['form'];\n\nexport type Body = ${field(kind)};`,
      'req.body.value',
    ),
  );
  return files;
}

/** Writes a handler for each kind of value in each part of a request. */
export function writeHandlers(app: string): void {
  for (const [file, source] of printHandlers()) {
    const target = path.join(app, 'src/handlers', file);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.writeFileSync(target, source);
  }
}
