import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { findDescriptions } from '../../servers/google-descriptions.ts';
import { type FakeGoogle, startFakeGoogle } from './server.ts';
import { artifactRegistry } from './services/artifact-registry.ts';
import { container } from './services/container.ts';
import { AUDIENCE, SUBJECT_TOKEN } from './tokens.ts';

const folder = findDescriptions();
const missing = typeof folder === 'string' ? undefined : folder.reason;
if (missing !== undefined) process.stderr.write(`\n  !! NO FAKE of Google Cloud: ${missing}\n\n`);

const REGION = 'projects/shop-1/locations/europe-west1';
const CLUSTERS = `/container/v1/${REGION}/clusters`;
const MINUTE = 60_000;

/** Exchanges the token of the workload for an access token. */
async function newToken({ url }: FakeGoogle): Promise<string> {
  const form = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    audience: AUDIENCE,
    scope: 'https://www.googleapis.com/auth/cloud-platform',
    subject_token: SUBJECT_TOKEN,
  });
  const response = await fetch(`${url}/token`, { method: 'POST', body: form });
  return ((await response.json()) as { access_token: string }).access_token;
}

describe.skipIf(missing !== undefined)('the fake of Google Cloud', async () => {
  const google: FakeGoogle =
    missing === undefined
      ? await startFakeGoogle({
          folder: folder as string,
          apis: ['container.v1', 'artifactregistry.v1'],
          handlers: (engine) => ({
            ...container(engine, { endpoint: '127.0.0.1:1', ca: '' }),
            ...artifactRegistry(engine, '127.0.0.1:2'),
          }),
        })
      : (undefined as never);
  let token: string;

  beforeEach(async () => {
    google.engine.stored.clear();
    Object.assign(google.engine, { duration: 0, pace: 0, lag: 0, outcome: undefined });
    google.fault = undefined;
    token = await newToken(google);
  });
  afterAll(() => google.stop());

  async function send(
    method: string,
    path: string,
    body?: object,
    authorization = `Bearer ${token}`,
  ): Promise<{ status: number; body: Record<string, unknown> }> {
    const response = await fetch(google.url + path, {
      method,
      headers: { authorization },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }
  const messageOf = async (body: object, path = CLUSTERS): Promise<string> => {
    const reply = await send('POST', path, body);
    expect(reply.status).toBe(400);
    return String((reply.body as { error: { message: string } }).error.message);
  };

  test.each([
    [{ autopilott: {} }, 'Unknown name "autopilott"'],
    [{ status: 'RUNNING' }, 'is output only'],
    [{ zone: 'a' }, 'is output only'],
    [{ enableTpu: true }, 'is deprecated'],
    [{ releaseChannel: { channel: 'FAST' } }, 'FAST is not one of'],
    [{ releaseChannel: { channel: 'UNSPECIFIED' } }, 'UNSPECIFIED is deprecated'],
    [{ initialNodeCount: '3' }, 'is no whole number'],
    [{ autopilot: { enabled: 'yes' } }, 'is neither true nor false'],
    [{ locations: 'a' }, 'is no list'],
    [{ resourceLabels: { a: 1 } }, 'is no text'],
  ])('rejects the cluster %j', async (cluster, why) => {
    expect(await messageOf({ cluster: { name: 'shop', ...cluster } })).toContain(why);
  });

  test('rejects a missing field, an unknown parameter and a wrong path', async () => {
    expect(await messageOf({})).toContain('CreateClusterRequest.cluster: is missing');
    expect(await messageOf({ cluster: {} }, `${CLUSTERS}?force=true`)).toContain(
      'Unknown name "force"',
    );
    expect((await send('POST', '/container/v1/projects/shop-1/clusters', {})).status).toBe(404);
  });

  test('rejects requests without a token, and with an expired one', async () => {
    expect((await send('GET', CLUSTERS, undefined, '')).status).toBe(401);
    google.engine.advance(google.tokens.lifetime);
    expect((await send('GET', CLUSTERS)).status).toBe(401);
  });

  test('creates a cluster in 15 minutes of its clock, once', async () => {
    google.engine.duration = 15 * MINUTE;
    const cluster = { name: 'shop', autopilot: { enabled: true } };
    const first = await send('POST', CLUSTERS, { cluster });
    expect(first).toMatchObject({ status: 200, body: { status: 'RUNNING' } });
    expect((await send('POST', CLUSTERS, { cluster })).status).toBe(409);
    const operation = `/container/v1/${REGION}/operations/${String(first.body['name'])}`;
    google.engine.advance(14 * MINUTE);
    expect((await send('GET', `${CLUSTERS}/shop`)).body).toMatchObject({ status: 'PROVISIONING' });
    google.engine.advance(MINUTE);
    expect((await send('GET', operation)).body).toMatchObject({ status: 'DONE' });
    expect((await send('GET', `${CLUSTERS}/shop`)).body).toMatchObject({
      status: 'RUNNING',
      endpoint: '127.0.0.1:1',
    });
  });

  test('fails an operation, and lets one never end', async () => {
    google.engine.outcome = (_, target) => (target.endsWith('shop') ? 'no quota' : 'never');
    const cluster = { autopilot: { enabled: true } };
    await send('POST', CLUSTERS, { cluster: { ...cluster, name: 'shop' } });
    await send('POST', CLUSTERS, { cluster: { ...cluster, name: 'slow' } });
    google.engine.advance(1000 * MINUTE);
    token = await newToken(google);
    expect((await send('GET', `${CLUSTERS}/shop`)).body).toMatchObject({
      status: 'ERROR',
      conditions: [{ message: 'no quota' }],
    });
    expect((await send('GET', `${CLUSTERS}/slow`)).body).toMatchObject({
      status: 'PROVISIONING',
    });
  });

  test('hides a new repository for a time, and responds with the faults of a test', async () => {
    const path = `/artifactregistry/v1/${REGION}/repositories`;
    google.engine.lag = MINUTE;
    await send('POST', `${path}?repositoryId=shop`, { format: 'DOCKER' });
    expect((await send('GET', `${path}/shop`)).status).toBe(404);
    google.engine.advance(MINUTE);
    expect((await send('GET', `${path}/shop`)).status).toBe(200);
    google.fault = () => ({ code: 429, status: 'RESOURCE_EXHAUSTED', message: 'slow down' });
    expect((await send('GET', `${path}/shop`)).status).toBe(429);
    google.fault = () => 'cut';
    await expect(send('DELETE', `${path}/shop`)).rejects.toThrow();
    google.fault = undefined;
    expect((await send('GET', `${path}/shop`)).status).toBe(404);
    expect(google.log.at(-2)).toMatchObject({
      method: 'artifactregistry.projects.locations.repositories.delete',
      status: 200,
    });
  });
});
