import { expectTypeOf } from 'vitest';
import type { MigrationOf } from '../../src/global-types.ts';

interface Route<Body, Response> {
  request: { params: { id: string }; query: { page?: number }; headers: object; body: Body };
  response: Response;
}
interface Between {
  from: {
    routes: {
      'POST /a': Route<{ cents: number }, { status: 200; body: { cents: number } }>;
      'POST /old': Route<unknown, { status: 200; body: string }>;
      'GET /one': Route<unknown, { status: 200; body: { cents: number } }>;
      'GET /list': Route<unknown, { status: 200; body: { cents: number }[] }>;
      'POST /paid': Route<
        unknown,
        { status: 201; body: { amount: number } } | { status: 422; body: { error: string } }
      >;
    };
    effects: { mail: { to: string } };
  };
  to: {
    routes: {
      'POST /a': Route<{ amount: string }, { status: 200; body: { amount: string } }>;
      'POST /paid': Route<
        unknown,
        | { status: 201; body: { cents: number } }
        | { status: 402; body: { declined: true } }
        | { status: 422; body: { error: string } }
      >;
      'GET /one': Route<unknown, { status: 200; body: { amount: string } }>;
      'GET /list': Route<unknown, { status: 200; body: { amount: string }[] }>;
      'POST /new': Route<unknown, { status: 200; body: { text: string } }>;
    };
    effects: { mail: { address: string } };
  };
}

export default {
  routes: {
    'POST /a': {
      up(request) {
        expectTypeOf(request.body).toEqualTypeOf<{ cents: number }>();
        expectTypeOf(request.params).toEqualTypeOf<{ id: string }>();
        return { body: { amount: String(request.body.cents) } };
      },
      down(response) {
        expectTypeOf(response.body).toEqualTypeOf<{ amount: string }>();
        return { body: { cents: Number(response.body.amount) } };
      },
    },
    // The only status of a route can be checked too.
    'GET /one': {
      down: (response) =>
        response.status === 200 ? { body: { cents: Number(response.body.amount) } } : response,
    },
    'GET /list': {
      down(response) {
        if (response.status !== 200) return response;
        return { body: response.body.map(({ amount }) => ({ cents: Number(amount) })) };
      },
    },
    'POST /paid': {
      // Returns 402 unchanged, which the old route does not have, and 422, which is the same in both.
      down: (response) =>
        response.status === 201 ? { body: { amount: response.body.cents / 100 } } : response,
    },
  },
  moved: { 'POST /old': { to: 'POST /new', down: ({ body }) => ({ body: body.text }) } },
  effects: { mail: ({ to }) => ({ address: to }) },
} satisfies MigrationOf<Between>;

export const wrong: MigrationOf<Between>[] = [
  // @ts-expect-error -- no route of both releases
  { routes: { 'POST /old': {} } },
  // @ts-expect-error -- the new body has an amount
  { routes: { 'POST /a': { up: () => ({ body: { cents: 1 } }) } } },
  // @ts-expect-error -- the old response has cents
  { routes: { 'POST /a': { down: () => ({ body: { amount: '1' } }) } } },
  // @ts-expect-error -- the only status is not converted
  { routes: { 'GET /one': { down: (response) => response } } },
  // @ts-expect-error -- the 201 of the old route has an amount
  { routes: { 'POST /paid': { down: (response) => response } } },
  // @ts-expect-error -- the newer release has no such route
  { moved: { 'POST /old': { to: 'POST /gone' } } },
  // @ts-expect-error -- the payload of the new effect
  { effects: { mail: ({ to }) => ({ to }) } },
];

// Without contracts nothing is checked.
export const unknown: MigrationOf<unknown> = {
  routes: { 'GET /any': { up: (request) => request.body } },
};
