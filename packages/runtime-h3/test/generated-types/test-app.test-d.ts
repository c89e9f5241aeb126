import { expectTypeOf } from 'vitest';
import type { TestApp, TestResponse, TestRoute } from '../../src/testing/test-types.ts';
import './registries.ts';

expectTypeOf<TestRoute>().toEqualTypeOf<
  'GET /health' | 'GET /users/:id' | 'POST /users' | 'GET /events' | 'GET /image'
>();

export async function calls({ call }: TestApp): Promise<void> {
  // A response is narrowed by its status.
  const found = await call('GET /users/:id', { params: { id: '7' }, query: { page: 2 } });
  if (found.status === 200) expectTypeOf(found.body).toEqualTypeOf<{ name: string }>();
  else if (found.status === 404) expectTypeOf(found.body).toEqualTypeOf<{ code: 'not_found' }>();
  else expectTypeOf(found.status).toEqualTypeOf<301 | 302 | 303 | 304 | 307 | 308>();
  expectTypeOf(found).toExtend<TestResponse>();
  // @ts-expect-error -- not a status of the route
  if (found.status === 418) return;

  // A route that requires no input can be called without options.
  const health = await call('GET /health');
  if (health.status === 200) expectTypeOf(health.body).toEqualTypeOf<{ up: boolean }>();
  await call('GET /health', { signal: new AbortController().signal });

  // Bodies.
  await call('POST /users', { body: { name: 'Ada', born: new Date() } });
  await call('POST /users', { body: new FormData() });
  await call('POST /users', { body: new URLSearchParams({ name: 'Ada' }) });

  // Streams and blobs are read whole.
  const events = await call('GET /events', {});
  if (events.status === 200) expectTypeOf(events.body).toEqualTypeOf<string>();
  const image = await call('GET /image', {});
  if (image.status === 200) expectTypeOf(image.body).toEqualTypeOf<Uint8Array | undefined>();

  // @ts-expect-error -- the app has no such route
  await call('GET /nowhere');
  // @ts-expect-error -- params are missing
  await call('GET /users/:id');
  // @ts-expect-error -- another parameter
  await call('GET /users/:id', { params: { name: '7' } });
  // @ts-expect-error -- the type of a field
  await call('POST /users', { body: { name: 7 } });
  // @ts-expect-error -- a GET route without a body takes none
  await call('GET /users/:id', { params: { id: '7' }, body: {} });
}
