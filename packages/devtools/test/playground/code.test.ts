import { CompletionContext } from '@codemirror/autocomplete';
import { json } from '@codemirror/lang-json';
import { ensureSyntaxTree } from '@codemirror/language';
import { EditorState } from '@codemirror/state';
import type { Schema } from '@gati/contract';
import { expect, test } from 'vitest';
import { completeJson } from '../../src/app/code/complete-json.ts';
import { placeAt, rangeOf } from '../../src/app/code/json-place.ts';

const SCHEMA: Schema = {
  type: 'object',
  properties: {
    amount: { type: 'number' },
    currency: { enum: ['EUR', 'USD'] },
    method: {
      anyOf: [
        { type: 'object', properties: { kind: { const: 'card' }, number: { type: 'string' } } },
        { type: 'object', properties: { kind: { const: 'bank' }, iban: { type: 'string' } } },
      ],
    },
    items: { type: 'array', items: { $ref: '#/$defs/Item' } },
  },
  required: ['amount'],
};
const $defs = {
  Item: { type: 'object', properties: { sku: { type: 'string' }, isGift: { type: 'boolean' } } },
} satisfies Record<string, Schema>;

/** Opens a text whose `|` is the cursor. */
function open(text: string): { state: EditorState; at: number } {
  const at = text.indexOf('|');
  const doc = text.replace('|', '');
  const state = EditorState.create({ doc, extensions: [json()] });
  ensureSyntaxTree(state, doc.length, 60_000);
  return { state, at };
}

/** Labels that are proposed at the cursor. */
function propose(text: string): string[] | undefined {
  const { state, at } = open(text);
  const found = completeJson(new CompletionContext(state, at, true), { schema: SCHEMA, $defs });
  return found?.options.map(({ label }) => label);
}

test.each([
  ['{|}', ['"amount"', '"currency"', '"method"', '"items"']],
  ['{"|"}', ['"amount"', '"currency"', '"method"', '"items"']],
  ['{ "amount": 1, "cu|', ['"currency"', '"method"', '"items"']],
  ['{ "|}', ['"amount"', '"currency"', '"method"', '"items"']],
  ['{ "currency": | }', ['"EUR"', '"USD"']],
  ['{ "currency": "E|" }', ['"EUR"', '"USD"']],
  ['{ "method": { | } }', ['"kind"', '"number"', '"iban"']],
  ['{ "method": { "kind": | } }', ['"card"', '"bank"']],
  ['{ "items": [{ "sku": "a" }, { | }] }', ['"sku"', '"isGift"']],
  ['{ "items": [{ "isGift": | }] }', ['true', 'false']],
  ['{ "amount": | }', undefined],
  ['|', undefined],
])('proposes what the schema allows at %s', (text, labels) => {
  expect(propose(text)).toEqual(labels);
});

test('replaces what is typed, with the quote that the editor has closed', () => {
  const { state, at } = open('{ "cu|" }');
  expect(
    completeJson(new CompletionContext(state, at, true), { schema: SCHEMA, $defs }),
  ).toMatchObject({
    from: 2,
    to: 6,
  });
});

test('a place is found in a text that is not finished', () => {
  const { state, at } = open('{ "items": [ { "sku": "a" }, { "sk|');
  expect(placeAt(state, at)).toEqual({ path: ['items', 1], isName: true, taken: [] });
});

test('the range of a value is found by its path, or that of the nearest one around it', () => {
  const { state } = open('{ "items": [{ "sku": "a" }, 7] }');
  const read = (path: (string | number)[]): string => {
    const { from, to } = rangeOf(state, path);
    return state.sliceDoc(from, to);
  };
  expect(read(['items', 0, 'sku'])).toBe('"a"');
  expect(read(['items', 1])).toBe('7');
  expect(read(['items', '1'])).toBe('7');
  expect(read(['items', 9])).toBe('[');
  expect(read([])).toBe('{');
});
