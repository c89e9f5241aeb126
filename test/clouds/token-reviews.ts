import http from 'node:http';
import { listen } from '@gati/test-kit/ports';

/** Server that reviews bearer tokens for an API server of Kubernetes. */
export interface TokenReviews {
  url: string;
  stop(): void;
}

/** Starts a server that accepts the tokens for which `isValid` returns true, all of one user. */
export async function serveTokenReviews(
  username: string,
  isValid: (token: string) => boolean,
): Promise<TokenReviews> {
  const server = http.createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const { apiVersion, spec } = JSON.parse(body) as {
        apiVersion: string;
        spec: { token: string };
      };
      const authenticated = isValid(spec.token);
      const user = { username, groups: ['system:masters'] };
      const status = { authenticated, ...(authenticated && { user }) };
      response
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify({ apiVersion, kind: 'TokenReview', status }));
    });
  });
  return {
    url: `http://127.0.0.1:${await listen(server)}/review`,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}
