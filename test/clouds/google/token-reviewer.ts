import http from 'node:http';
import { listen } from '@gati/test-kit/ports';
import type { Tokens } from './tokens.ts';

export interface TokenReviewer {
  url: string;
  /** Number of tokens that were accepted and rejected. */
  accepted: number;
  rejected: number;
  stop(): void;
}

/** Starts a server that reviews tokens as GKE does: each is an access token of Google. */
export async function startTokenReviewer(tokens: () => Tokens): Promise<TokenReviewer> {
  const reviewer: TokenReviewer = {
    url: '',
    accepted: 0,
    rejected: 0,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
  const server = http.createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const { apiVersion, spec } = JSON.parse(body) as {
        apiVersion: string;
        spec: { token: string };
      };
      const authenticated = tokens().isValid(`Bearer ${spec.token}`);
      if (authenticated) reviewer.accepted++;
      else reviewer.rejected++;
      const user = { username: 'ada@shop-1.iam.gserviceaccount.com', groups: ['system:masters'] };
      const status = { authenticated, ...(authenticated && { user }) };
      response
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify({ apiVersion, kind: 'TokenReview', status }));
    });
  });
  reviewer.url = `http://127.0.0.1:${await listen(server)}/review`;
  return reviewer;
}
