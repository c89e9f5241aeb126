import { afterEach, expect, test } from 'vitest';
import { stopProcesses } from '@gati/test-kit/processes';
import { call, startBuiltServer } from '@gati/test-kit/servers';
import { build, copyAway, makeApp } from '../helpers/build.ts';

afterEach(stopProcesses);

test(
  'a built server runs guards before it reads the body, and the contract has their errors',
  { timeout: 60_000 },
  async () => {
    const app = makeApp({
      'src/handlers/_guard.ts': `
import { HttpError } from '@gati/runtime-h3';
export const guard = (async (req) => {
  const user = req.headers.authorization?.replace('Bearer ', '');
  if (user === undefined) throw new HttpError(401, 'unauthorized');
  return { user };
}) satisfies Guard;
`,
      'src/handlers/admin/_guard.ts': `
import { HttpError } from '@gati/runtime-h3';
export const guard = (async (_req, _gctx, lctx) => {
  if ((lctx as unknown as { user: string }).user !== 'root') throw new HttpError(403, 'not_root');
}) satisfies Guard;
`,
      'src/handlers/admin/notes.ts': `
export const route = 'POST /admin/notes';
export type Body = { text: string };
export const handler: Handler<typeof route> = (req, res, gctx, lctx) =>
  res.json({ text: req.body.text, by: (lctx as unknown as { user: string }).user });
`,
    });
    const { manifest, outDir, warnings } = await build(app);
    expect(warnings).toEqual([]);
    expect(Object.keys(manifest.contract.routes[0]!.responses)).toEqual(['200', '401', '403']);

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
  },
);
