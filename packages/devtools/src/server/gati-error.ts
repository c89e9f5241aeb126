import { type GatiError, isGatiError } from '@gati/contract';
import { PanelError } from '../http/problem.ts';

const STATUSES: Record<string, number> = {
  GATI_EFFECT_JOB: 404,
  GATI_EFFECT_PAYLOAD: 400,
  GATI_EFFECT_UNKNOWN: 404,
  GATI_OPERATE: 409,
  GATI_RELEASE_UNKNOWN: 404,
};

/**
 * Converts errors of the queue and of the release store to error responses. Their messages are for
 * people and contain no secrets.
 *
 * @throws {PanelError} in place of a `GatiError`
 */
export async function withGatiErrors<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (!isGatiError(error)) throw error;
    // The text of the error repeats the code and has lines for a terminal.
    const { diagnostic, message } = error as typeof error & Partial<GatiError>;
    const text = diagnostic ? `${diagnostic.message} ${diagnostic.fix ?? ''}`.trim() : message;
    throw new PanelError(STATUSES[error.code] ?? 409, error.code, text);
  }
}

/**
 * Returns the text of an error that people may read, for a part of a page that can do without.
 *
 * @throws any other error
 */
export function printRejection(error: unknown): string {
  if (error instanceof PanelError || isGatiError(error)) return error.message;
  throw error;
}
