import type { Manifest } from '@gati/contract';
import { describe, expect, test } from 'vitest';
import { domainPaths } from '../../src/objects/domain-paths.ts';

const manifest = (...routes: [domain: string, path: string][]): Manifest =>
  ({
    contract: { routes: routes.map(([domain, path]) => ({ domain, path })) },
  }) as unknown as Manifest;
const pathsOf = (app: Manifest, domain: string, base = ''): string[] | undefined =>
  domainPaths(app, { domains: { [domain]: {} } }, base)?.[domain];

describe('the paths of a domain', () => {
  test('end before the first parameter, and begin with the base', () => {
    const app = manifest(['payments', '/payments/:id/capture'], ['payments', '/payments']);
    expect(pathsOf(app, 'payments', '/api')).toEqual(['/api/payments']);
  });

  test('leave out what another domain has below them', () => {
    const app = manifest(
      ['shop', '/shop/items'],
      ['shop', '/shop/:id'],
      ['admin', '/shop/settings'],
    );
    expect(pathsOf(app, 'shop')).toEqual(['/shop/items']);
    expect(pathsOf(app, 'admin')).toEqual([]);
  });

  test('leave out what a parameter of another domain can match', () => {
    const app = manifest(['a', '/things/list'], ['b', '/:kind/list'], ['c', '/*rest']);
    expect(pathsOf(app, 'a')).toEqual([]);
    expect(pathsOf(app, 'b')).toEqual([]);
  });

  test('do not include the paths of a longer name', () => {
    const app = manifest(['pay', '/pay'], ['payments', '/payments']);
    expect(pathsOf(app, 'pay')).toEqual(['/pay']);
  });
});

test('a domain that the app does not have is an error with the nearest name', () => {
  const app = manifest(['payments', '/payments']);
  expect(() => pathsOf(app, 'payment')).toThrow('`domains.payment` names no domain');
  expect(domainPaths(app, {}, '')).toBeUndefined();
});

test('two domains with one name in the cluster are an error', () => {
  const app = manifest(['a_b', '/x'], ['a-b', '/y']);
  expect(() => domainPaths(app, { domains: { a_b: {}, 'a-b': {} } }, '')).toThrow('same name');
});
