const CAPTURE = 'src/handlers/payments/capture.ts';

/** Source of the handler with another type of body and another response. */
const handler = (
  bodyType: string,
  amount: string,
  response: string,
): string => `export const route = 'POST /payments/:id/capture';

export const handler: Handler<typeof route> = async (req, res, gctx) => {
  const ok = await gctx.modules.ledger.reserve(req.params.id, ${amount});
  if (!ok) {
    res.status = 409;
    return res.json({ error: 'ReservationFailed' });
  }
  await gctx.effects.enqueue('capturePayment', { id: req.params.id });
  res.status = 202;
  res.body = ${response};
};

export type Body = ${bodyType};
`;

export interface HistoricRelease {
  /** The version that the build must propose. */
  version: string;
  /** When the release becomes current. */
  at: string;
  /** Text by file: the changes since the release before. */
  files: Record<string, string>;
}

/** Five releases of the playground payments, oldest first. */
export const HISTORY: HistoricRelease[] = [
  { version: '1.0.0', at: '2026-01-01T00:00:00Z', files: {} },
  {
    version: '1.1.0',
    at: '2026-02-01T00:00:00Z',
    files: {
      [CAPTURE]: handler(
        '{ amount: number }',
        'req.body.amount',
        "{ state: 'capturing', payment: req.params.id }",
      ),
    },
  },
  {
    version: '2.0.0',
    at: '2026-03-01T00:00:00Z',
    files: {
      [CAPTURE]: handler(
        '{ cents: number }',
        'req.body.cents / 100',
        "{ status: 'capturing', payment: req.params.id }",
      ),
    },
  },
  {
    version: '2.0.1',
    at: '2026-04-01T00:00:00Z',
    files: {
      [CAPTURE]: handler(
        '{ cents: number }',
        'req.body.cents * 0.01',
        "{ status: 'capturing', payment: req.params.id }",
      ),
    },
  },
  {
    version: '3.0.0',
    at: '2026-05-01T00:00:00Z',
    files: {
      [CAPTURE]: handler(
        '{ money: { cents: number; currency: string } }',
        'req.body.money.cents / 100',
        "{ status: 'capturing', payment: { id: req.params.id, currency: req.body.money.currency } }",
      ),
      'src/versions/1.1.0.ts': `export const to = '2.0.0';

export default {
  routes: {
    'POST /payments/:id/capture': {
      up: ({ body }) => ({ body: { cents: body.amount * 100 } }),
      down: (response) =>
        response.status === 202 ? { body: { state: response.body.status, payment: response.body.payment } } : response,
    },
  },
} satisfies Migration<'1.1.0'>;
`,
      'src/versions/2.0.0.ts': `export const to = '3.0.0';

export default {
  routes: {
    'POST /payments/:id/capture': {
      up: ({ body }) => ({ body: { money: { cents: body.cents, currency: 'EUR' } } }),
      down: (response) =>
        response.status === 202 ? { body: { status: response.body.status, payment: response.body.payment.id } } : response,
    },
  },
} satisfies Migration<'2.0.0'>;
`,
    },
  },
];

/** A request body that the release accepts. */
export function bodyFor(version: string): object {
  if (version.startsWith('1.')) return { amount: 5 };
  if (version.startsWith('2.')) return { cents: 500 };
  return { money: { cents: 500, currency: 'EUR' } };
}

/** The body of the response of each release to {@link bodyFor}. */
export const RESPONSES: Record<string, unknown> = {
  '1.0.0': { state: 'capturing' },
  '1.1.0': { state: 'capturing', payment: 'p1' },
  '2.0.0': { status: 'capturing', payment: 'p1' },
  '2.0.1': { status: 'capturing', payment: 'p1' },
  '3.0.0': { status: 'capturing', payment: { id: 'p1', currency: 'EUR' } },
};
