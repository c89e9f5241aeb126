import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  activateRelease,
  openReleaseStore,
  putRelease,
  rollbackRelease,
} from '@gati/runtime-h3/releases';
import type { ReleaseBundle, ReleaseStore } from '@gati/runtime-h3';
import type { AnalyzedRoute } from '../../src/analyze/analyzer.ts';
import { createPartsWriter } from '../../src/generate/parts-writer.ts';
import { createProject } from '../../src/project.ts';
import {
  build,
  type Built,
  copyAway,
  type Files,
  makeApp,
  readAll,
  write,
} from '../helpers/build.ts';

const MINUTE = 60_000;
const user = (answer: string): Files => ({
  'src/handlers/users.ts': `
export const route = 'GET /users/:id';
export const handler: Handler<typeof route> = (req) => (${answer});
`,
});
const FIRST = user('{ id: req.params.id }');
const ADDED = user("{ id: req.params.id, name: 'Ada' as string }");
const CODE = user("{ id: req.params.id, name: 'Grace' as string }");

let app: string;
let store: ReleaseStore;
beforeEach(async () => {
  app = makeApp(FIRST, 'shop');
  store = await openReleaseStore(path.join(app, '.gati/releases'));
});
afterEach(() => {
  delete process.env.GATI_RELEASES;
  delete process.env.CI;
});

const release = async (files: Files): Promise<Built> => {
  write(app, files);
  const built = await build(app);
  await putRelease(store, built.outDir, {
    at: `2026-01-0${(await store.list()).length + 1}T00:00:00Z`,
  });
  await activateRelease(store, built.manifest.release.version);
  return built;
};
/** Returns the version that `gati generate` and a development server write into the client. */
const generated = async (): Promise<string | undefined> => {
  const project = createProject({ root: app });
  const routes: AnalyzedRoute[] = [];
  const analysis = await project.analyze({ onRoute: (route) => void routes.push(route) });
  const versions: (string | undefined)[] = [];
  const byParts = createPartsWriter(project);
  for (const write of [
    () => project.generate(analysis),
    () => byParts({ scan: analysis.scan, parts: { routes, effects: [] } }),
  ]) {
    await write();
    versions.push(
      /version = '(.*)'/.exec(
        fs.readFileSync(path.join(app, '.gati/generated/client.ts'), 'utf8'),
      )?.[1],
    );
  }
  await project.close();
  expect(versions[1]).toBe(versions[0]);
  return versions[0];
};
const textOf = (built: Built, file: string): string =>
  fs.readFileSync(path.join(built.outDir, file), 'utf8');

describe('the version of a build', () => {
  test(
    'the version of a build follows from the changes since the last release',
    { timeout: 6 * MINUTE },
    async () => {
      const first = await release(FIRST);
      expect(first.manifest.release).toMatchObject({ version: '1.2.3' });
      expect(first.manifest.release.since).toBeUndefined();

      expect(first.log.join('\n')).toContain(
        'the release store .gati/releases is empty: this is the first release, 1.2.3',
      );

      const added = await release(ADDED);
      expect(added.log.join('\n')).toContain(
        'with 1.3.0 and 1.2.3 live, a request without a version gets 300 with the list',
      );
      expect(added.manifest.release).toMatchObject({
        version: '1.3.0',
        since: '1.2.3',
        bump: 'minor',
      });
      expect(added.manifest.changes).toMatchObject([
        { route: 'GET /users/:id', path: 'response/200/body/name', level: 'minor' },
      ]);
      expect(added.log.join('\n')).toContain('minor since 1.2.3');
      expect(JSON.parse(textOf(added, 'openapi.json'))).toMatchObject({
        info: { version: '1.3.0' },
      });
      expect(fs.readFileSync(path.join(app, '.gati/generated/client.ts'), 'utf8')).toContain(
        '1.3.0',
      );

      const code = await release(CODE);
      expect(code.log.join('\n')).not.toMatch(/first release|without a version/);
      expect(code.manifest.release).toMatchObject({ version: '1.3.1', bump: 'patch' });

      // `gati generate` has no bundle, so only changes of the contract raise the version.
      expect(await generated()).toBe('1.3.1');
      write(app, FIRST);
      expect(await generated()).toBe('2.0.0');
      write(app, CODE);
      const again = await build(app);
      expect(again.manifest.release.version).toBe('1.3.1');
      expect(again.manifest).toEqual(code.manifest);

      const broken = await release(FIRST);
      expect(broken.manifest.release).toMatchObject({
        version: '2.0.0',
        since: '1.3.1',
        bump: 'major',
      });
      expect(broken.manifest.release.id).not.toBe(first.manifest.release.id);
      expect(broken.log.join('\n')).toMatch(/major +GET \/users\/:id/);

      expect(textOf(broken, 'CHANGELOG.md').match(/^## .*$/gm)).toEqual([
        '## 2.0.0',
        '## 1.3.1 (2026-01-03)',
        '## 1.3.0 (2026-01-02)',
        '## 1.2.3 (2026-01-01)',
      ]);

      // A withdrawn release is no base for a build, and its version is not used again.
      await rollbackRelease(store);
      write(app, user("{ id: req.params.id, name: 'Ada', age: 3 }"));
      const after = await build(app);
      expect(after.manifest.release).toMatchObject({ version: '1.4.0', since: '1.3.1' });
      // The changelog still has what the withdrawn release broke.
      const changelog = textOf(after, 'CHANGELOG.md');
      expect(changelog.match(/^##+ .*$/gm)!.slice(0, 4)).toEqual([
        '## 1.4.0',
        '### Added and compatible',
        '## 2.0.0 (2026-01-04, withdrawn)',
        '### Breaking',
      ]);
      write(app, user('{ name: req.params.id }'));
      expect((await build(app)).manifest.release).toMatchObject({
        version: '3.0.0',
        since: '1.3.1',
      });
    },
  );

  test('below 1.0.0 a breaking change is minor and others are patches; package.json may raise the version', async () => {
    const named = (version: string): Files => ({
      'package.json': JSON.stringify({ name: 'shop', version, type: 'module' }),
    });
    expect((await release({ ...FIRST, ...named('0.1.0') })).manifest.release.version).toBe('0.1.0');
    expect((await release(ADDED)).manifest.release).toMatchObject({
      version: '0.1.1',
      bump: 'minor',
    });
    expect((await release(FIRST)).manifest.release).toMatchObject({
      version: '0.2.0',
      bump: 'major',
    });
    expect((await release(named('1.0.0'))).manifest.release).toMatchObject({
      version: '1.0.0',
      since: '0.2.0',
      bump: 'none',
    });
  });
});

