import type { Defs, ResponseContract, RouteContract, Schema } from '@gati/contract';
import { isJsonMediaType, PROBLEM_MEDIA_TYPE } from '@gati/contract/internal';
import { explain } from '@gati/runtime-h3/browser';
import type { ContractCheck, Violation } from '../../api/playground.ts';

/** Maximum number of violations that the page gets. */
const MAX_VIOLATIONS = 50;

/** The contract against which responses are checked. */
export interface CheckedContract {
  contract: Pick<RouteContract, 'responses' | 'send'>;
  $defs: Defs;
}

/** A complete response. */
export interface ReceivedResponse {
  status: number;
  contentType: string;
  /** Absent if there is no body to check: of HEAD, or of a response that is too long. */
  body: Buffer | undefined;
}

/** Compares a response with the contract of its route. */
export function checkResponse(
  known: CheckedContract | undefined,
  { status, contentType, body }: ReceivedResponse,
): ContractCheck {
  if (!known) return unchecked('The contract of the route is not known.');
  const { responses } = known.contract;
  const expected = responses[status] ?? responses['default'];
  const media = contentType.split(';', 1)[0]!.trim().toLowerCase();
  if (!expected) {
    // Errors of the server itself are in no contract.
    if (status >= 400 && media === PROBLEM_MEDIA_TYPE)
      return unchecked('An error of the server, which contracts do not list.');
    if (status === 304) return unchecked('The contract does not describe 304.');
    return differs([
      { in: 'response', pointer: '', rule: 'status', message: `${status} is not in the contract` },
    ]);
  }
  if (body === undefined) return unchecked('The body was not checked.');
  return checkBody(expected, media, body, known.$defs);
}

function checkBody(
  { schema, contentType }: ResponseContract,
  media: string,
  body: Buffer,
  $defs: Defs,
): ContractCheck {
  if (schema === undefined)
    return body.length === 0
      ? FITS
      : differs([
          { in: 'response', pointer: '', rule: 'content', message: 'must have no content' },
        ]);
  if (contentType !== undefined && media !== contentType.split(';', 1)[0]!.toLowerCase())
    return differs([
      {
        in: 'response',
        pointer: '',
        rule: 'content-type',
        message: `has the content type ${media || 'none'} instead of ${contentType}`,
      },
    ]);
  if (!isJsonMediaType(media)) return unchecked(`The contract has no schema for ${media}.`);
  const violations = checkJson(schema, $defs, body.toString('utf8'));
  return violations.length === 0 ? FITS : differs(violations);
}

/** Returns the violations of a JSON text: the data of an event, a message, a body. */
export function checkJson(schema: Schema, $defs: Defs, text: string): Violation[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [{ in: 'response', pointer: '', rule: 'json', message: 'is not JSON' }];
  }
  return explain(schema, $defs, value, 'response')
    .slice(0, MAX_VIOLATIONS)
    .map(({ in: part, path, message, rule }) => ({ in: part, pointer: path, message, rule }));
}

/** Returns the schema of the events of a stream. */
export function eventSchema(
  known: CheckedContract | undefined,
  status: number,
): Schema | undefined {
  const { responses = {} } = known?.contract ?? {};
  const { stream, schema } = responses[status] ?? responses['default'] ?? {};
  return stream ? schema : undefined;
}

const FITS: ContractCheck = { result: 'fits', note: 'Fits the contract.', violations: [] };
const differs = (violations: Violation[]): ContractCheck => ({
  result: 'differs',
  note: 'Differs from the contract.',
  violations,
});
const unchecked = (note: string): ContractCheck => ({ result: 'unchecked', note, violations: [] });
