import { parseQuery, type Query, QueryError } from '../../validate/query.ts';
import { RequestError } from '../response/problem.ts';

const DETAILS: Record<QueryError['reason'], string> = {
  encoding: 'has a malformed percent-encoding',
  prototype: 'has a name that is not allowed',
  count: 'has too many fields',
};

/** The query of a request, undecided about types. */
export function readQuery(search: string): Query {
  try {
    return parseQuery(search);
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    throw new RequestError(400, 'malformed_query', {
      detail: `The query ${DETAILS[error.reason]}.`,
    });
  }
}

/** A body of `application/x-www-form-urlencoded`. */
export function parseUrlencodedForm(text: string, maxFields: number): Query {
  try {
    return parseQuery(text, maxFields);
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    const status = error.reason === 'count' ? 413 : 400;
    throw new RequestError(status, status === 413 ? 'content_too_large' : 'malformed_form', {
      detail: `The form ${DETAILS[error.reason]}.`,
    });
  }
}
