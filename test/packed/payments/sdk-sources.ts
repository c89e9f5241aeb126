// Sources of the app that uses the SDK. `NAME` and `VERSION` are replaced by those of the SDK.

/** Uses every part of the SDK with its exact types. */
export const VALID = `import { CallError, createClient, onCall, type PaymentsCaptureResult, type Problem, version } from 'NAME';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const proven = <T extends true>(): T | undefined => undefined;

export async function capture(baseUrl: string, amount: number): Promise<PaymentsCaptureResult> {
  const stop = onCall(({ call }) => call.route);
  const client = createClient({ baseUrl });
  const result = await client.payments.capture({ params: { id: 'p1' }, body: { amount }, headers: { 'x-tenant': 1 } });
  stop();
  proven<Equal<typeof version, 'VERSION'>>();
  if (result.status === 202) proven<Equal<typeof result.data.state, 'capturing'>>();
  if (result.status === 409) proven<Equal<typeof result.error.error, 'ReservationFailed'>>();
  if (result.status === 410) {
    proven<Equal<typeof result.error, Problem>>();
    result.error.versions?.map((each): string => each.version);
  }
  if (result.ok) proven<Equal<typeof result.status, 202>>();
  for await (const { state } of await events(baseUrl)) proven<Equal<typeof state, 'captured' | 'capturing' | 'reserved'>>();
  return result;
}

async function events(baseUrl: string) {
  try {
    return (await createClient({ baseUrl, throwOnError: true }).payments.events({ params: { id: 'p1' } })).data;
  } catch (error) {
    throw error instanceof CallError ? new Error(\`\${error.status}\`) : error;
  }
}
`;

/** Compiles only if TypeScript reports each marked line. */
export const INVALID = `import { createClient } from 'NAME';

const client = createClient({ baseUrl: 'http://localhost' });
// @ts-expect-error -- the amount is a number
await client.payments.capture({ params: { id: 'p1' }, body: { amount: '5' } });
// @ts-expect-error -- the id is missing
await client.payments.capture({ body: { amount: 5 } });
// @ts-expect-error -- there is no such route
await client.payments.refund({ params: { id: 'p1' } });
// @ts-expect-error -- a result has no data before its status is checked
(await client.payments.capture({ params: { id: 'p1' }, body: { amount: 5 } })).data;
export {};
`;

/** Shows status, version and events in the page. */
export const PAGE = `import { createClient } from 'NAME';

const client = createClient({ baseUrl: new URLSearchParams(location.search).get('api') ?? '' });
const result = await client.payments.capture({ params: { id: 'p1' }, body: { amount: 5 } });
const states: string[] = [];
const events = await client.payments.events({ params: { id: 'p1' } });
if (events.ok) for await (const { state } of events.data) states.push(state);
document.querySelector('#app')!.textContent = [result.status, result.headers?.get('x-api-version'), ...states].join(' ');
export {};
`;

/** Prints the result of one call as JSON. Arguments: origin, amount. */
const PROGRAM = `createClient({ baseUrl: process.argv[2] }).payments.capture({ params: { id: 'p1' }, body: { amount: Number(process.argv[3]) } })
  .then(({ ok, status, data, error, headers }) => console.log(JSON.stringify({ ok, status, data, error, version: headers.get('x-api-version') })));\n`;
export const ESM_PROGRAM: string = `import { createClient } from 'NAME';\n${PROGRAM}`;
export const CJS_PROGRAM: string = `const { createClient } = require('NAME');\n${PROGRAM}`;
