import { describe, expect, test } from 'vitest';
import {
  type Bump,
  type Defs,
  type DiffPolicy,
  diffContracts,
  type RuleId,
  type Schema,
} from '../../src/index.ts';
import { asRequest, asResponse } from '../helpers/fuzz.ts';

const text: Schema = { type: 'string' };
const number: Schema = { type: 'number' };
const nothing: Schema = { type: 'null' };
const either = (...anyOf: Schema[]): Schema => ({ anyOf });
const object = (
  properties: Record<string, Schema>,
  required = Object.keys(properties),
  rest: Partial<Schema> = {},
): Schema => ({
  type: 'object',
  properties,
  required,
  ...rest,
});
const closed = { additionalProperties: false };
const card = object({ type: { const: 'card' }, number: text });
const bank = object({ type: { const: 'bank' }, iban: text });

/** `rule` is reported for the request and for the response. Omitted if the two differ. */
const cases: [
  what: string,
  before: Schema,
  after: Schema,
  request: Bump,
  response: Bump,
  rule?: RuleId,
][] = [
  ['no change', object({ a: text }), object({ a: text }), 'none', 'none'],
  [
    'another order of fields and union members',
    object({ a: either(text, number), b: text }),
    object({ b: text, a: either(number, text) }),
    'none',
    'none',
  ],
  ['a widened type', text, either(text, number), 'minor', 'major', 'union-member-added'],
  ['a narrowed type', either(text, number), text, 'major', 'minor', 'union-member-removed'],
  ['a changed type', text, number, 'major', 'major', 'type-changed'],
  [
    'from an object to a list of it',
    card,
    { type: 'array', items: card },
    'major',
    'major',
    'type-changed',
  ],
  ['from integer to number', { type: 'integer' }, number, 'minor', 'major', 'type-widened'],
  ['from number to integer', number, { type: 'integer' }, 'major', 'minor', 'type-narrowed'],
  ['from a known type to unknown', text, {}, 'minor', 'major', 'type-widened'],
  ['from unknown to a known type', {}, text, 'major', 'minor', 'type-narrowed'],
  ['an added null', text, either(text, nothing), 'minor', 'major', 'null-added'],
  ['a removed null', either(text, nothing), text, 'major', 'minor', 'null-removed'],
  [
    'an added enum value',
    { enum: ['a', 'b'] },
    { enum: ['a', 'b', 'c'] },
    'minor',
    'major',
    'enum-value-added',
  ],
  [
    'a removed enum value',
    { enum: ['a', 'b'] },
    { const: 'a' },
    'major',
    'minor',
    'enum-value-removed',
  ],
  ['a replaced enum value', { enum: ['a', 'b'] }, { enum: ['a', 'c'] }, 'major', 'major'],
  ['from an enum to its type', { enum: ['a', 'b'] }, text, 'minor', 'major', 'enum-opened'],
  ['from a type to an enum', text, { enum: ['a', 'b'] }, 'major', 'minor', 'enum-closed'],
  ['a changed constant', { const: 'a' }, { const: 'b' }, 'major', 'major', 'const-changed'],
  ['from boolean to true', { type: 'boolean' }, { const: true }, 'major', 'minor'],
  ['from boolean to true and false', { type: 'boolean' }, { enum: [true, false] }, 'none', 'none'],
  [
    'an added union member, named by its discriminator',
    either(card, bank),
    either(card, bank, object({ type: { const: 'cash' } })),
    'minor',
    'major',
    'union-member-added',
  ],
  ['a removed union member', either(card, bank), card, 'major', 'minor', 'union-member-removed'],
  [
    'an added field of a union member',
    either(card, bank),
    either(card, object({ ...bank.properties, bic: text })),
    'major',
    'minor',
    'required-field-added',
  ],
  [
    'union members merged into one',
    either(object({ kind: { const: 'a' }, x: text }), object({ kind: { const: 'b' }, x: text })),
    object({ kind: { enum: ['a', 'b'] }, x: text }),
    'none',
    'none',
  ],
  [
    'a raised lower bound',
    { type: 'number', minimum: 0 },
    { type: 'number', minimum: 1 },
    'major',
    'minor',
    'bound-narrowed',
  ],
  [
    'a lowered lower bound',
    { type: 'string', minLength: 2 },
    { type: 'string', minLength: 1 },
    'minor',
    'major',
    'bound-widened',
  ],
  ['an added bound', text, { type: 'string', maxLength: 10 }, 'major', 'minor', 'bound-narrowed'],
  [
    'a removed bound',
    { type: 'array', items: text, maxItems: 3 },
    { type: 'array', items: text },
    'minor',
    'major',
    'bound-widened',
  ],
  [
    'from > 0 to >= 0',
    { type: 'number', exclusiveMinimum: 0 },
    { type: 'number', minimum: 0 },
    'minor',
    'major',
    'bound-widened',
  ],
  [
    'from > 0 to >= 1 for integers',
    { type: 'integer', exclusiveMinimum: 0 },
    { type: 'integer', minimum: 1 },
    'none',
    'none',
  ],
  [
    'from multiples of 10 to multiples of 5',
    { type: 'integer', multipleOf: 10 },
    { type: 'integer', multipleOf: 5 },
    'minor',
    'major',
    'constraint-widened',
  ],
  [
    'from multiples of 2 to multiples of 3',
    { type: 'integer', multipleOf: 2 },
    { type: 'integer', multipleOf: 3 },
    'major',
    'major',
    'constraint-changed',
  ],
  [
    'a changed pattern',
    { type: 'string', pattern: '^a' },
    { type: 'string', pattern: '^b' },
    'major',
    'major',
    'constraint-changed',
  ],
  [
    'an added pattern',
    text,
    { type: 'string', pattern: '^a' },
    'major',
    'minor',
    'constraint-added',
  ],
  [
    'a removed pattern',
    { type: 'string', pattern: '^a' },
    text,
    'minor',
    'major',
    'constraint-removed',
  ],
  [
    'a changed format',
    { type: 'string', format: 'date' },
    { type: 'string', format: 'date-time' },
    'major',
    'major',
    'constraint-changed',
  ],
  [
    'an added format',
    text,
    { type: 'string', format: 'email' },
    'major',
    'minor',
    'constraint-added',
  ],
  [
    'from a string to a Date',
    { type: 'string', format: 'date-time' },
    { type: 'string', format: 'date-time', 'x-gati-codec': 'date' },
    'major',
    'major',
    'codec-changed',
  ],
  [
    'an added optional field',
    object({ a: text }),
    object({ a: text, b: text }, ['a']),
    'minor',
    'minor',
    'field-added',
  ],
  [
    'an added optional field of a closed object',
    object({ a: text }, ['a'], closed),
    object({ a: text, b: text }, ['a'], closed),
    'minor',
    'minor',
    'field-added',
  ],
  [
    'an added required field',
    object({ a: text }),
    object({ a: text, b: text }),
    'major',
    'minor',
    'required-field-added',
  ],
  [
    'a removed field',
    object({ a: text, b: text }),
    object({ a: text }),
    'minor',
    'major',
    'field-removed',
  ],
  [
    'a removed field of a closed object',
    object({ a: text, b: text }, [], closed),
    object({ a: text }, [], closed),
    'major',
    'major',
  ],
  ['a renamed field', object({ a: text }), object({ b: text }), 'major', 'major'],
  [
    'from optional to required',
    object({ a: text }, []),
    object({ a: text }),
    'major',
    'minor',
    'field-required',
  ],
  [
    'from required to optional',
    object({ a: text }),
    object({ a: text }, []),
    'minor',
    'major',
    'field-optional',
  ],
  [
    'additional properties no longer allowed',
    object({ a: text }),
    object({ a: text }, ['a'], closed),
    'major',
    'minor',
    'additional-closed',
  ],
  [
    'additional properties allowed',
    object({ a: text }, ['a'], closed),
    object({ a: text }),
    'minor',
    'patch',
    'additional-opened',
  ],
  [
    'widened values of a map',
    { type: 'object', additionalProperties: text },
    { type: 'object', additionalProperties: either(text, number) },
    'minor',
    'major',
    'union-member-added',
  ],
  [
    'a map limited to some keys',
    { type: 'object', additionalProperties: number },
    { type: 'object', additionalProperties: number, propertyNames: { enum: ['a', 'b'] } },
    'major',
    'minor',
    'constraint-narrowed',
  ],
  [
    'an added field of another type in a map',
    { type: 'object', additionalProperties: number },
    { type: 'object', additionalProperties: number, properties: { a: text } },
    'major',
    'major',
    'field-added-to-record',
  ],
  [
    'a narrowed item of a tuple',
    { type: 'array', prefixItems: [text, either(text, nothing)], items: false },
    { type: 'array', prefixItems: [text, text], items: false },
    'major',
    'minor',
    'null-removed',
  ],
  [
    'a longer tuple',
    { type: 'array', prefixItems: [text], items: false },
    { type: 'array', prefixItems: [text, text], items: false },
    'minor',
    'major',
    'bound-widened',
  ],
  [
    'items that must now be unique',
    { type: 'array', items: text },
    { type: 'array', items: text, uniqueItems: true },
    'major',
    'minor',
    'constraint-added',
  ],
  [
    'an added default',
    object({ a: text }, []),
    object({ a: { ...text, default: 'x' } }, []),
    'minor',
    'patch',
    'default-changed',
  ],
  [
    'a changed description',
    text,
    { ...text, description: 'The name.' },
    'patch',
    'patch',
    'description-changed',
  ],
  [
    'a deprecated field',
    object({ a: text }),
    object({ a: { ...text, deprecated: true } }),
    'patch',
    'patch',
    'deprecation-changed',
  ],
  [
    'an intersection instead of the same object',
    object({ a: text, b: number }),
    { allOf: [object({ a: text }), object({ b: number })] },
    'none',
    'none',
  ],
  [
    'a narrowed intersection',
    { allOf: [object({ a: text }), object({ b: number })] },
    { allOf: [object({ a: text }), object({ b: { type: 'integer' } })] },
    'major',
    'minor',
    'type-narrowed',
  ],
  [
    'a change that cannot be decided',
    { not: { type: 'string', minLength: 3 } },
    { not: { type: 'string', minLength: 4 } },
    'major',
    'major',
    'undecidable',
  ],
];

