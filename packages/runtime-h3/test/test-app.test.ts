import { expect, test } from 'vitest';
import { testApp } from '../src/test.ts';
import { release } from './server/app/release.ts';

test('calls routes without a port and drains effects', async () => {
  const app = await testApp({ release, env: { GREETING: 'hello from the test' } });
  const answer = await app.call('POST /echo', { body: { when: new Date(0), big: 7n, list: [1, 2] } });
  expect(answer).toMatchObject({ status: 200, body: { got: { when: '1970-01-01T00:00:00.000Z', big: '7', list: [1, 2] } } });
  expect(answer.headers.get('content-type')).toContain('application/json');
  expect((await app.call('GET /config')).body).toEqual({ greeting: 'hello from the test' });
  expect((await app.call('GET /slow', { query: { ms: 1 } })).status).toBe(200);
  expect((await app.call('GET /nowhere')).status).toBe(404);

  for (let n = 0; n < 3; n++) expect((await app.call('POST /jobs')).status).toBe(202);
  await app.idle();
  expect((await app.call('GET /jobs')).body).toEqual({ ran: 3 });
  expect((await app.gctx.db.sql`SELECT ${7} AS seven`).rows).toEqual([{ seven: 7 }]);
  await app.gctx.storage.setItem('seen', 7);
  expect(await app.gctx.storage.getItem('seen')).toBe(7);
  await app.close();
});

test('names a parameter that is missing', async () => {
  const app = await testApp({ release });
  await expect(app.call('GET /users/:id')).rejects.toThrow('GET /users/:id needs params.id');
  await app.close();
});

test('says what a start would say', async () => {
  await expect(testApp({ release, env: { GREETING: 'bad' } })).rejects.toMatchObject({ code: 'GATI_CONFIG_INVALID' });
});

test('without the plugin and without a release there is no app', async () => {
  await expect(testApp()).rejects.toMatchObject({ code: 'GATI_TEST_RELEASE' });
});
