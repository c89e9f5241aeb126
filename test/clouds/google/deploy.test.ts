import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createStubApp, type DeployedApp } from '../../cluster/helpers/app.ts';
import { enforce, permissionsOf, type Role } from './permissions.ts';
import type { LoggedRequest } from './server.ts';
import { type GoogleCloud, startGoogleCloud } from './start.ts';

const started = await startGoogleCloud();
const missing = 'reason' in started ? started.reason : undefined;
if (missing !== undefined)
  process.stderr.write(`\n  !! NO DEPLOY to Google Cloud was tried: ${missing}\n\n`);

const MINUTE = 60_000;
const SETTINGS = 'provider: gcp\nimage: { base: oci:base }\n';
/** Permissions of a push, whose requests go to the registry. */
const PUSH = /^artifactregistry\.(?:repositories\.(?:down|up)loadArtifacts|tags\.)/;

const isWrite = ({ verb }: LoggedRequest): boolean => verb !== 'GET';

describe.skipIf(missing !== undefined)('a deploy to Google Cloud', () => {
  const cloud = started as GoogleCloud;
  const { google, reviewer } = cloud;
  let app: DeployedApp;

  beforeAll(async () => {
    app = await createStubApp({ env: cloud.env });
    app.configure(SETTINGS);
  });
  afterEach(() => {
    google.fault = undefined;
    google.tokens.failure = undefined;
    Object.assign(google.engine, { duration: 0, pace: 0, lag: 0, outcome: undefined });
    // Ends all operations, and shows all resources.
    google.engine.advance(60 * MINUTE);
  });
  afterAll(() => cloud.stop());

  /** Requests since a line of the log. */
  const since = (line: number): LoggedRequest[] => google.log.slice(line);
  const created = (line: number): string[] =>
    since(line)
      .filter(({ method, status }) => /\.(?:create|insert)$/.test(method) && status < 300)
      .map(({ method }) => method);
  const roleOf = async (...args: string[]): Promise<Role> =>
    (await app.deploy('policy', ...args)).document as unknown as Role;

  /** Runs a command until it succeeds, and kills it at each request that writes. */
  async function killAtEachWrite(...args: string[]): Promise<number> {
    let kills = 0;
    for (let done = false; !done;) {
      const child = app.start(...args);
      let armed = true;
      google.fault = (request) => {
        if (!armed || !isWrite(request)) return undefined;
        armed = false;
        kills++;
        // The request reaches Google, but its response does not reach the deploy.
        child.kill('SIGKILL');
        return 'cut';
      };
      const [code] = (await once(child, 'exit')) as [number | null];
      done = code === 0;
      if (code !== null) expect(code).toBe(0);
    }
    return kills;
  }

  test('reports expired credentials with a fix', async () => {
    google.tokens.failure = 'invalid_grant';
    const { code, document } = await app.deploy('gcp');
    expect(code).toBe(1);
    expect(document.errors?.[0]).toMatchObject({
      code: 'GATI_DEPLOY_CLOUD',
      message: expect.stringContaining('The credentials for Google Cloud have expired'),
      fix: expect.stringContaining('run the same command, which continues'),
    });
  });

  test('lists what it would create and what that costs, and sends no request that writes', async () => {
    const start = google.log.length;
    for (const command of [['gcp', '--dry-run'], ['plan']]) {
      const { code, document } = await app.deploy(...command, '--create-cluster');
      expect(code).toBe(0);
      expect(document).toMatchObject({
        resources: [
          { resource: 'APIs of the project shop-1', state: 'incomplete' },
          { resource: 'Artifact Registry repository shop-production', state: 'missing' },
          { resource: 'GKE cluster shop-production', price: expect.stringContaining('$73') },
          { resource: 'access of the nodes to the image', state: 'missing' },
        ],
      });
    }
    expect(since(start).filter(isWrite)).toEqual([]);
  });

  test('names the missing cluster, and creates none', async () => {
    const { code, document } = await app.deploy('gcp');
    expect(code).toBe(1);
    expect(document.errors?.[0]).toMatchObject({
      code: 'GATI_DEPLOY_CLOUD',
      message: 'There is no GKE cluster shop-production in europe-west1. It has none.',
    });
    expect(created(0)).toEqual(['artifactregistry.projects.locations.repositories.create']);
    expect(await app.deploy('destroy', '--yes')).toMatchObject({ code: 0 });
    expect(cloud.resources()).toEqual([]);
  });

  test('creates what is missing and serves, with the permissions of `policy` only', async () => {
    // Operations take 25 minutes of the clock, which each request moves by five.
    Object.assign(google.engine, { duration: 25 * MINUTE, pace: 5 * MINUTE, lag: 6 * MINUTE });
    google.tokens.lifetime = 600 * MINUTE;
    const role = await roleOf('--create-cluster');
    const start = google.log.length;
    google.fault = enforce(role);
    const first = await app.deploy('gcp', '--create-cluster');
    expect(first, first.stderr).toMatchObject({ code: 0, document: { result: 'live' } });
    expect(first.stderr).toContain('provisioning, which takes about 10 minutes');
    expect(reviewer.rejected).toBe(0);
    expect(reviewer.accepted).toBeGreaterThan(0);
    expect(created(start)).toEqual([
      'artifactregistry.projects.locations.repositories.create',
      'container.projects.locations.clusters.create',
    ]);
    expect(cloud.resources()).toEqual(['repositories shop-production', 'clusters shop-production']);
  });

  test('lets the nodes of the cluster pull the image', () => {
    const { body } = google.log.find(({ method }) => method.endsWith('.setIamPolicy'))!;
    expect(body).toMatchObject({
      policy: {
        bindings: [
          {
            role: 'roles/artifactregistry.reader',
            members: ['serviceAccount:123456789012-compute@developer.gserviceaccount.com'],
          },
        ],
      },
    });
  });

  test('sends no request that writes for a build that is live', async () => {
    const start = google.log.length;
    google.fault = enforce(await roleOf());
    const second = await app.deploy('gcp');
    expect(second, second.stderr).toMatchObject({ code: 0, document: { result: 'unchanged' } });
    expect(since(start).filter(isWrite)).toEqual([]);
  });

  test('reads and scales with the access of the cloud', async () => {
    expect((await app.deploy('status')).document.live).not.toBeNull();
    expect((await app.deploy('scale', '2')).code).toBe(0);
  });

  test('removes all that it created, and nothing else', async () => {
    await app.deploy('gcp');
    const role = await roleOf('--create-cluster');
    const start = google.log.length;
    google.fault = enforce(role);
    const { code, document } = await app.deploy('destroy', '--yes');
    expect(code).toBe(0);
    expect(document).toMatchObject({
      resources: ['GKE cluster shop-production', 'Artifact Registry repository shop-production'],
    });
    expect(
      since(start)
        .filter(isWrite)
        .map(({ method }) => method),
    ).toEqual([
      'container.projects.locations.clusters.delete',
      'artifactregistry.projects.locations.repositories.delete',
    ]);
    expect(cloud.resources()).toEqual([]);
    // The role has no permission that neither a deploy nor its removal needs.
    const used = new Set(google.log.flatMap(({ method }) => permissionsOf(method)));
    const unused = role.includedPermissions.filter((each) => !used.has(each) && !PUSH.test(each));
    expect(unused).toEqual([]);
  });

  test('finishes after it was killed at each request that writes, and creates nothing twice', async () => {
    const start = google.log.length;
    expect(await killAtEachWrite('gcp', '--create-cluster')).toBe(3);
    expect(created(start)).toEqual([
      'artifactregistry.projects.locations.repositories.create',
      'container.projects.locations.clusters.create',
    ]);
  });

  test('removes all after it was killed at each request that writes', async () => {
    expect(await killAtEachWrite('destroy', '--yes')).toBe(2);
    expect(cloud.resources()).toEqual([]);
  });

  test('stops at an exceeded quota and names it, and the next deploy asks to remove the cluster', async () => {
    const quota = 'Insufficient quota to satisfy the request: resource "IN_USE_ADDRESSES"';
    google.engine.outcome = (_, target) => (target.includes('/clusters/') ? quota : undefined);
    const { code, document } = await app.deploy('gcp', '--create-cluster');
    expect(code).toBe(1);
    expect(document.errors?.[0]).toMatchObject({
      message: `The GKE cluster shop-production failed: ${quota}.`,
      fix: expect.stringContaining('gati-deploy destroy --yes'),
    });
    google.engine.outcome = undefined;
    expect((await app.deploy('destroy', '--yes')).code).toBe(0);
    expect(cloud.resources()).toEqual([]);
  });

  test('repeats requests that Google throttles or whose response is lost', async () => {
    const start = google.log.length;
    const seen = new Map<string, number>();
    google.fault = ({ method }) => {
      const count = seen.get(method) ?? 0;
      seen.set(method, count + 1);
      if (count === 0)
        return { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'Quota exceeded per minute' };
      return count === 1 ? 'cut' : undefined;
    };
    const { code, stderr } = await app.deploy('gcp', '--create-cluster');
    expect(code, stderr).toBe(0);
    expect(new Set(created(start)).size).toBe(created(start).length);
    google.fault = undefined;
    expect((await app.deploy('destroy', '--yes')).code).toBe(0);
    expect(cloud.resources()).toEqual([]);
  });

  test('uses a cluster and a repository that it did not create, and leaves them', async () => {
    const parent = 'projects/shop-1/locations/europe-west1';
    const { stored } = google.engine;
    stored.set(`${parent}-b/clusters/team`, { body: { name: 'team' }, state: 'ready' });
    stored.set(`${parent}/repositories/shop-production`, {
      body: { format: 'DOCKER' },
      state: 'ready',
    });
    app.configure(`${SETTINGS}cloud: { cluster: team }\n`);
    const { code, stderr } = await app.deploy('gcp');
    expect(code, stderr).toBe(0);
    expect((await app.deploy('destroy', '--yes')).code).toBe(0);
    expect(cloud.resources()).toEqual(['clusters team', 'repositories shop-production']);
    app.configure(SETTINGS);
    stored.clear();
  });

  test('stops at credentials that expire, and the next deploy continues', async () => {
    const start = google.log.length;
    google.fault = ({ method }) => {
      if (!method.endsWith('clusters.create')) return undefined;
      google.tokens.failure = 'invalid_grant';
      return { code: 401, status: 'UNAUTHENTICATED', message: 'The token has expired' };
    };
    const stopped = await app.deploy('gcp', '--create-cluster');
    expect(stopped.code).toBe(1);
    expect(stopped.document.errors?.[0]?.message).toContain('have expired');
    google.fault = undefined;
    google.tokens.failure = undefined;
    const next = await app.deploy('gcp', '--create-cluster');
    expect(next, next.stderr).toMatchObject({ code: 0 });
    expect(new Set(created(start)).size).toBe(created(start).length);
  });

  test('sends only requests that the descriptions of Google allow', () => {
    expect(google.log.flatMap(({ findings }) => findings)).toEqual([]);
    expect(google.log.length).toBeGreaterThan(100);
  });
});