describe('diffContracts rates a changed schema', () => {
  test.each(cases)('rates a changed schema: %s', (_, before, after, request, response, rule) => {
    const [sent, answered] = [
      diffContracts(
        asRequest({ schema: before, $defs: {} }),
        asRequest({ schema: after, $defs: {} }),
      ),
      diffContracts(
        asResponse({ schema: before, $defs: {} }),
        asResponse({ schema: after, $defs: {} }),
      ),
    ];
    expect({
      request: sent.bump,
      response: answered.bump,
      sent: sent.changes,
      answered: answered.changes,
    }).toMatchObject({
      request,
      response,
    });
    if (rule) {
      expect(sent.changes.map((change) => change.rule)).toContain(rule);
      expect(answered.changes.map((change) => change.rule)).toContain(rule);
    }
  });
});

function bump(
  side: 'request' | 'response',
  before: Schema,
  after: Schema,
  policy?: DiffPolicy,
  defs: [Defs, Defs] = [{}, {}],
): Bump {
  const as = side === 'request' ? asRequest : asResponse;
  return diffContracts(
    as({ schema: before, $defs: defs[0] }),
    as({ schema: after, $defs: defs[1] }),
    policy,
  ).bump;
}

describe('policies of diffContracts', () => {
  const open = { openEnums: true };

  test('openEnums makes a new enum value in a response minor, but no new type or union member', () => {
    expect(bump('response', { enum: ['a', 'b'] }, { enum: ['a', 'b', 'c'] }, open)).toBe('minor');
    expect(
      bump(
        'response',
        object({ error: { const: 'a' } }),
        object({ error: { enum: ['a', 'b'] } }),
        open,
      ),
    ).toBe('minor');
    expect(bump('response', { enum: ['a', 'b'] }, text, open)).toBe('minor');
    expect(bump('response', { enum: ['a'] }, { enum: ['a', 1] }, open)).toBe('major');
    expect(bump('response', { const: true }, { type: 'boolean' }, open)).toBe('major');
    expect(
      bump(
        'response',
        either(card, bank),
        either(card, bank, object({ type: { const: 'cash' } })),
        open,
      ),
    ).toBe('major');
    expect(
      bump('response', { enum: ['a', 'b'] }, either({ enum: ['a', 'b'] }, nothing), open),
    ).toBe('major');
    expect(bump('request', { enum: ['a', 'b'] }, { const: 'a' }, open)).toBe('major');
  });

  test('strictness wire accepts another codec with the same bytes', () => {
    const [wire, date]: [Schema, Schema] = [
      { type: 'string', format: 'date-time' },
      { type: 'string', format: 'date-time', 'x-gati-codec': 'date' },
    ];
    expect(bump('request', wire, date, { strictness: 'wire' })).toBe('none');
    expect(bump('response', date, wire, { strictness: 'wire' })).toBe('none');
    expect(bump('response', date, wire)).toBe('major');
  });
});

