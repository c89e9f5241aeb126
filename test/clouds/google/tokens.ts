import type http from 'node:http';
import type { Engine } from './engine.ts';

/** The service that exchanges the tokens of a workload for access tokens. */
export interface Tokens {
  /** Milliseconds that new access tokens are valid. */
  lifetime: number;
  /** Error of the exchange, such as `invalid_grant`. */
  failure?: string;
  /** Number of tokens that were issued. */
  issued: number;
  /** Handles `POST /token`. */
  exchange(form: string, response: http.ServerResponse): void;
  /** Whether the header `Authorization` has a token that is valid. */
  isValid(authorization: string | undefined): boolean;
}

const HOUR = 3_600_000;
/** The token that the workload has, such as that of a CI job. */
export const SUBJECT_TOKEN = 'subject-token-of-the-test';
export const AUDIENCE =
  '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/ci/providers/test';

/** @see https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token */
export function createTokens(engine: Engine): Tokens {
  const valid = new Map<string, number>();
  const tokens: Tokens = {
    lifetime: HOUR,
    issued: 0,
    exchange(form, response) {
      const fields = new URLSearchParams(form);
      const wrong =
        tokens.failure ??
        (fields.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:token-exchange' ||
        fields.get('audience') !== AUDIENCE ||
        fields.get('scope') !== 'https://www.googleapis.com/auth/cloud-platform'
          ? 'invalid_request'
          : fields.get('subject_token') === SUBJECT_TOKEN
            ? undefined
            : 'invalid_grant');
      response.setHeader('content-type', 'application/json');
      if (wrong !== undefined) {
        const error = { error: wrong, error_description: 'The subject token is expired.' };
        return void response.writeHead(400).end(JSON.stringify(error));
      }
      const token = `ya29.test-${++tokens.issued}`;
      valid.set(token, engine.now + tokens.lifetime);
      const body = {
        access_token: token,
        issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        token_type: 'Bearer',
        expires_in: Math.ceil(tokens.lifetime / 1000),
      };
      response.end(JSON.stringify(body));
    },
    isValid(authorization = '') {
      const [, token = ''] = /^Bearer (\S+)$/.exec(authorization) ?? [];
      return (valid.get(token) ?? -1) > engine.now;
    },
  };
  return tokens;
}
