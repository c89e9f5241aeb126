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

/** `[what, before, after, in a request, in a response, rule]`; `rule` is one that is reported on both sides, where it is the same. */
const cases: [
  what: string,
  before: Schema,
  after: Schema,
  request: Bump,
  response: Bump,
  rule?: RuleId,
][] = [
  ['nothing', object({ a: text }), object({ a: text }), 'none', 'none'],
  [
    'another order of fields and alternatives',
    object({ a: either(text, number), b: text }),
    object({ b: text, a: either(number, text) }),
    'none',
    'none',
  ],
  ['a type widened', text, either(text, number), 'minor', 'major', 'union-member-added'],
  ['a type narrowed', either(text, number), text, 'major', 'minor', 'union-member-removed'],
  ['a type changed', text, number, 'major', 'major', 'type-changed'],
  [
    'an object to a list of it',
    card,
    { type: 'array', items: card },
    'major',
    'major',
    'type-changed',
  ],
  ['integer to number', { type: 'integer' }, number, 'minor', 'major', 'type-widened'],
  ['number to integer', number, { type: 'integer' }, 'major', 'minor', 'type-narrowed'],
  ['known to unknown', text, {}, 'minor', 'major', 'type-widened'],
  ['unknown to known', {}, text, 'major', 'minor', 'type-narrowed'],
  ['null added', text, either(text, nothing), 'minor', 'major', 'null-added'],
  ['null removed', either(text, nothing), text, 'major', 'minor', 'null-removed'],
  [
    'an enum value added',
    { enum: ['a', 'b'] },
    { enum: ['a', 'b', 'c'] },
    'minor',
    'major',
    'enum-value-added',
  ],
  [
    'an enum value removed',
    { enum: ['a', 'b'] },
    { const: 'a' },
    'major',
    'minor',
    'enum-value-removed',
  ],
  ['an enum value swapped', { enum: ['a', 'b'] }, { enum: ['a', 'c'] }, 'major', 'major'],
  ['an enum opened', { enum: ['a', 'b'] }, text, 'minor', 'major', 'enum-opened'],
  ['an enum closed', text, { enum: ['a', 'b'] }, 'major', 'minor', 'enum-closed'],
  ['a constant changed', { const: 'a' }, { const: 'b' }, 'major', 'major', 'const-changed'],
  ['a boolean narrowed', { type: 'boolean' }, { const: true }, 'major', 'minor'],
  ['both booleans for the type', { type: 'boolean' }, { enum: [true, false] }, 'none', 'none'],
  [
    'an alternative added, told by its type',
    either(card, bank),
    either(card, bank, object({ type: { const: 'cash' } })),
    'minor',
    'major',
    'union-member-added',
  ],
  ['an alternative removed', either(card, bank), card, 'major', 'minor', 'union-member-removed'],
  [
    'a field of an alternative',
    either(card, bank),
    either(card, object({ ...bank.properties, bic: text })),
    'major',
    'minor',
    'required-field-added',
  ],
  [
    'alternatives folded into one',
    either(object({ kind: { const: 'a' }, x: text }), object({ kind: { const: 'b' }, x: text })),
    object({ kind: { enum: ['a', 'b'] }, x: text }),
    'none',
    'none',
  ],
  [
    'a bound raised',
    { type: 'number', minimum: 0 },
    { type: 'number', minimum: 1 },
    'major',
    'minor',
    'bound-narrowed',
  ],
  [
    'a bound lowered',
    { type: 'string', minLength: 2 },
    { type: 'string', minLength: 1 },
    'minor',
    'major',
    'bound-widened',
  ],
  ['a bound added', text, { type: 'string', maxLength: 10 }, 'major', 'minor', 'bound-narrowed'],
  [
    'a bound removed',
    { type: 'array', items: text, maxItems: 3 },
    { type: 'array', items: text },
    'minor',
    'major',
    'bound-widened',
  ],
  [
    '> 0 to >= 0',
    { type: 'number', exclusiveMinimum: 0 },
    { type: 'number', minimum: 0 },
    'minor',
    'major',
    'bound-widened',
  ],
  [
    '> 0 to >= 1 of integers',
    { type: 'integer', exclusiveMinimum: 0 },
    { type: 'integer', minimum: 1 },
    'none',
    'none',
  ],
  [
    'multiples of 10 to those of 5',
    { type: 'integer', multipleOf: 10 },
    { type: 'integer', multipleOf: 5 },
    'minor',
    'major',
    'constraint-widened',
  ],
  [
    'multiples of 2 to those of 3',
    { type: 'integer', multipleOf: 2 },
    { type: 'integer', multipleOf: 3 },
    'major',
    'major',
    'constraint-changed',
  ],
  [
    'a pattern changed',
    { type: 'string', pattern: '^a' },
    { type: 'string', pattern: '^b' },
    'major',
    'major',
    'constraint-changed',
  ],
  [
    'a pattern added',
    text,
    { type: 'string', pattern: '^a' },
    'major',
    'minor',
    'constraint-added',
  ],
  [
    'a pattern removed',
    { type: 'string', pattern: '^a' },
    text,
    'minor',
    'major',
    'constraint-removed',
  ],
  [
    'a format changed',
    { type: 'string', format: 'date' },
    { type: 'string', format: 'date-time' },
    'major',
    'major',
    'constraint-changed',
  ],
  [
    'a format added',
    text,
    { type: 'string', format: 'email' },
    'major',
    'minor',
    'constraint-added',
  ],
  [
    'a text becomes a Date',
    { type: 'string', format: 'date-time' },
    { type: 'string', format: 'date-time', 'x-gati-codec': 'date' },
    'major',
    'major',
    'codec-changed',
  ],
  [
    'an optional field added',
    object({ a: text }),
    object({ a: text, b: text }, ['a']),
    'minor',
    'minor',
    'field-added',
  ],
  [
    'an optional field added to a closed object',
    object({ a: text }, ['a'], closed),
    object({ a: text, b: text }, ['a'], closed),
    'minor',
    'minor',
    'field-added',
  ],
  [
    'a required field added',
    object({ a: text }),
    object({ a: text, b: text }),
    'major',
    'minor',
    'required-field-added',
  ],
  [
    'a field removed',
    object({ a: text, b: text }),
    object({ a: text }),
    'minor',
    'major',
    'field-removed',
  ],
  [
    'a field removed from a closed object',
    object({ a: text, b: text }, [], closed),
    object({ a: text }, [], closed),
    'major',
    'major',
  ],
  ['a field renamed', object({ a: text }), object({ b: text }), 'major', 'major'],
  [
    'optional to required',
    object({ a: text }, []),
    object({ a: text }),
    'major',
    'minor',
    'field-required',
  ],
  [
    'required to optional',
    object({ a: text }),
    object({ a: text }, []),
    'minor',
    'major',
    'field-optional',
  ],
  [
    'additional properties closed',
    object({ a: text }),
    object({ a: text }, ['a'], closed),
    'major',
    'minor',
    'additional-closed',
  ],
  [
    'additional properties opened',
    object({ a: text }, ['a'], closed),
    object({ a: text }),
    'minor',
    'patch',
    'additional-opened',
  ],
  [
    'the values of a record widened',
    { type: 'object', additionalProperties: text },
    { type: 'object', additionalProperties: either(text, number) },
    'minor',
    'major',
    'union-member-added',
  ],
  [
    'a record bound to some keys',
    { type: 'object', additionalProperties: number },
    { type: 'object', additionalProperties: number, propertyNames: { enum: ['a', 'b'] } },
    'major',
    'minor',
    'constraint-narrowed',
  ],
  [
    'a field of another type in a record',
    { type: 'object', additionalProperties: number },
    { type: 'object', additionalProperties: number, properties: { a: text } },
    'major',
    'major',
    'field-added-to-record',
  ],
  [
    'an item of a tuple narrowed',
    { type: 'array', prefixItems: [text, either(text, nothing)], items: false },
    { type: 'array', prefixItems: [text, text], items: false },
    'major',
    'minor',
    'null-removed',
  ],
  [
    'a tuple made longer',
    { type: 'array', prefixItems: [text], items: false },
    { type: 'array', prefixItems: [text, text], items: false },
    'minor',
    'major',
    'bound-widened',
  ],
  [
    'unique items asked for',
    { type: 'array', items: text },
    { type: 'array', items: text, uniqueItems: true },
    'major',
    'minor',
    'constraint-added',
  ],
  [
    'a default added',
    object({ a: text }, []),
    object({ a: { ...text, default: 'x' } }, []),
    'minor',
    'patch',
    'default-changed',
  ],
  [
    'a description',
    text,
    { ...text, description: 'The name.' },
    'patch',
    'patch',
    'description-changed',
  ],
  [
    'a field deprecated',
    object({ a: text }),
    object({ a: { ...text, deprecated: true } }),
    'patch',
    'patch',
    'deprecation-changed',
  ],
  [
    'an intersection for what it says',
    object({ a: text, b: number }),
    { allOf: [object({ a: text }), object({ b: number })] },
    'none',
    'none',
  ],
  [
    'an intersection narrowed',
    { allOf: [object({ a: text }), object({ b: number })] },
    { allOf: [object({ a: text }), object({ b: { type: 'integer' } })] },
    'major',
    'minor',
    'type-narrowed',
  ],
  [
    'what cannot be decided',
    { not: { type: 'string', minLength: 3 } },
    { not: { type: 'string', minLength: 4 } },
    'major',
    'major',
    'undecidable',
  ],
];

