import { expect, test } from 'vitest';
import { type Contract, diffContracts, diffModules, type MethodContract } from '../../src/index.ts';

const contract = (...methods: MethodContract[]): Contract => ({
  routes: [],
  effects: [],
  modules: [{ name: 'scorer', file: 'gati.modules.lock', source: 'exec:./scorer', methods }],
  $defs: {},
});
const text = {
  type: 'object',
  properties: { text: { type: 'string' } },
  required: ['text'],
} as const;
const withLanguage = {
  ...text,
  properties: { ...text.properties, language: { type: 'string' } },
} as const;
const base: MethodContract = {
  name: 'score',
  input: { ...text, required: ['text'] },
  output: { type: 'number' },
};

const breaks = (before: MethodContract, ...after: MethodContract[]): string[] =>
  diffModules(contract(before), contract(...after))
    .filter(({ level }) => level === 'major')
    .map(({ path, rule }) => `${path} ${rule}`);

test('a module may accept more and respond with less', () => {
  expect(breaks(base, { ...base, input: { ...withLanguage, required: ['text'] } })).toEqual([]);
  expect(breaks(base, { ...base, output: { type: 'integer' } })).toEqual([]);
  expect(breaks(base, base, { name: 'other' })).toEqual([]);
});

test('a module must not require more, respond with more or lose a method', () => {
  expect(
    breaks(base, { ...base, input: { ...withLanguage, required: ['text', 'language'] } }),
  ).toEqual(['score/input/language required-field-added']);
  expect(breaks(base, { ...base, output: { type: 'string' } })).toEqual([
    'score/output type-changed',
  ]);
  expect(breaks(base, { ...base, stream: true })).toEqual(['score method-stream-changed']);
  expect(breaks(base)).toEqual(['score method-removed']);
});

test('clients of the app can not notice a change of a module, so it is a patch', () => {
  const { bump, changes } = diffContracts(contract(base), contract());
  expect(bump).toBe('patch');
  expect(changes).toMatchObject([
    { route: 'module scorer', rule: 'method-removed', level: 'patch' },
  ]);
});
