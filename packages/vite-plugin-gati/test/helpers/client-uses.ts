/** Right and wrong uses of the generated client of `CONTRACT`, compiled and not run. */
export const USES = `import { call, type Client, client, connect, createCall, createClient } from 'virtual:gati/client';
import type { Payment, PaymentInput, PaymentsCaptureResult } from '../.gati/generated/client';
import { CallError, onCall, type Problem, type ResponseHeaders } from 'vite-plugin-gati/client';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <_T extends true>(): void => {};

export async function captures(): Promise<void> {
  const result = await client.payments.capture({ params: { id: 'p1' }, body: { amount: 5 } });
  same<Equal<typeof result, PaymentsCaptureResult>>();
  if (result.ok) {
    same<Equal<typeof result.status, 202>>();
    same<Equal<typeof result.data.state, 'capturing'>>();
    same<Equal<typeof result.headers, ResponseHeaders<'location' | 'x-total'>>>();
    const total: string | null = result.headers.get('x-total') ?? result.headers.get('x-other');
    void total;
    // @ts-expect-error -- a success has no error
    result.error;
  } else if (result.status === 409) {
    same<Equal<typeof result.error.error, 'ReservationFailed'>>();
    // @ts-expect-error -- another field
    result.error.message;
  } else if (result.status === 0) {
    same<Equal<typeof result.error.code, 'network' | 'timeout' | 'aborted' | 'bad_response'>>();
    same<Equal<typeof result.headers, undefined>>();
  } else {
    same<Equal<typeof result.error, Problem>>();
    const fields: string[] | undefined = result.error.errors?.map((each) => each.path);
    void fields;
    // @ts-expect-error -- listed above
    result.status === 409;
  }
  // @ts-expect-error -- data only after a look at ok
  result.data;
}

export async function wrong(): Promise<void> {
  // @ts-expect-error -- needs params and body
  await client.payments.capture();
  // @ts-expect-error -- needs a body
  await client.payments.capture({ params: { id: 'p1' } });
  // @ts-expect-error -- needs its parameter
  await client.payments.capture({ params: {}, body: { amount: 5 } });
  // @ts-expect-error -- a number
  await client.payments.capture({ params: { id: 'p1' }, body: { amount: '5' } });
  // @ts-expect-error -- no such field
  await client.payments.capture({ params: { id: 'p1' }, body: { amount: 5, currency: 'EUR' } });
  // @ts-expect-error -- no such option
  await client.payments.capture({ params: { id: 'p1' }, body: { amount: 5 }, retries: 1 });
  // @ts-expect-error -- no such call
  await client.payments.nope({});
  // @ts-expect-error -- no such route
  await call('POST /payments/capture', {});
  // @ts-expect-error -- this route needs something
  await call('POST /payments/:id/capture');
  // @ts-expect-error -- another body
  await call('POST /payments/:id/capture', { params: { id: 'p1' }, body: {} });
  // @ts-expect-error -- a socket is not a call
  await call('WS /chat/:room', { params: { room: 'a' } });
  // @ts-expect-error -- a query of numbers only where it is declared
  await client.search['get-all']({ params: { rest: 'a' }, query: { q: 1 }, headers: { 'x-tenant': 't' } });
  // @ts-expect-error -- the header is declared
  await client.search['get-all']({ params: { rest: 'a' }, query: { q: 'a' } });
}

export async function right(): Promise<void> {
  const byId = await call('POST /payments/:id/capture', { params: { id: 'p1' }, body: { amount: 5 }, timeout: 100, idempotencyKey: 'k' });
  same<Equal<typeof byId, PaymentsCaptureResult>>();

  const health = await client.health();
  if (health.ok) same<Equal<typeof health.data.up, boolean>>();
  else same<Equal<typeof health.problem, Problem>>();
  await client.health({ signal: new AbortController().signal, headers: { authorization: 'x' }, query: { verbose: true } });
  await call('GET /health');

  const deep = await client.health.name();
  if (deep.ok) same<Equal<typeof deep.data, unknown>>();

  const put = await client.payments.putById({ params: { id: 'p1' }, body: { id: 'p1', at: new Date() } });
  const payment: Payment | undefined = put.ok ? put.data : undefined;
  same<Equal<Payment['at'], string>>();
  same<Equal<PaymentInput['at'], string | Date>>();
  void payment;

  const events = await client.payments.events({ params: { id: 'p1' } });
  if (events.ok) for await (const event of events.data) same<Equal<typeof event.state, string>>();

  const raw = await client.avatars.raw({ params: { id: 'a' } });
  if (raw.ok) same<Equal<typeof raw.data, ReadableStream<Uint8Array>>>();
  else if (raw.status === 404) same<Equal<typeof raw.error, string>>();
  else if (raw.status === 400) same<Equal<typeof raw.error, { mine: string } | Problem>>();

  const sent = await client.avatars.post({ body: { name: 'a', picture: new File([], 'a.png') } });
  if (sent.ok) same<Equal<typeof sent.data, undefined>>();
  await client.avatars.post({ body: new FormData() });

  const found = await client.search['get-all']({ params: { rest: 'a/b' }, query: { q: 'x', page: 2 }, headers: { 'x-tenant': 't', extra: 1 } });
  if (found.ok && found.status === 200) same<Equal<typeof found.data, string[]>>();

  const chat = client.chat({ params: { room: 'a' } });
  chat.send({ say: 'hello' });
  // @ts-expect-error -- no message of this kind
  chat.send({ shout: 'hello' });
  for await (const message of chat) same<Equal<typeof message.from, string>>();
  connect('WS /chat/:room', { params: { room: 'a' } }).close();
}

export async function throwing(): Promise<void> {
  const strict = createClient({ baseUrl: 'https://api.example.com', throwOnError: true });
  same<Equal<typeof strict, Client<true>>>();
  const { data } = await strict.payments.capture({ params: { id: 'p1' }, body: { amount: 5 } });
  same<Equal<typeof data.state, 'capturing'>>();
  const lenient = await strict.payments.capture({ params: { id: 'p1' }, body: { amount: 5 }, throwOnError: false });
  same<Equal<typeof lenient, PaymentsCaptureResult>>();
  const once = await client.health({ throwOnError: true });
  same<Equal<typeof once.data.up, boolean>>();
  const { data: up } = await createCall({ throwOnError: true })('GET /health');
  same<Equal<typeof up, { up: boolean }>>();
  try {
    await strict.health();
  } catch (error) {
    if (error instanceof CallError) same<Equal<typeof error.status, number>>();
  }
  onCall((event) => {
    if (event.type === 'end') same<Equal<typeof event.duration, number>>();
  })();
}
`;
