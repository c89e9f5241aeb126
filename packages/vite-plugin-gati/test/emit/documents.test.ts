import { describe, expect, test } from 'vitest';
import type { Contract, RouteContract } from '@gati/contract';
import { toApiChangelog } from '../../src/emit/changelog.ts';
import { toDockerFiles } from '../../src/emit/docker.ts';
import { toManifest, toReleaseId } from '../../src/emit/manifest.ts';

const route = (id: string, more: Partial<RouteContract> = {}): RouteContract => {
  const [method, path] = id.split(' ') as [RouteContract['method'], string];
  return {
    id,
    method,
    path,
    domain: 'root',
    name: ['x'],
    file: 'src/handlers/x.ts',
    responses: {},
    ...more,
  };
};
const contract: Contract = {
  routes: [
    route('GET /users/:id', {
      domain: 'users',
      summary: 'One user',
      responses: { 200: {}, 404: {}, default: {} },
    }),
    route('GET /old', { deprecated: true }),
  ],
  effects: [],
  modules: [],
  $defs: {},
};
const app = { name: 'shop', version: '1.2.0' };

describe('toManifest', () => {
  test('gives the same id to the same version, contract, code and compiled packages', () => {
    const native = { platform: 'linux', arch: 'x64', packages: [{ name: 'a', version: '1.0.0' }] };
    const input = { version: '1.0.0', contract, code: 'abc' };
    const id = toReleaseId(input);
    expect(id).toMatch(/^rel_[0-9a-f]{16}$/);
    expect(toReleaseId(structuredClone(input))).toBe(id);
    const others = [
      { code: 'abd' },
      { contract: { ...contract, routes: [] } },
      { native },
      { version: '1.0.1' },
    ];
    expect(new Set([id, ...others.map((other) => toReleaseId({ ...input, ...other }))]).size).toBe(
      5,
    );
  });

  test('leaves out absent fields', () => {
    expect(Object.keys(toManifest({ app, contract }))).toEqual([
      'format',
      'name',
      'release',
      'contract',
    ]);
    expect(Object.keys(toManifest({ app, contract }).release)).toEqual(['version', 'id']);
  });
});

test('toApiChangelog lists the routes of a first release by domain', () => {
  expect(toApiChangelog([{ manifest: toManifest({ app, contract }) }]))
    .toBe(`# Changelog of the shop API

## 1.2.0

First release.

### root

- \`GET /old\` (deprecated)

### users

- \`GET /users/:id\` → 200, 404: One user
`);
});

describe('toDockerFiles', () => {
  const text = (name: string, file: string): string =>
    toDockerFiles(toManifest({ app: { ...app, name }, contract })).find(
      ({ path }) => path === file,
    )!.text;

  test('quotes values of package.json', () => {
    expect(text('a "b" $HOME', 'Dockerfile')).toContain('title="a \\"b\\" \\$HOME"');
  });

  test('writes commands as JSON, which run without a shell', () => {
    const lines = text('shop', 'Dockerfile').split('\n');
    expect(lines.filter((line) => /^RUN\b/.test(line))).toEqual([]);
    const commands = lines.flatMap(
      (line) => /(?:^|\s)(?:CMD|ENTRYPOINT) (.*)$/.exec(line)?.[1] ?? [],
    );
    expect(commands).toHaveLength(3);
    for (const command of commands) expect(JSON.parse(command)).toBeInstanceOf(Array);
  });

  test('keeps source maps of the client out of the image', () =>
    expect(text('shop', '.dockerignore')).toContain('client/**/*.map'));
});
