// Compiled by `npm run types`. No test runs this file. `client/` tests the generated client.
import type { Plugin } from 'vite';
import { expectTypeOf } from 'vitest';
import type {
  AnyResult,
  ClientOptions,
  Failure,
  Interceptor,
  NetworkFailure,
  Outcome,
  Problem,
  Success,
} from '../src/client/index.ts';
import gati, { type GatiOptions } from '../src/index.ts';

// gati() and its options.
expectTypeOf(gati).toEqualTypeOf<(options?: GatiOptions) => Plugin[]>();
expectTypeOf<Required<GatiOptions>>().toHaveProperty('base').toEqualTypeOf<string>();
export const options: GatiOptions = {
  base: '/api',
  cors: { origins: true },
  limits: { upload: 52_428_800, handlerTimeout: 10_000 },
  missingVersion: 'latest',
  breaking: { openEnums: true, strictness: 'wire' },
  effects: ['sqs', 'pubsub', 'azurequeue'],
};
export const wrong: GatiOptions[] = [
  // @ts-expect-error -- origins are a list or `true`
  { cors: { origins: 'https://app.example.com' } },
  // @ts-expect-error -- a limit is a number
  { limits: { body: '1mb' } },
  // @ts-expect-error -- there is no such limit
  { limits: { headers: 1 } },
  // @ts-expect-error -- not a policy
  { missingVersion: 'newest' },
  // @ts-expect-error -- not a cloud queue
  { effects: ['redis'] },
  // @ts-expect-error -- there is no such option
  { prefix: '/api' },
];

// Results of the client: `ok` and `status` narrow them.
type Result = Success<200, { name: string }> | Failure<404, Problem> | NetworkFailure;
expectTypeOf<Result>().toExtend<AnyResult>();
export function reads(result: Result): string {
  if (result.ok) {
    expectTypeOf(result.data).toEqualTypeOf<{ name: string }>();
    return result.data.name;
  }
  if (result.status === 0) {
    expectTypeOf(result.error.code).toEqualTypeOf<
      'network' | 'timeout' | 'aborted' | 'bad_response'
    >();
    expectTypeOf(result.response).toEqualTypeOf<undefined>();
    return result.error.message;
  }
  expectTypeOf(result).toEqualTypeOf<Failure<404, Problem>>();
  // @ts-expect-error -- a failure has no data
  return result.data;
}
expectTypeOf<Outcome<Result, true>>().toEqualTypeOf<Success<200, { name: string }>>();
expectTypeOf<Outcome<Result, false>>().toEqualTypeOf<Result>();

// Options of the client.
export const clientOptions: ClientOptions = {
  baseUrl: 'https://api.example.com',
  headers: async () => ({ authorization: undefined, 'x-n': 1 }),
  retry: { attempts: 5 },
  version: false,
};
export const interceptor: Interceptor = {
  request(request, { attempt }) {
    expectTypeOf(request).toEqualTypeOf<Request>();
    request.headers.set('x-attempt', String(attempt));
  },
};
// @ts-expect-error -- milliseconds are a number
export const timeout: ClientOptions = { timeout: '5s' };