describe('section 8.1, case by case', () => {
  test.each(cases)('%s', (_, before, after, request, response, rule) => {
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

describe('policies', () => {
  const open = { openEnums: true };

  test('openEnums: a new value in an answer is minor, an alternative or another kind is not', () => {
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

  test('wire: the same bytes are no break', () => {
    const [wire, date]: [Schema, Schema] = [
      { type: 'string', format: 'date-time' },
      { type: 'string', format: 'date-time', 'x-gati-codec': 'date' },
    ];
    expect(bump('request', wire, date, { strictness: 'wire' })).toBe('none');
    expect(bump('response', date, wire, { strictness: 'wire' })).toBe('none');
    expect(bump('response', date, wire)).toBe('major');
  });
});

describe('definitions', () => {
  const ref = (name: string): Schema => ({ $ref: `#/$defs/${name}` });
  const tree = (name: string, value: Schema, required = ['value', 'children']): Defs => ({
    [name]: object({ value, children: { type: 'array', items: ref(name) } }, required),
  });

  test('have names that do not count', () => {
    expect(
      bump('request', ref('Tree'), ref('Node'), {}, [tree('Tree', text), tree('Node', text)]),
    ).toBe('none');
    expect(
      bump('response', ref('A'), object({ x: text }), {}, [{ A: object({ x: text }) }, {}]),
    ).toBe('none');
  });

  test('may be recursive, each of them or one through the other', () => {
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

  test('that are shared are told for each place, also with very many ways through them', () => {
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

test('a change says where it is and what to make of it', () => {
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