describe('diffContracts with definitions', () => {
  const ref = (name: string): Schema => ({ $ref: `#/$defs/${name}` });
  const tree = (name: string, value: Schema, required = ['value', 'children']): Defs => ({
    [name]: object({ value, children: { type: 'array', items: ref(name) } }, required),
  });

  test('ignores the names of definitions', () => {
    expect(
      bump('request', ref('Tree'), ref('Node'), {}, [tree('Tree', text), tree('Node', text)]),
    ).toBe('none');
    expect(
      bump('response', ref('A'), object({ x: text }), {}, [{ A: object({ x: text }) }, {}]),
    ).toBe('none');
  });

  test('compares recursive definitions, direct and mutual', () => {
    expect(
      bump('request', ref('Tree'), ref('Tree'), {}, [
        tree('Tree', text),
        tree('Tree', either(text, number)),
      ]),
    ).toBe('minor');
    expect(
      bump('response', ref('Tree'), ref('Tree'), {}, [
        tree('Tree', text),
        tree('Tree', either(text, number)),
      ]),
    ).toBe('major');
    expect(
      bump('response', ref('Tree'), ref('Tree'), {}, [
        tree('Tree', text, ['value']),
        tree('Tree', text),
      ]),
    ).toBe('minor');
    const unrolled: Defs = {
      Tree: object({ value: text, children: { type: 'array', items: ref('Other') } }),
      Other: object({ value: text, children: { type: 'array', items: ref('Tree') } }),
    };
    expect(bump('request', ref('Tree'), ref('Tree'), {}, [tree('Tree', text), unrolled])).toBe(
      'none',
    );
  });

  test('reports a shared definition for each place, limited to 200 findings', () => {
    const before: Defs = {};
    const after: Defs = {};
    for (let level = 0; level < 30; level++) {
      const next = level < 29 ? ref(`L${level + 1}`) : undefined;
      before[`L${level}`] = object({ left: next ?? text, right: next ?? text });
      after[`L${level}`] = object({ left: next ?? text, right: next ?? number });
    }
    const { bump: level, changes } = diffContracts(
      asResponse({ schema: ref('L0'), $defs: before }),
      asResponse({ schema: ref('L0'), $defs: after }),
    );
    expect(level).toBe('major');
    expect(changes.length).toBeLessThanOrEqual(200);
    const address = (zip: Schema): Defs => ({ Address: object({ zip }) });
    const order = object({ billing: ref('Address'), shipping: ref('Address') });
    const { changes: both } = diffContracts(
      asRequest({ schema: order, $defs: address(text) }),
      asRequest({ schema: order, $defs: address(number) }),
    );
    expect(both.map(({ path, rule }) => `${path} ${rule}`)).toEqual([
      'request/body/billing/zip type-changed',
      'request/body/shipping/zip type-changed',
    ]);
  });
});

