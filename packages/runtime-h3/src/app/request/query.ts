import { parseQuery, type Query, QueryError } from '../../validate/query.ts';
import { RequestError } from './request-error.ts';

/** Completes "The query …" and "The form …" in an error. */
export const QUERY_ERRORS: Record<QueryError['reason'], string> = {
  encoding: 'has a malformed percent-encoding',
  prototype: 'has a name that is not allowed',
  count: 'has too many fields',
};

/**
 * Parses the query of a request. All values are strings, regardless of the contract.
 *
 * @throws {RequestError} 400 when the query is malformed or has a forbidden name
 */
export function readQuery(search: string): Query {
  try {
    return parseQuery(search);
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    throw new RequestError(400, 'malformed_query', {
      detail: `The query ${QUERY_ERRORS[error.reason]}.`,
    });
  }
}
