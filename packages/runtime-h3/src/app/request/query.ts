import { parseQuery, type Query, QueryError } from '../../validate/query.ts';
import { RequestError } from '../response/problem.ts';

/** What is wrong with a query or an urlencoded form, after its name. */
export const QUERY_ERRORS: Record<QueryError['reason'], string> = {
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
      detail: `The query ${QUERY_ERRORS[error.reason]}.`,
    });
  }
}
