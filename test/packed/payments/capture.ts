import { expect } from 'vitest';
import { call, type ParsedResponse } from '@gati/test-kit/servers';

/** The handler of the template payments that these tests call and edit. */
export const CAPTURE_FILE = 'src/handlers/payments/capture.ts';

/** Calls `POST /payments/:id/capture`. */
export const callCapture = (origin: string, amount: unknown): Promise<ParsedResponse> =>
  call(`${origin}/payments/p1/capture`, { method: 'POST', body: { amount } });

/** Asserts both responses of the handler: 202 for a small amount, 409 for a large one. */
export async function expectCaptures(origin: string): Promise<void> {
  expect(await callCapture(origin, 5)).toMatchObject({ status: 202, body: { state: 'capturing' } });
  expect(await callCapture(origin, 1_000_000)).toMatchObject({
    status: 409,
    body: { error: 'ReservationFailed' },
  });
}
