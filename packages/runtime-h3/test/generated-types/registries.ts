/** Registries of an app as `.gati/types/gati.d.ts` fills them. */
declare global {
  interface GatiRoutes {
    'GET /health': object;
    'GET /users/:id': {
      query: { page?: number };
      headers: { 'x-tenant': string };
    };
    'GET /reports/:year': { params: { year: number }; headers: { 'x-count'?: number } };
    'POST /users': { body: { name: string; born?: Date } };
    'WS /chat/:room': { receive: { text: string }; send: { from: string; text: string } };
  }
  interface GatiModules {
    ledger: { reserve(amount: number): Promise<boolean> };
  }
  interface GatiEffects {
    mail: { to: string };
    nightly: Record<string, never>;
  }
  interface GatiEffectResults {
    mail: { sent: Date; parts: number[] };
    nightly: undefined;
  }
  interface GatiConfig {
    config: { PORT: number };
  }
  interface GatiClient {
    plain: 'GET /health';
    routes: {
      'GET /health': {
        request: object;
        result: Result<true, 200, { up: boolean }> | Result<false, 500, { code: string }>;
      };
      'GET /users/:id': {
        request: { params: { id: string }; query?: { page?: number } };
        result: Result<true, 200, { name: string }> | Result<false, 404, { code: 'not_found' }>;
      };
      'POST /users': {
        request: { body: { name: string; born?: Date } | FormData };
        result: Result<true, 201, { id: string }>;
      };
      'GET /events': {
        request: object;
        result: Result<true, 200, AsyncIterable<{ tick: number }>>;
      };
      'GET /image': { request: object; result: Result<true, 200, Blob> };
    };
  }
}

/** Result of the generated client. */
export type Result<Ok extends boolean, Status extends number, Value> = {
  readonly ok: Ok;
  readonly status: Status;
  readonly headers: Headers;
} & (Ok extends true ? { readonly data: Value } : { readonly error: Value });
