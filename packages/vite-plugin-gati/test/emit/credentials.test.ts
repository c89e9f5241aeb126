import type { Contract, SecurityScheme } from '@gati/contract';
import { describeSecurity } from '@gati/contract/internal';
import { expect, test } from 'vitest';
import { printCredentialsExample } from '../../src/emit/client/credentials.ts';

const bearer: SecurityScheme = { type: 'bearer' };
const tenant: SecurityScheme = { type: 'apiKey', in: 'header', name: 'X-Tenant' };
const key: SecurityScheme = { type: 'apiKey', in: 'query', name: 'key' };

const contractOf = (security: SecurityScheme[][]): Contract => ({
  routes: [
    {
      id: 'GET /a',
      method: 'GET',
      path: '/a',
      domain: 'root',
      name: ['a'],
      file: 'src/handlers/a.ts',
      responses: {},
      security,
    },
  ],
  effects: [],
  modules: [],
  $defs: {},
});

test('the README of an SDK shows the options that authenticate its client', () => {
  expect(printCredentialsExample(contractOf([[bearer, tenant], [key]])))
    .toBe(`const client = createClient({
  baseUrl: 'https://api.example.com',
  token: '…',
  apiKey: { 'X-Tenant': '…', key: '…' },
});`);
  expect(printCredentialsExample(contractOf([[tenant]]))).toContain("\n  apiKey: '…',\n});");
});

test('alternatives with several credentials are set apart by commas', () => {
  expect(describeSecurity([[bearer], [key]])).toBe('bearer or apiKey key');
  expect(describeSecurity([[bearer, tenant], [key]])).toBe(
    'bearer and apiKey X-Tenant, or apiKey key',
  );
});
