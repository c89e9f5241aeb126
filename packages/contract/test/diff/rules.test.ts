import { describe, expect, test } from 'vitest';
import {
  type Bump,
  type Defs,
  type DiffPolicy,
  diffContracts,
  type Schema,
} from '../../src/index.ts';
import { asRequest, asResponse } from '../helpers/fuzz.ts';
import { text, number, nothing, either, object, card, bank } from '../helpers/schemas.ts';
import { cases } from './rules.cases.ts';

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