test('a change has a route, a path, a rule, a level and a message', () => {
  const before = object({ items: { type: 'array', items: either(card, bank) }, 'a/b': text }, [
    'items',
  ]);
  const after = object(
    {
      items: { type: 'array', items: either(object({ ...card.properties, cvc: text }), bank) },
      'a/b': number,
    },
    ['items'],
  );
  expect(
    diffContracts(
      asRequest({ schema: before, $defs: {} }),
      asRequest({ schema: after, $defs: {} }),
    ),
  ).toEqual({
    bump: 'major',
    changes: [
      {
        route: 'POST /a',
        path: 'request/body/items/*/(type=card)/cvc',
        rule: 'required-field-added',
        level: 'major',
        message: 'The required field `cvc` was added.',
      },
      {
        route: 'POST /a',
        path: 'request/body/a~1b',
        rule: 'type-changed',
        level: 'major',
        message: 'The type changed from string to number.',
      },
    ],
  });
});

test('the message of changed propertyNames contains both lists of names', () => {
  const map = (...names: string[]): Schema => ({
    type: 'object',
    propertyNames: { enum: names },
    additionalProperties: text,
  });
  const { changes } = diffContracts(
    asRequest({ schema: map('a', 'b'), $defs: {} }),
    asRequest({ schema: map('a', 'b', 'c'), $defs: {} }),
  );
  expect(changes.map(({ message }) => message)).toEqual([
    'The constraint propertyNames was widened from "a" | "b" to "a" | "b" | "c".',
  ]);
});
