import { writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { GoogleAuth } from 'google-auth-library';
import { listen } from '@gati/test-kit/ports';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { GCS_BUCKET, startFakeGcs } from '../../../../../../test/servers/fake-gcs.ts';
import { createIdempotencyKeys } from '../../../../src/effects/drivers/cloud/idempotency-keys.ts';
import { createGsKeys, openGsKeys } from '../../../../src/effects/drivers/cloud/key-store-gs.ts';

const server = await startFakeGcs();
if ('reason' in server)
  console.warn(`SKIPPED, what Google Cloud Storage does beside storing keys: ${server.reason}`);

/** Replaces a request or its response, or lets it through. */
type Forward = (instead?: () => void) => Promise<void>;
type Turn = (
  request: http.IncomingMessage,
  response: http.ServerResponse,
  forward: Forward,
) => void | Promise<void>;

describe.skipIf('reason' in server)('Google Cloud Storage', () => {
  if ('reason' in server) return;
  let turn: Turn = (_, __, forward) => forward();
  const front = http.createServer((request, response) => {
    const forward: Forward = async (instead) => {
      const { method, headers } = request;
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const body = method === 'POST' ? Buffer.concat(chunks) : undefined;
      const type = headers['content-type'];
      const answer = await fetch(server.url + request.url, {
        method: method!,
        ...(body && { body }),
        ...(type && { headers: { 'content-type': type } }),
      });
      const bytes = Buffer.from(await answer.arrayBuffer());
      if (instead) return instead();
      response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(bytes);
    };
    void turn(request, response, forward);
  });
  let url = '';
  beforeAll(async () => {
    url = `http://127.0.0.1:${await listen(front)}`;
    process.env.STORAGE_EMULATOR_HOST = url;
  });
  afterEach(() => {
    turn = (_, __, forward) => forward();
  });
  afterAll(async () => {
    front.close();
    front.closeAllConnections();
    await server.stop();
  });

  test('writes to one object succeed even if they come faster than once a second', async () => {
    let last = -Infinity;
    const refused: number[] = [];
    turn = (request, response, forward) => {
      if (request.method === 'GET') return forward();
      if (performance.now() - last < 1000) {
        refused.push(429);
        response
          .writeHead(429, { 'content-type': 'application/json' })
          .end('{"error":{"code":429,"message":"rateLimitExceeded"}}');
        return undefined;
      }
      last = performance.now();
      return forward();
    };
    const store = await openGsKeys(GCS_BUCKET, 'burst/');
    const tag = await store.create('key', 'open');
    expect(await store.replace('key', 'sent', tag!)).toBe(true);
    expect(await store.replace('key', 'done', (await store.read('key'))!.tag)).toBe(true);
    expect((await store.read('key'))!.text).toBe('done');
    expect(refused.length).toBeGreaterThan(1);
  });

  test("a key whose response was lost is still recognized as the job's own", async () => {
    let lost = 0;
    turn = (request, response, forward) => {
      if (request.method === 'GET' || lost > 0) return forward();
      lost++;
      // The server has stored it, but the response is lost.
      return forward(() => response.destroy());
    };
    const keys = createIdempotencyKeys(await openGsKeys(GCS_BUCKET, 'lost/'));
    expect(await keys.reserve({ id: 'one', effect: 'a', idempotencyKey: 'k' })).toMatchObject({
      id: 'one',
      send: true,
    });
    expect(lost).toBe(1);
    await keys.close();
  });

  test('an emulator gets no credentials, and the service gets a token', async () => {
    const seen: (string | undefined)[] = [];
    const scopes: string[] = [];
    turn = async (request, response, forward) => {
      if (request.url !== '/token') {
        seen.push(request.headers.authorization);
        return forward();
      }
      let body = '';
      for await (const chunk of request) body += String(chunk);
      scopes.push(new URLSearchParams(body).get('scope')!);
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({
          access_token: 'abc',
          expires_in: 3600,
          token_type: 'Bearer',
          issued_token_type: 'access_token',
        }),
      );
    };
    const plain = await openGsKeys(GCS_BUCKET, 'plain/');
    await plain.verify();
    expect(seen).toEqual([undefined]);

    const folder = temporaryFolder('workload');
    writeFileSync(join(folder, 'subject'), 'subject');
    const file = join(folder, 'credentials.json');
    const credentials = {
      type: 'external_account',
      audience:
        '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/provider',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      token_url: `${url}/token`,
      credential_source: { file: join(folder, 'subject') },
    };
    writeFileSync(file, JSON.stringify(credentials));
    const scope = 'https://www.googleapis.com/auth/devstorage.read_write';
    const client = await new GoogleAuth({ keyFile: file, scopes: scope }).getClient();
    const store = createGsKeys(client, url, GCS_BUCKET, 'workload/');
    expect(await store.create('key', 'text')).toMatch(/^\d+$/);
    expect((await store.read('key'))!.text).toBe('text');
    expect(seen.slice(1)).toEqual(['Bearer abc', 'Bearer abc']);
    expect(scopes).toEqual([scope]);
  });

  test('missing credentials are an error at start', async () => {
    delete process.env.STORAGE_EMULATOR_HOST;
    Object.assign(process.env, {
      METADATA_SERVER_DETECTION: 'none',
      GOOGLE_APPLICATION_CREDENTIALS: '',
      HOME: temporaryFolder('nobody'),
    });
    const { openKeyStore } =
      await import('../../../../src/effects/drivers/cloud/open-key-store.ts');
    await expect(openKeyStore(new URLSearchParams({ state: 'gs://bucket' }))).rejects.toMatchObject(
      {
        code: 'GATI_EFFECTS_STATE',
        message: expect.stringContaining('credentials'),
      },
    );
  });
});
