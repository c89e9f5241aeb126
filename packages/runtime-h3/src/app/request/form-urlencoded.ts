import { parseQuery, type Query, QueryError } from '../../validate/query.ts';
import { limitError, RequestError } from './request-error.ts';
import { QUERY_ERRORS } from './query.ts';

/**
 * Parses a body of `application/x-www-form-urlencoded`.
 *
 * @throws {RequestError} 413 above `maxFields`, 400 when the form is malformed or has a forbidden
 * name
 */
export function parseUrlencodedForm(text: string, maxFields: number): Query {
  try {
    return parseQuery(text, maxFields);
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    const status = error.reason === 'count' ? 413 : 400;
    const code = status === 413 ? 'content_too_large' : 'malformed_form';
    const detail = `The form ${QUERY_ERRORS[error.reason]}.`;
    const found = new RequestError(status, code, { detail });
    throw status === 413 ? limitError('fields', found) : found;
  }
}
