import { PROBLEM_MEDIA_TYPE } from '../http/media-type.ts';
import type { Schema } from '../schema/ir.ts';
import type { OpenApiMediaType, OpenApiResponse } from './document.ts';

/** Problem details (RFC 9457) as the framework sends them. */
export const PROBLEM_SCHEMA: Schema = {
  type: 'object',
  properties: {
    type: { type: 'string', description: 'A URI that names the kind of problem.' },
    title: { type: 'string' },
    status: { type: 'integer', minimum: 300, maximum: 599 },
    code: { type: 'string', description: 'Stable, for programs.' },
    detail: { type: 'string' },
    errors: {
      type: 'array',
      maxItems: 100,
      items: {
        type: 'object',
        properties: {
          in: { enum: ['body', 'headers', 'params', 'query'] },
          path: { type: 'string', description: 'JSON Pointer to the invalid value.' },
          message: { type: 'string' },
          rule: { type: 'string' },
        },
        required: ['in', 'path', 'message', 'rule'],
      },
    },
  },
  required: ['type', 'title', 'status', 'code'],
};

/**
 * Response of the framework itself: problem details (RFC 9457), with a list of errors if the
 * request does not match its contract.
 */
export const PROBLEM_RESPONSE: OpenApiResponse = {
  description:
    'A problem (RFC 9457): the request does not match its contract, or the server failed.',
  content: { [PROBLEM_MEDIA_TYPE]: { schema: PROBLEM_SCHEMA } },
};

/**
 * Adds a response of the framework to the handler's response with the same status, because a client
 * can receive either.
 */
export function orProblem(
  response: OpenApiResponse,
  framework: OpenApiResponse = PROBLEM_RESPONSE,
): OpenApiResponse {
  const problem = framework.content![PROBLEM_MEDIA_TYPE]!;
  const own = response.content?.[PROBLEM_MEDIA_TYPE];
  const media: OpenApiMediaType = own?.schema
    ? { ...own, schema: { anyOf: [own.schema, problem.schema!] } }
    : { ...own, ...problem };
  return { ...response, content: { ...response.content, [PROBLEM_MEDIA_TYPE]: media } };
}
