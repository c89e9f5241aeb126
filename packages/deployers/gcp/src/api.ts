import type { AuthClient } from 'google-auth-library';
import { toCloudError } from './errors.ts';

/** One method of an API, with the permissions that it needs. */
export interface Method {
  /** Its name in the description of the API: `container.projects.locations.clusters.create`. */
  id: string;
  verb: 'DELETE' | 'GET' | 'PATCH' | 'POST';
  /** Path with parameters in braces. A value with slashes has a plus: `v1/{+parent}/clusters`. */
  path: string;
  permissions: string[];
}

export interface Input {
  /** Values of the parameters in the path. */
  path?: Record<string, string>;
  query?: Record<string, string | string[]>;
  body?: object;
}

/** Sends requests to the APIs of Google Cloud. */
export interface Api {
  call<T>(method: Method, input: Input): Promise<T>;
}

/** Milliseconds of one try. */
const TIMEOUT = 60_000;
/**
 * Number of retries after 429, a status of 500 or more, or no response. If a retry of a creation
 * gets 409, the creation counts as successful.
 */
const RETRIES = 4;

/** Describes a method. */
export function method(
  id: string,
  [verb, path]: [Method['verb'], string],
  ...permissions: string[]
): Method {
  return { id, verb, path, permissions };
}

export function createApi(client: Pick<AuthClient, 'request'>): Api {
  return {
    async call<T>({ id, verb, path }: Method, { path: values = {}, query = {}, body }: Input) {
      const [service = ''] = id.split('.');
      try {
        const { data } = await client.request<T>({
          method: verb,
          url: `${endpointOf(service)}/${fill(path, values)}${printQuery(query)}`,
          ...(body && { data: body }),
          responseType: 'json',
          timeout: TIMEOUT,
          retryConfig: {
            retry: RETRIES,
            noResponseRetries: 2,
            httpMethodsToRetry: ['DELETE', 'GET', 'PATCH', 'POST'],
            statusCodesToRetry: [
              [408, 408],
              [429, 429],
              [500, 599],
            ],
          },
        });
        return data;
      } catch (error) {
        throw toCloudError(error, id);
      }
    },
  };
}

/** Returns the address of a service. `GATI_GCP_ENDPOINT_<SERVICE>` names another one, for tests. */
function endpointOf(service: string): string {
  const own = process.env[`GATI_GCP_ENDPOINT_${service.toUpperCase()}`];
  return own ? own.replace(/\/$/, '') : `https://${service}.googleapis.com`;
}

function fill(path: string, values: Record<string, string>): string {
  return path.replaceAll(/\{(\+?)(\w+)\}/g, (_, plus: string, name: string) => {
    const parts = plus ? values[name]!.split('/') : [values[name]!];
    return parts.map(encodeURIComponent).join('/');
  });
}

function printQuery(query: Record<string, string | string[]>): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value].flat().map((each): [string, string] => [name, each]),
  );
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs).toString()}`;
}
