export interface TypeCase {
  name: string;
  /** Declarations before `type Body`. */
  before?: string;
  type: string;
  /** Schema of the body, and of `$defs` where there are some. */
  schema: unknown;
  defs?: Record<string, unknown>;
  warnings?: string[];
}

const string = { type: 'string' };
const number = { type: 'number' };
const object = (
  properties: Record<string, unknown>,
  required: string[] = Object.keys(properties),
  rest: object = {},
): object => ({
  type: 'object',
  properties,
  ...(required.length > 0 ? { required: [...required].sort() } : {}),
  ...rest,
});
const ref = (name: string): object => ({ $ref: `#/$defs/${name}` });
const date = { type: 'string', format: 'date-time', 'x-gati-codec': 'date' };
const bigint = {
  type: 'string',
  format: 'bigint',
  pattern: '^-?[0-9]+$',
  'x-gati-codec': 'bigint',
};
const bytes = { type: 'string', contentEncoding: 'base64', 'x-gati-codec': 'bytes' };
const file = { type: 'string', format: 'binary', 'x-gati-codec': 'file' };

export const TYPES: TypeCase[] = [
  {
    name: 'scalars',
    type: '{ s: string; n: number; b: boolean; u: null; x: unknown }',
    schema: object({ s: string, n: number, b: { type: 'boolean' }, u: { type: 'null' }, x: {} }),
  },
  {
    name: 'literals and their unions',
    type: "{ a: 'x'; b: 'y' | 'x'; c: 1 | 2; d: true; e: 'a' | 1 }",
    schema: object({
      a: { type: 'string', const: 'x' },
      b: { type: 'string', enum: ['x', 'y'] },
      c: { type: 'number', enum: [1, 2] },
      d: { type: 'boolean', const: true },
      e: {
        anyOf: [
          { type: 'string', const: 'a' },
          { type: 'number', const: 1 },
        ],
      },
    }),
  },
  {
    name: 'optional and undefined',
    type: '{ a?: string; b: string | undefined; c?: boolean | null }',
    schema: object(
      { a: string, b: string, c: { anyOf: [{ type: 'boolean' }, { type: 'null' }] } },
      [],
    ),
  },
  {
    name: 'nullable',
    type: '{ a: string | null }',
    schema: object({ a: { anyOf: [string, { type: 'null' }] } }),
  },
  {
    name: 'string enum',
    before: "enum Color { Red = 'red', Blue = 'blue' }",
    type: '{ c: Color; one: Color.Red }',
    schema: object({ c: ref('Color'), one: { type: 'string', const: 'red' } }),
    defs: { Color: { type: 'string', enum: ['blue', 'red'] } },
  },
  {
    name: 'numeric and const enum',
    before: 'enum Level { Low, High } const enum Bit { One = 1, Two = 2 }',
    type: '{ l: Level; b: Bit }',
    schema: object({ l: ref('Level'), b: ref('Bit') }),
    defs: { Level: { type: 'number', enum: [0, 1] }, Bit: { type: 'number', enum: [1, 2] } },
  },
  {
    name: 'arrays',
    type: '{ a: string[]; b: readonly number[]; c: ReadonlyArray<string>; d: string[][] }',
    schema: object({
      a: { type: 'array', items: string },
      b: { type: 'array', items: number },
      c: { type: 'array', items: string },
      d: { type: 'array', items: { type: 'array', items: string } },
    }),
  },
  {
    name: 'tuples',
    type: '{ a: [string, number]; b: [string, number?]; c: [string, ...number[]]; d: []; e: readonly [x: string] }',
    schema: object({
      a: { type: 'array', prefixItems: [string, number], items: false, minItems: 2, maxItems: 2 },
      b: { type: 'array', prefixItems: [string, number], items: false, minItems: 1, maxItems: 2 },
      c: { type: 'array', prefixItems: [string], items: number, minItems: 1 },
      d: { type: 'array', items: false, maxItems: 0 },
      e: { type: 'array', prefixItems: [string], items: false, minItems: 1, maxItems: 1 },
    }),
  },
  {
    name: 'records',
    type: "{ a: Record<string, number>; b: Record<'x' | 'y', string>; c: { [key: string]: boolean }; d: { known: string; [key: string]: string } }",
    schema: object({
      a: { type: 'object', additionalProperties: number },
      b: object({ x: string, y: string }),
      c: { type: 'object', additionalProperties: { type: 'boolean' } },
      d: object({ known: string }, ['known'], { additionalProperties: string }),
    }),
  },
  {
    name: 'partial records and template keys',
    type: "{ a: Partial<Record<'x', number>>; b: { [key: `x-${string}`]: number } }",
    schema: object({
      a: object({ x: number }, []),
      b: {
        type: 'object',
        additionalProperties: number,
        propertyNames: { type: 'string', pattern: '^x-[\\s\\S]*$' },
      },
    }),
  },
  {
    name: 'map and set',
    type: "{ m: Map<string, number>; k: Map<'a' | 'b', string>; s: Set<string>; r: ReadonlySet<number> }",
    schema: object({
      m: { type: 'object', additionalProperties: number, 'x-gati-codec': 'map' },
      k: {
        type: 'object',
        propertyNames: { enum: ['a', 'b'] },
        additionalProperties: string,
        'x-gati-codec': 'map',
      },
      s: { type: 'array', items: string, uniqueItems: true, 'x-gati-codec': 'set' },
      r: { type: 'array', items: number, uniqueItems: true, 'x-gati-codec': 'set' },
    }),
  },
  {
    name: 'date, bigint, bytes',
    type: '{ d: Date; b: bigint; u: Uint8Array; a: ArrayBuffer; n: Date | null }',
    schema: object({
      d: date,
      b: bigint,
      u: bytes,
      a: bytes,
      n: { anyOf: [date, { type: 'null' }] },
    }),
  },
  {
    name: 'files',
    type: '{ f: File; b: Blob; title: string }',
    schema: object({ f: file, b: file, title: string }),
  },
  {
    name: 'a class of the same name is a class',
    before: 'class File { path = ""; }',
    type: '{ f: File }',
    schema: object({ f: ref('File') }),
    defs: { File: object({ path: string }) },
  },
  {
    name: 'pick, omit, partial, required, readonly',
    before: 'interface User { id: string; name?: string; age: number }',
    type: "{ a: Pick<User, 'id'>; b: Omit<User, 'age'>; c: Partial<User>; d: Required<User>; e: Readonly<Pick<User, 'age'>> }",
    schema: object({
      a: object({ id: string }),
      b: object({ id: string, name: string }, ['id']),
      c: object({ id: string, name: string, age: number }, []),
      d: object({ id: string, name: string, age: number }),
      e: object({ age: number }),
    }),
  },
  {
    name: 'mapped and conditional',
    before:
      'type Flags<T> = { [K in keyof T as `is_${K & string}`]?: boolean }; type Element<T> = T extends (infer E)[] ? E : never;',
    type: '{ f: Flags<{ a: 1; b: 2 }>; e: Element<string[]> }',
    schema: object({ f: ref('Flags_HASH'), e: string }),
    defs: { Flags_HASH: object({ is_a: { type: 'boolean' }, is_b: { type: 'boolean' } }, []) },
  },
  {
    name: 'intersections',
    before: 'interface A { a: string } interface B { b: number }',
    type: '{ x: A & B; y: { a: string } & { b?: number } }',
    schema: object({
      x: object({ a: string, b: number }),
      y: object({ a: string, b: number }, ['a']),
    }),
  },
  {
    name: 'brands',
    before:
      "type UserId = string & { readonly __brand: 'UserId' }; declare const tag: unique symbol; type Cents = number & { [tag]: true };",
    type: '{ id: UserId; price: Cents }',
    schema: object({ id: string, price: number }),
  },
  {
    name: 'template literals',
    type: '{ a: `user_${string}`; b: `${number}px`; c: `${"a" | "b"}-x`; d: Uppercase<string> }',
    schema: object({
      a: { type: 'string', pattern: '^user_[\\s\\S]*$' },
      b: { type: 'string', pattern: '^-?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?px$' },
      c: { type: 'string', enum: ['a-x', 'b-x'] },
      d: string,
    }),
  },
  {
    name: 'the type of a random UUID',
    type: '{ a: `${string}-${string}-${string}-${string}-${string}` }',
    schema: object({ a: { type: 'string', format: 'uuid' } }),
  },
  {
    name: 'template literals of several texts, so that a search takes linear time',
    type: '{ a: `${string}/${string}.png`; b: `${string}, ${string}`; c: `${string}-${number}px`; d: `${string}${string}!` }',
    schema: object({
      a: { type: 'string', pattern: '^[^/]*\\/[\\s\\S]*\\.png$' },
      b: { type: 'string', pattern: '^(?:(?!, )[\\s\\S])*, [\\s\\S]*$' },
      c: {
        type: 'string',
        pattern: '^[\\s\\S]*--?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?px$',
      },
      d: { type: 'string', pattern: '^[\\s\\S]*!$' },
    }),
  },
  {
    name: 'recursive interface',
    before: 'interface Tree { value: string; children: Tree[]; parent?: Tree }',
    type: 'Tree',
    schema: ref('Tree'),
    defs: {
      Tree: object(
        { value: string, children: { type: 'array', items: ref('Tree') }, parent: ref('Tree') },
        ['children', 'value'],
      ),
    },
  },
  {
    name: 'mutual recursion',
    before: 'interface A { b: B | null } interface B { a: A[] }',
    type: '{ a: A }',
    schema: object({ a: ref('A') }),
    defs: {
      A: object({ b: { anyOf: [ref('B'), { type: 'null' }] } }),
      B: object({ a: { type: 'array', items: ref('A') } }),
    },
  },
  {
    name: 'recursive alias',
    before: 'type Json = string | number | boolean | null | Json[] | { [key: string]: Json };',
    type: '{ data: Json }',
    schema: object({ data: ref('Json') }),
    defs: { Json: { anyOf: [{ $ref: '#/$defs/Json', NEVER: 1 }] } },
  },
  {
    name: 'generics',
    before: 'interface Page<T> { items: T[]; next?: string } interface User { id: string }',
    type: '{ a: Page<User>; b: Page<string>; c: Page<Page<number>> }',
    schema: object({ a: ref('Page_User'), b: ref('Page_string'), c: ref('Page_Page_number') }),
    defs: {
      Page_User: object({ items: { type: 'array', items: ref('User') }, next: string }, ['items']),
      User: object({ id: string }),
      Page_string: object({ items: { type: 'array', items: string }, next: string }, ['items']),
      Page_Page_number: object(
        { items: { type: 'array', items: ref('Page_number') }, next: string },
        ['items'],
      ),
      Page_number: object({ items: { type: 'array', items: number }, next: string }, ['items']),
    },
  },
  {
    name: 'discriminated union',
    before: "type Shape = { kind: 'circle'; radius: number } | { kind: 'square'; side: number };",
    type: '{ shape: Shape }',
    schema: object({ shape: ref('Shape') }),
    defs: {
      Shape: {
        anyOf: [
          object({ kind: { type: 'string', const: 'circle' }, radius: number }),
          object({ kind: { type: 'string', const: 'square' }, side: number }),
        ],
      },
    },
  },
  {
    name: 'secrets',
    type: '{ /** @secret */ pin: string; /** The phrase.\n * @secret */ phrase?: string | null }',
    schema: object(
      {
        pin: { ...string, 'x-gati-secret': true },
        phrase: {
          anyOf: [string, { type: 'null' }],
          description: 'The phrase.',
          'x-gati-secret': true,
        },
      },
      ['pin'],
    ),
  },
  {
    name: 'bounds',
    type: '{\n/** How many.\n * @minimum 1\n * @maximum 10\n * @integer\n */\nn: number;\n/** @minLength 2\n */ a: string;\n/** @maxLength 5\n * @pattern ^[a-z]+$\n * @format slug */ s: string | null;\n/** @minItems 1\n * @maxItems 3 */ l: string[];\n/** @default 3\n * @multipleOf 0.5\n * @exclusiveMinimum 0 */ d?: number;\n/** @deprecated use n\n * @example 4\n * @example 5 */ o?: number }',
    schema: object(
      {
        n: { type: 'integer', minimum: 1, maximum: 10, description: 'How many.' },
        a: { type: 'string', minLength: 2 },
        s: {
          anyOf: [
            { type: 'string', maxLength: 5, pattern: '^[a-z]+$', format: 'slug' },
            { type: 'null' },
          ],
        },
        l: { type: 'array', items: string, minItems: 1, maxItems: 3 },
        d: { type: 'number', default: 3, multipleOf: 0.5, exclusiveMinimum: 0 },
        o: { type: 'number', deprecated: true, examples: [4, 5] },
      },
      ['a', 'l', 'n', 's'],
    ),
  },
  {
    name: 'documentation of a named type',
    before: '/** A person. */ interface User { /** Its key. */ id: string }',
    type: '{ /** Who. */ user: User }',
    schema: object({ user: { ...ref('User'), description: 'Who.' } }),
    defs: {
      User: object({ id: { type: 'string', description: 'Its key.' } }, ['id'], {
        description: 'A person.',
      }),
    },
  },
  {
    name: 'functions and symbols',
    type: '{ a: string; f: () => void; m(): void; s: symbol }',
    schema: object({ a: string }),
    warnings: ['GATI_TYPE_NOT_JSON', 'GATI_TYPE_NOT_JSON'],
  },
  { name: 'never', type: '{ a: never; b?: never }', schema: object({ a: { not: {} } }) },
  {
    name: 'object types',
    type: '{ o: object; e: {} }',
    schema: object({ o: { type: 'object' }, e: { type: 'object' } }),
  },
  { name: 'any', type: '{ a: any }', schema: object({ a: {} }) },
  {
    name: 'missing type',
    type: '{ a: Nowhere }',
    schema: object({ a: {} }),
    warnings: ['TS2304'],
  },
  {
    name: 'inherited members',
    before: 'interface Base { id: string } interface Child extends Base { name: string }',
    type: '{ c: Child }',
    schema: object({ c: ref('Child') }),
    defs: { Child: object({ name: string, id: string }) },
  },
  {
    name: 'keyof, typeof, indexed access',
    before: 'const table = { a: 1, b: 2 }; interface User { id: string; tags: string[] }',
    type: "{ k: keyof typeof table; t: User['tags'][number]; v: (typeof table)['a'] }",
    schema: object({ k: { type: 'string', enum: ['a', 'b'] }, t: string, v: number }),
  },
  {
    name: 'array of unions',
    type: "('a' | 'b' | null)[]",
    schema: {
      type: 'array',
      items: { anyOf: [{ type: 'string', enum: ['a', 'b'] }, { type: 'null' }] },
    },
  },
  {
    name: 'grows without end',
    before: 'interface Deep<T> { value: T; next: Deep<T[]> | null }',
    type: '{ d: Deep<string> }',
    schema: 'ANY',
    warnings: ['GATI_TYPE_TOO_DEEP'],
  },
];
