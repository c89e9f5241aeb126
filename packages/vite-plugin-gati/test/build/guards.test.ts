import fs from 'node:fs';
import path from 'node:path';
import type { OpenApiDocument } from '@gati/contract';
import { afterEach, expect, test } from 'vitest';
import { stopProcesses } from '@gati/test-kit/processes';
import { call, startBuiltServer } from '@gati/test-kit/servers';
import { build, copyAway, makeApp } from '../helpers/build.ts';

afterEach(stopProcesses);

test('a built server runs guards before it reads the body, and the contract has their errors', async () => {
  const app = makeApp({
    'src/handlers/_guard.ts': `
import { HttpError } from '@gati/runtime-h3';
export const guard = (async (req) => {
  const user = req.headers.authorization?.replace('Bearer ', '');
  if (user === undefined) throw new HttpError(401, 'unauthorized');
  return { user };
}) satisfies Guard;
export const security = { bearer: { realm: 'notes' } } satisfies Security;
`,
    'src/handlers/admin/_guard.ts': `
import { HttpError } from '@gati/runtime-h3';
export const guard = (async (_req, _gctx, lctx) => {
  if (lctx.user !== 'root') throw new HttpError(403, 'not_root');
}) satisfies Guard<'/admin'>;
`,
    'src/handlers/health.ts': `
export const route = 'GET /health';
export const security = false;
export const handler: Handler<typeof route> = () => ({ up: true });
`,
    'src/handlers/admin/notes.ts': `
export const route = 'POST /admin/notes';
export type Body = { text: string };
export const handler: Handler<typeof route> = (req, res, gctx, lctx) =>
  res.json({ text: req.body.text, by: lctx.user });
`,
  });
  const { manifest, outDir, warnings } = await build(app);
  expect(warnings).toEqual([]);
  const [health, notes] = manifest.contract.routes;
  expect(Object.keys(notes!.responses)).toEqual(['200', '401', '403']);
  expect([health!.security, notes!.security]).toEqual([[], [[{ type: 'bearer', realm: 'notes' }]]]);
  const document = JSON.parse(
    fs.readFileSync(path.join(outDir, 'openapi.json'), 'utf8'),
  ) as OpenApiDocument;
  expect(document.components.securitySchemes).toEqual({
    bearer: { type: 'http', scheme: 'bearer' },
  });
  expect(document.paths['/admin/notes']?.post?.security).toEqual([{ bearer: [] }]);
  expect(fs.readFileSync(path.join(app, '.gati/generated/client.ts'), 'utf8')).toContain(
    'options?: ClientOptions<Throw> & Credentials',
  );

  const server = await startBuiltServer(copyAway(outDir), { NODE_ENV: 'production' });
  const post = (authorization: string | undefined, body: unknown): ReturnType<typeof call> =>
    call(`${server.url}/admin/notes`, {
      method: 'POST',
      body,
      headers: authorization === undefined ? {} : { authorization },
    });
  expect(await post(undefined, 'not an object')).toMatchObject({
    status: 401,
    body: { code: 'unauthorized' },
  });
  expect((await post(undefined, 1)).headers.get('www-authenticate')).toBe('Bearer realm="notes"');
  expect((await call(`${server.url}/health`)).body).toEqual({ up: true });
  expect(await post('Bearer ada', 'not an object')).toMatchObject({
    status: 403,
    body: { code: 'not_root' },
  });
  expect((await post('Bearer root', 'not an object')).status).toBe(400);
  expect(await post('Bearer root', { text: 'x' })).toMatchObject({
    status: 200,
    body: { text: 'x', by: 'root' },
  });
  await server.stop();
});