describe('a self-contained bundle', () => {
  test('a release can be imported without other files, has its id and version, and is bundled by later builds', async () => {
    const first = await release(FIRST);
    const entry = path.join(copyAway(first.outDir), 'dist/server/release.mjs');
    // The panel belongs to the server, not to a release.
    const server = Object.fromEntries(
      Object.entries(readAll(path.join(first.outDir, 'server'))).filter(
        ([name]) => !name.startsWith('panel/'),
      ),
    );
    const document = textOf(first, 'openapi.json');
    const { default: bundle } = (await import(pathToFileURL(entry).href)) as {
      default: ReleaseBundle;
    };
    expect(bundle).toMatchObject({ abi: 2, version: '1.2.3', id: first.manifest.release.id });
    expect(bundle.match('GET', '/users/7')).toMatchObject({ params: { id: '7' } });

    const second = await release(ADDED);
    expect(second.log.join('\n')).toMatch(/bundles +1\.2\.3/);
    const folder = path.join(second.outDir, 'server/releases');
    expect(JSON.parse(fs.readFileSync(path.join(folder, 'index.json'), 'utf8'))).toEqual({
      releases: [
        {
          version: '1.2.3',
          id: first.manifest.release.id,
          date: '2026-01-01T00:00:00Z',
          status: 'live',
        },
      ],
    });
    const bundled = readAll(path.join(folder, '1.2.3/server'));
    expect(Object.keys(bundled)).toEqual(Object.keys(server));
    expect(bundled).toEqual(server);
    expect(fs.readFileSync(path.join(folder, '1.2.3/openapi.json'), 'utf8')).toBe(document);
    // A release that is stored again contains no copies of other releases, so builds do not grow
    // with each release.
    const stored = (await store.list()).find(({ version }) => version === '1.3.0')!;
    expect(stored.files.filter(({ path }) => path.includes('releases/'))).toEqual([]);
  });

  test('source maps of a release stay valid after its version is inserted', async () => {
    const { outDir } = await build(app, { build: { sourcemap: true } });
    const lines = fs.readFileSync(path.join(outDir, 'server/release.mjs'), 'utf8');
    expect(lines).toContain('1.2.3');
    expect(lines).not.toContain('gati-version');
    expect(lines).not.toContain('rel_0000000000000000');
  });
});

describe('the store of a build', () => {
  test('GATI_RELEASES names the release store, relative to the app', async () => {
    process.env.GATI_RELEASES = 'elsewhere';
    store = await openReleaseStore(path.join(app, 'elsewhere'));
    await release(FIRST);
    expect((await release(ADDED)).manifest.release.version).toBe('1.3.0');
    expect(fs.existsSync(path.join(app, '.gati/releases'))).toBe(false);
  });

  test('a build on CI warns if no release store is named', async () => {
    process.env.CI = 'true';
    expect((await build(app)).warnings.join('\n')).toContain('GATI_NO_RELEASE_STORE');
    process.env.GATI_RELEASES = path.join(app, 'named');
    expect((await build(app)).warnings).toEqual([]);
  });
});
