import fs from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type ProcessResult, runProcess, stopProcesses } from '@gati/test-kit/processes';
import { root as repository } from '@gati/test-kit/repository';
import { call, startBuiltServer } from '@gati/test-kit/servers';
import { makeApp, write } from '../helpers/build.ts';

// The published command: `npm test` builds it first.
const BIN = path.join(repository, 'packages/vite-plugin-gati/dist/cli.mjs');
const MINUTE = 60_000;

afterEach(stopProcesses);

const user = (answer: string): Record<string, string> => ({
  'src/handlers/users.ts': `export const route = 'GET /users/:id';
export const handler: Handler<typeof route> = (req) => (${answer});
`,
});
const FIRST = user('{ id: req.params.id }');
const ADDED = user("{ id: req.params.id, name: 'Ada' as string }");
const BROKEN = user('{ name: req.params.id }');

/** JSON document of any command. */
interface Document {
  [name: string]: unknown;
  errors?: unknown;
  servers?: string[];
  current?: string;
  id?: string;
  releases?: { version: string; status: string }[];
}

/**
 * Runs `gati … --json` in the app, with an empty `CI`. Resolves with its document too, if it prints
 * one.
 */
async function run(
  app: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<ProcessResult & { document: Document }> {
  const done = await runProcess(process.execPath, [BIN, ...args, '--json'], {
    cwd: app,
    env: { ...process.env, CI: '', ...env },
  });
  return {
    ...done,
    document: done.stdout === '' ? ({} as Document) : (JSON.parse(done.stdout) as Document),
  };
}

async function ok(app: string, ...args: string[]): Promise<Document> {
  const done = await run(app, args);
  expect(done, `${args.join(' ')}: ${done.stderr}`).toMatchObject({ code: 0 });
  return done.document;
}

const releaseAs = async (
  app: string,
  files: Record<string, string>,
  ...at: string[]
): Promise<Document> => {
  write(app, files);
  await ok(app, 'build');
  return ok(app, 'release', ...at);
};

describe('releases from the command line', () => {
  test('releases go from build to rollback', { timeout: 8 * MINUTE }, async () => {
    const app = makeApp(FIRST, 'shop');
    expect((await run(app, ['release'])).document).toMatchObject({
      errors: [{ code: 'GATI_RELEASE_NOT_BUILT' }],
    });
    expect(await run(app, ['diff'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('`gati release`'),
    });

    const first = await releaseAs(app, FIRST, '--at', '2026-01-01');
    expect(first).toMatchObject({
      version: '1.2.3',
      id: expect.stringMatching(/^rel_/),
      bump: 'none',
      date: '2026-01-01T00:00:00.000Z',
    });
    expect(await ok(app, 'release')).toMatchObject({
      version: '1.2.3',
      id: first.id,
      created: false,
    });
    fs.copyFileSync(path.join(app, 'dist/gati.manifest.json'), path.join(app, 'old.json'));
    expect(await ok(app, 'activate', '1.2.3')).toEqual({
      current: '1.2.3',
      before: null,
      live: ['1.2.3'],
      servers: null,
    });

    write(app, ADDED);
    const added = await ok(app, 'diff');
    expect(added).toMatchObject({
      bump: 'minor',
      changes: [
        {
          route: 'GET /users/:id',
          path: 'response/200/body/name',
          rule: expect.any(String),
          level: 'minor',
          message: expect.any(String),
        },
      ],
    });
    expect(await ok(app, 'build', '--check')).toMatchObject({
      version: '1.3.0',
      bump: 'minor',
      since: '1.2.3',
    });
    expect(await ok(app, 'release')).toMatchObject({
      version: '1.3.0',
      bump: 'minor',
      created: true,
    });
    const second = await run(app, ['activate', '1.3.0', '--wait']);
    expect(second.document).toEqual({
      current: '1.3.0',
      before: '1.2.3',
      live: ['1.3.0', '1.2.3'],
      servers: [],
    });
    expect(second.stderr).toContain(
      "with 1.3.0 and 1.2.3 live, a request without a version gets 300 with the list of versions; gati({ missingVersion: 'latest' }) selects 1.3.0",
    );
    expect(await ok(app, 'diff', '1.2.3', '1.3.0')).toEqual(added);
    expect(await ok(app, 'diff', 'old.json', 'dist/gati.manifest.json')).toEqual(added);
    expect(await ok(app, 'diff', '1.3.0', '1.2.3')).toMatchObject({ bump: 'major' });
    expect(await run(app, ['diff', 'nofile.json', 'old.json'])).toMatchObject({
      code: 2,
      document: {
        errors: [{ code: 'GATI_USAGE', message: '`nofile.json` is neither a file nor a version' }],
      },
    });
    expect(await run(app, ['diff', 'package.json', 'old.json'])).toMatchObject({
      code: 1,
      document: { errors: [{ code: 'GATI_MANIFEST_INVALID', file: 'package.json' }] },
    });
    expect(await run(app, ['diff', '9.9.9'])).toMatchObject({
      code: 1,
      document: { errors: [{ code: 'GATI_RELEASE_UNKNOWN' }] },
    });
    expect(await ok(app, 'diff')).toEqual({ bump: 'none', changes: [] });

    write(app, BROKEN);
    fs.rmSync(path.join(app, 'dist'), { recursive: true });
    const broken = await run(app, ['build', '--check']);
    expect(broken.code).toBe(1);
    expect(broken.document.errors).toMatchObject([
      { code: 'GATI_BREAKING_CHANGE', file: 'src/handlers/users.ts' },
    ]);
    expect(broken.stderr).toContain('response/200/body/id');
    expect(fs.existsSync(path.join(app, 'dist'))).toBe(false);
    expect(await ok(app, 'build', '--check', '--allow-major')).toMatchObject({
      version: '2.0.0',
      bump: 'major',
    });
    await ok(app, 'release');
    const third = await run(app, ['activate', '2.0.0']);
    expect(third.stderr).toContain('2.0.0 is current, 1.3.0 and 1.2.3 stay live');
    expect(third.stderr).not.toContain('without a version');

    expect(await ok(app, 'rollback')).toEqual({
      current: '1.3.0',
      withdrawn: '2.0.0',
      servers: null,
    });
    expect(await ok(app, 'releases', 'deprecate', '1.2.3', '--sunset', '2027-01-01')).toMatchObject(
      { status: 'deprecated' },
    );
    const { current, releases } = await ok(app, 'releases', 'list');
    expect(current).toBe('1.3.0');
    expect(releases!.map((one) => `${one.version} ${one.status}`)).toEqual([
      '2.0.0 withdrawn',
      '1.3.0 live',
      '1.2.3 deprecated',
    ]);
    expect(await ok(app, 'releases', 'show', '1.3.0')).toMatchObject({
      since: '1.2.3',
      bump: 'minor',
      routes: ['GET /users/:id'],
    });
    // `prune` keeps the target of a rollback.
    expect(
      await ok(app, 'releases', 'prune', '--last', '1', '--days', '0', '--dry-run'),
    ).toMatchObject({ pruned: [] });
    expect(await ok(app, 'releases', 'verify')).toMatchObject({ releases: 3, damaged: [] });
    expect(await run(app, ['releases', 'retire', '1.3.0'])).toMatchObject({
      code: 1,
      document: { errors: [{ code: 'GATI_RELEASE_STATUS' }] },
    });
    expect(await ok(app, 'releases', 'retire', '1.2.3')).toMatchObject({
      version: '1.2.3',
      status: 'retired',
    });
    const revived = await run(app, ['activate', '1.2.3']);
    expect(revived.document).toEqual({
      current: '1.2.3',
      before: '1.3.0',
      was: 'retired',
      live: ['1.3.0', '1.2.3'],
      servers: null,
    });
    expect(revived.stderr).toContain(
      '1.2.3 is current and live again (it was retired), 1.3.0 stays live',
    );
    await ok(app, 'releases', 'deprecate', '1.3.0', '--sunset', '2027-01-01');
    const back = await run(app, ['rollback']);
    expect(back.document).toEqual({
      current: '1.3.0',
      withdrawn: '1.2.3',
      deprecated: {
        status: 'deprecated',
        deprecatedAt: expect.any(String),
        sunsetAt: '2027-01-01T00:00:00.000Z',
      },
      servers: null,
    });
    expect(back.stderr).toContain(
      '1.3.0 is deprecated, with its end announced for 2027-01-01T00:00:00.000Z; `activate 1.3.0` makes it live again',
    );
    await ok(app, 'activate', '1.3.0');
    await ok(app, 'releases', 'retire', '1.2.3');
    expect(
      await ok(app, 'releases', 'prune', '--last', '1', '--days', '0', '--dry-run'),
    ).toMatchObject({ pruned: ['1.2.3'] });

    const blobs = path.join(app, '.gati/releases/blobs');
    const one = fs
      .readdirSync(blobs, { recursive: true, encoding: 'utf8' })
      .find((name) => name.length > 60)!;
    fs.appendFileSync(path.join(blobs, one), 'x');
    // A damaged file that several releases share is reported for each of them.
    expect(await run(app, ['releases', 'verify'])).toMatchObject({
      code: 1,
      document: {
        damaged: expect.arrayContaining([expect.objectContaining({ fault: 'changed' })]),
      },
    });
  });

  test('a built server has the release commands of gati', async () => {
    const app = makeApp(FIRST, 'shop');
    await releaseAs(app, FIRST);
    const entry = path.join(app, 'dist/server/index.mjs');
    const env = { ...process.env, GATI_RELEASES: path.join(app, '.gati/releases') };
    const server = async (...args: string[]): Promise<ProcessResult> =>
      runProcess(process.execPath, [entry, ...args], { cwd: app, env });

    const activated = await server('activate', '1.2.3', '--json');
    expect(activated, activated.stderr).toMatchObject({ code: 0 });
    expect(JSON.parse(activated.stdout)).toEqual({
      current: '1.2.3',
      before: null,
      live: ['1.2.3'],
      servers: null,
    });
    const listed = await server('releases', 'list');
    expect(listed).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\* +1\.2\.3 +live/m) });
    expect(await server('releases', '--help')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('--dry-run'),
    });
    expect(await server('rollback')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('GATI_NO_ROLLBACK'),
    });
    expect(await server('activate')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('needs a version'),
    });
    expect(await server('activate', '1.2.3', '--wiat')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('GATI_USAGE'),
    });
    const nowhere = await runProcess(process.execPath, [entry, 'releases', 'list', '--json'], {
      cwd: app,
      env: { ...env, GATI_RELEASES: '' },
    });
    expect(nowhere.code).toBe(2);
    expect(JSON.parse(nowhere.stdout)).toMatchObject({ errors: [{ code: 'GATI_USAGE' }] });
  });

  test(
    'gati activate --wait waits until running servers have the release',
    { timeout: 6 * MINUTE },
    async () => {
      const app = makeApp(FIRST, 'shop');
      await releaseAs(app, FIRST, '--at', '2026-01-01');
      await ok(app, 'activate', '1.2.3');
      const server = await startBuiltServer(app, {
        GATI_RELEASES: path.join(app, '.gati/releases'),
        GATI_WORKERS: '2',
        GATI_PROOF_QUIET: '0',
      });
      await releaseAs(app, ADDED);
      const { servers } = await ok(app, 'activate', '1.3.0', '--wait');
      expect(servers).toHaveLength(2);
      const answer = await call(`${server.url}/users/7`, { headers: { 'x-api-version': '1.3.0' } });
      expect(answer).toMatchObject({ status: 200, body: { id: '7', name: 'Ada' } });
      expect(await ok(app, 'rollback', '--wait')).toMatchObject({ current: '1.2.3', servers });
      await server.stop();
    },
  );
});

describe('gati build --check on CI', () => {
  test('gati build --check needs a release store on CI', async () => {
    const app = makeApp(FIRST, 'shop');
    expect(await run(app, ['build', '--check'], { CI: '1' })).toMatchObject({
      code: 2,
      document: { errors: [{ code: 'GATI_NO_RELEASE_STORE' }] },
    });
    expect(fs.existsSync(path.join(app, 'dist'))).toBe(false);
  });
});
