/**
 * Right and wrong uses of `testApp().call` in an app with the routes of `CONTRACT`.
 * `@ts-expect-error` holds what must not compile.
 */
export const TEST_USES = `import { testApp, type TestResponse } from '@gati/runtime-h3/test';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<_ extends true>(): void {}
const app = await testApp();

export async function right(): Promise<void> {
  const chat = await app.socket('/chat/:room', { params: { room: 'a' }, headers: { authorization: 'x' } });
  await (await app.socket('WS /chat/:room', { params: { room: 'a' } })).close(4000);
  chat.send({ say: 'hello' });
  same<Equal<Awaited<ReturnType<typeof chat.next>>, { from: string; text: string }>>();
  // @ts-expect-error -- another message
  chat.send({ say: 1 });
  // @ts-expect-error -- needs its parameter
  await app.socket('/chat/:room');
  // @ts-expect-error -- no such route
  await app.socket('/nowhere');

  const captured = await app.call('POST /payments/:id/capture', { params: { id: 'p1' }, body: { amount: 5 }, headers: { 'x-any': 1 } });
  if (captured.status === 202) same<Equal<typeof captured.body.state, 'capturing'>>();
  else if (captured.status === 409) same<Equal<typeof captured.body.error, 'ReservationFailed'>>();
  else if (captured.status === 400) captured.body.errors?.map(({ path }) => path.length);
  else if (captured.status === 302) same<Equal<typeof captured.body, unknown>>();

  const health = await app.call('GET /health');
  if (health.status === 200) same<Equal<typeof health.body.up, boolean>>();
  await app.call('GET /health', { signal: new AbortController().signal, query: { verbose: true } });

  const put = await app.call('PUT /payments/:id', { params: { id: 'p1' }, body: { id: 'p1', at: new Date() } });
  if (put.status === 200) same<Equal<typeof put.body.at, string>>();

  const events = await app.call('GET /payments/:id/events', { params: { id: 'p1' } });
  if (events.status === 200) same<Equal<typeof events.body, string>>();

  const raw = await app.call('GET /avatars/:id/raw', { params: { id: 'a' } });
  if (raw.status === 200) same<Equal<typeof raw.body, Uint8Array | undefined>>();
  else if (raw.status === 404) same<Equal<typeof raw.body, string>>();

  const sent = await app.call('POST /avatars', { body: { name: 'a', picture: new File([], 'a.png') } });
  if (sent.status === 204) same<Equal<typeof sent.body, undefined>>();
  await app.call('POST /avatars', { body: new FormData() });
  await app.call('POST /avatars', { body: new URLSearchParams({ name: 'a' }) });
  await app.call('POST /hooks', { body: new Uint8Array([1]) });

  const found = await app.call('GET /search/*rest', { params: { rest: 'a/b' }, query: { q: 'x', page: 2 }, headers: { 'x-tenant': 't' } });
  if (found.status === 200) same<Equal<typeof found.body, string[]>>();
  else if (found.status === 302) same<Equal<typeof found.headers, Headers>>();
  const any: TestResponse = found;
  void any;
  const deep = await app.call('GET /health/deep');
  if (deep.status === 200) same<Equal<typeof deep.body, unknown>>();
}

export async function wrong(): Promise<void> {
  // @ts-expect-error -- no such route
  await app.call('GET /nope');
  // @ts-expect-error -- a WebSocket is not called
  await app.call('WS /chat/:room', { params: { room: 'a' } });
  // @ts-expect-error -- params and body are missing
  await app.call('POST /payments/:id/capture');
  // @ts-expect-error -- the body is missing
  await app.call('POST /payments/:id/capture', { params: { id: 'p1' } });
  // @ts-expect-error -- the params are missing
  await app.call('POST /payments/:id/capture', { body: { amount: 5 } });
  // @ts-expect-error -- another parameter
  await app.call('POST /payments/:id/capture', { params: { name: 'p1' }, body: { amount: 5 } });
  // @ts-expect-error -- a number
  await app.call('POST /payments/:id/capture', { params: { id: 'p1' }, body: { amount: '5' } });
  // @ts-expect-error -- no form
  await app.call('POST /payments/:id/capture', { params: { id: 'p1' }, body: new URLSearchParams() });
  // @ts-expect-error -- the header is declared
  await app.call('GET /search/*rest', { params: { rest: 'a' }, query: { q: 'a' } });
  // @ts-expect-error -- a text
  await app.call('GET /search/*rest', { params: { rest: 'a' }, query: { q: 1 }, headers: { 'x-tenant': 't' } });
  // @ts-expect-error -- a GET has no body
  await app.call('GET /health', { body: { up: true } });
  // @ts-expect-error -- an option of the client alone
  await app.call('GET /health', { retry: false });

  const captured = await app.call('POST /payments/:id/capture', { params: { id: 'p1' }, body: { amount: 5 } });
  // @ts-expect-error -- not in each response
  captured.body.state;
  // @ts-expect-error -- never this status
  if (captured.status === 200) return;
  if (captured.status === 202) {
    // @ts-expect-error -- not in this response
    captured.body.error;
  }
}
`;
