import type { Contract } from '@gati/contract';
import { expect, test } from 'vitest';
import { toSlimContract } from '../../src/compile/slim-contract.ts';

const password = { type: 'string', format: 'password' } as const;
const CONTRACT: Contract = {
  routes: [
    {
      id: 'POST /log-in',
      method: 'POST',
      path: '/log-in',
      domain: 'log-in',
      name: ['logIn'],
      file: 'src/handlers/log-in.ts',
      body: {
        schema: {
          type: 'object',
          properties: { key: { type: 'string', writeOnly: true, description: 'The key.' } },
        },
        contentTypes: ['application/json'],
        required: true,
      },
      responses: {
        '200': { schema: { $ref: '#/$defs/Session' } },
        '400': { schema: { type: 'object', properties: { title: { type: 'string' } } } },
      },
    },
  ],
  effects: [
    { name: 'mail', file: 'src/effects/mail.ts', result: { $ref: '#/$defs/Session' } },
    { name: 'tick', file: 'src/effects/tick.ts', result: { type: 'string' } },
  ],
  modules: [],
  $defs: { Session: { type: 'object', properties: { id: { type: 'string' }, pin: password } } },
};

test('the contract of a server keeps the marks of secrets, and no other part of inferred responses', () => {
  const { routes, effects, $defs } = toSlimContract(CONTRACT);
  expect(routes[0]!.body!.schema.properties).toEqual({ key: { type: 'string', writeOnly: true } });
  const secret = { anyOf: [{ properties: { pin: { 'x-gati-secret': true } } }] };
  expect(routes[0]!.responses).toEqual({ '200': { schema: secret } });
  expect(effects.map(({ result }) => result)).toEqual([secret, undefined]);
  expect($defs).toEqual({});
});
