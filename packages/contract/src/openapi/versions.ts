import type { RouteContract } from '../contract.ts';
import { PROBLEM_MEDIA_TYPE } from '../http/media-type.ts';
import type { Schema } from '../schema/ir.ts';
import { mapValues } from '../schema/walk.ts';
import type {
  OpenApiHeader,
  OpenApiParameter,
  OpenApiReference,
  OpenApiResponse,
} from './document.ts';
import { orProblem, PROBLEM_RESPONSE, PROBLEM_SCHEMA } from './problem-response.ts';

const HEADER = 'X-API-Version';

/** Reference to the parameter of every operation that selects the version. */
export const VERSION_PARAMETER: OpenApiReference = { $ref: '#/components/parameters/ApiVersion' };

/**
 * Returns the parameter that selects the version. Its only value is the version of the document, so
 * that clients generated from the document keep requesting the version that they were made for.
 * Other values select other contracts, which the document does not describe.
 */
export function toVersionParameter(version: string): OpenApiParameter {
  return {
    name: HEADER,
    in: 'header',
    description:
      'The requested version. The server also accepts a range (`^1.4`), a date or a time, which may ' +
      'select a version that this document does not describe. ' +
      'Where headers cannot be set, send it as `?api-version=`.',
    schema: { type: 'string', enum: [version], default: version },
  };
}

const isVersionHeader = (name: string): boolean => name.toLowerCase() === HEADER.toLowerCase();

/** Returns whether the handler itself declares the header that selects the version. */
export function declaresVersion(parameters: OpenApiParameter[]): boolean {
  return parameters.some(
    (parameter) => parameter.in === 'header' && isVersionHeader(parameter.name),
  );
}

/**
 * Headers that the framework adds to the responses of a release, by their names. None is required: a
 * request that selects no release, such as one with a malformed version, gets a response without them.
 */
export const RELEASE_HEADERS: Record<string, OpenApiHeader> = {
  [HEADER]: {
    description: 'Version that the request resolved to.',
    schema: { type: 'string' },
  },
  'X-Gati-Release': {
    description: 'Id of the release that ran.',
    schema: { type: 'string' },
  },
  'X-Request-Id': {
    description: 'Id of the request, as in the log of the server.',
    schema: { type: 'string' },
  },
  Link: {
    description: 'The successor, the latest version and the version history (RFC 5829).',
    schema: { type: 'string' },
  },
  Deprecation: {
    description: 'When the version was deprecated: `@` and Unix seconds (RFC 9745).',
    schema: { type: 'string' },
  },
  Sunset: {
    description: 'When the version will be retired: an HTTP date (RFC 8594).',
    schema: { type: 'string' },
  },
};

const REFERENCES: Record<string, OpenApiReference> = mapValues(
  RELEASE_HEADERS,
  (_header, name) => ({
    $ref: `#/components/headers/${name}`,
  }),
);

/**
 * Adds the headers of a release to a response. A header that the handler sets keeps its own
 * description.
 */
export function withReleaseHeaders(response: OpenApiResponse): OpenApiResponse {
  const { description, headers = {}, ...rest } = response;
  const own = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  const added = Object.entries(REFERENCES).filter(([name]) => !own.has(name.toLowerCase()));
  return { description, headers: { ...headers, ...Object.fromEntries(added) }, ...rest };
}

const LISTED_RELEASE: Schema = {
  type: 'object',
  properties: {
    version: { type: 'string' },
    id: { type: 'string' },
    date: { type: 'string', format: 'date-time' },
    status: { enum: ['live', 'deprecated', 'withdrawn', 'retired'] },
    docs: { type: 'string', description: 'Path of the OpenAPI document of this version.' },
  },
  required: ['version', 'id', 'date', 'status'],
};

/** Returns a response with a problem that lists the existing versions. */
function toVersionResponse(
  description: string,
  more: Record<string, Schema> = {},
  headers: Record<string, OpenApiHeader> = {},
): OpenApiResponse {
  const { properties, required, ...rest } = PROBLEM_SCHEMA;
  const { errors: _errors, ...common } = properties!;
  const versions: Schema = {
    type: 'array',
    description: 'The available versions, newest first.',
    items: LISTED_RELEASE,
  };
  return {
    description,
    headers: { Link: RELEASE_HEADERS['Link']!, ...headers },
    content: {
      [PROBLEM_MEDIA_TYPE]: {
        schema: {
          ...rest,
          properties: { ...common, versions, ...more },
          required: [...required!, 'versions'],
        },
      },
    },
  };
}

/** Responses of the framework to a request whose version selects no release. */
const VERSION_RESPONSES: { status: string; name: string; response: OpenApiResponse }[] = [
  {
    status: '300',
    name: 'VersionMissing',
    response: toVersionResponse(
      'Several versions are live, and the request names none. Send the request again with one of them.',
      { curl: { type: 'string', description: 'A command that requests the newest version.' } },
    ),
  },
  {
    status: '406',
    name: 'VersionUnknown',
    response: toVersionResponse('The requested version does not exist.'),
  },
  {
    status: '410',
    name: 'VersionRetired',
    response: toVersionResponse('The requested version is retired.'),
  },
];

/** The responses of `components`. */
export const SHARED_RESPONSES: Record<string, OpenApiResponse> = {
  Problem: withReleaseHeaders(PROBLEM_RESPONSE),
  ...Object.fromEntries(VERSION_RESPONSES.map(({ name, response }) => [name, response])),
};

/**
 * Adds the responses of the framework about versions. A route that exports `version` never responds
 * 300.
 */
export function withVersionResponses(
  route: RouteContract,
  responses: Record<string, OpenApiResponse>,
): Record<string, OpenApiResponse | OpenApiReference> {
  const added = VERSION_RESPONSES.filter(
    ({ status }) => status !== '300' || route.version === undefined,
  ).map(({ status, name, response }): [string, OpenApiResponse | OpenApiReference] => [
    status,
    Object.hasOwn(responses, status)
      ? orProblem(responses[status]!, response)
      : { $ref: `#/components/responses/${name}` },
  ]);
  return { ...responses, ...Object.fromEntries(added) };
}
