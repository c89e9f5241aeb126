import { describe, expect, test } from 'vitest';
import {
  type Contract,
  type Manifest,
  proposeVersion,
  type ProposalInput,
  type RouteContract,
} from '../../src/index.ts';

const route = (path: string): RouteContract => ({
  id: `GET ${path}`,
  method: 'GET',
  path,
  domain: 'root',
  name: [path.slice(1)],
  file: 'src/handlers/a.ts',
  responses: { 200: {} },
});
const contractOf = (...paths: string[]): Contract => ({
  routes: paths.map(route),
  effects: [],
  modules: [],
  $defs: {},
});
const one = contractOf('/a');
const base = (version: string, more: Partial<Manifest> = {}): Manifest => ({
  format: 1,
  name: 'shop',
  release: { version, id: 'rel_base', code: 'code' },
  contract: one,
  ...more,
});
const propose = (input: Partial<ProposalInput>): ReturnType<typeof proposeVersion> =>
  proposeVersion({
    contract: one,
    code: 'code',
    declared: '1.0.0',
    releaseIds: new Map(),
    idOf: (version) => `mine ${version}`,
    ...input,
  });

describe('proposeVersion for the first release', () => {
  test.each([
    ['1.2.3', '1.2.3'],
    ['0.0.1', '0.0.1'],
    ['2.0.0-rc.1', '2.0.0-rc.1'],
    ['no version', '1.0.0'],
  ])('takes %s of package.json as %s', (declared, version) => {
    expect(propose({ declared })).toEqual({ version, bump: 'none' });
  });
});

describe('proposeVersion for a later release', () => {
  test.each<[string, Partial<ProposalInput>, string, string]>([
    ['no change', {}, '1.4.2', 'none'],
    ['other code', { code: 'other' }, '1.4.3', 'patch'],
    ['code without a digest', { code: undefined }, '1.4.2', 'none'],
    [
      'a package for another platform',
      { native: { platform: 'linux', arch: 'arm64', packages: [] } },
      '1.4.3',
      'patch',
    ],
    ['an added route', { contract: contractOf('/a', '/b') }, '1.5.0', 'minor'],
    ['a removed route', { contract: contractOf() }, '2.0.0', 'major'],
  ])('raises the version of the previous release for: %s', (_what, input, version, bump) => {
    expect(propose({ base: base('1.4.2'), ...input })).toMatchObject({
      version,
      since: '1.4.2',
      bump,
    });
  });

  test('takes the version of package.json if it is higher', () => {
    expect(propose({ base: base('0.9.0'), declared: '1.0.0' })).toMatchObject({
      version: '1.0.0',
      since: '0.9.0',
      bump: 'none',
    });
    expect(
      propose({ base: base('1.4.2'), declared: '1.4.3', contract: contractOf('/a', '/b') }),
    ).toMatchObject({ version: '1.5.0' });
    expect(propose({ base: base('1.4.2'), declared: '1.0.0', code: 'other' })).toMatchObject({
      version: '1.4.3',
    });
  });

  test('skips the versions of other releases', () => {
    const releaseIds = new Map([
      ['1.4.3', 'other'],
      ['1.4.4', 'other'],
      ['2.0.0', 'other'],
    ]);
    expect(propose({ base: base('1.4.2'), code: 'new', releaseIds })).toMatchObject({
      version: '1.4.5',
      bump: 'patch',
    });
    expect(propose({ base: base('1.4.2'), contract: contractOf(), releaseIds })).toMatchObject({
      version: '3.0.0',
      bump: 'major',
    });
    expect(propose({ declared: '1.4.3', releaseIds })).toMatchObject({
      version: '1.4.5',
      bump: 'none',
    });
  });

  test('proposes the version again that the same build already has', () => {
    const releaseIds = new Map([['1.4.3', 'mine 1.4.3']]);
    expect(propose({ base: base('1.4.2'), code: 'new', releaseIds })).toMatchObject({
      version: '1.4.3',
    });
  });
});
