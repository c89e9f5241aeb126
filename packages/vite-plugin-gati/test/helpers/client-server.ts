import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { listen } from '@gati/test-kit/ports';
import { afterAll, beforeAll, beforeEach } from 'vitest';

export interface Seen {
  method: string;
  url: string;
  headers: http.IncomingHttpHeaders;
  body: string;
}

export type Answer = (request: Seen, response: http.ServerResponse, count: number) => void;

export interface TestServer {
  readonly url: string;
  /** Requests since the test began. */
  readonly seen: Seen[];
  /** Sets the response to the next requests. `count` starts at 1. */
  answer(answer: Answer): void;
}

/** Starts a real server on loopback for the tests of one file. */
export function useServer(): TestServer {
  let answer: Answer = json(200, {});
  const seen: Seen[] = [];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const all: Seen = {
        method: request.method!,
        url: request.url!,
        headers: request.headers,
        body: Buffer.concat(chunks).toString('latin1'),
      };
      seen.push(all);
      answer(all, response, seen.length);
    });
  });
  beforeAll(() => listen(server));
  beforeEach(() => {
    seen.length = 0;
    answer = json(200, {});
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    get url() {
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    seen,
    answer: (next) => void (answer = next),
  };
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };
}

export function send(status: number, contentType: string | undefined, body: string): Answer {
  return (_, response) => {
    response.writeHead(status, contentType === undefined ? {} : { 'content-type': contentType });
    response.end(body);
  };
}

/** Gives these responses one after the other, and repeats the last one. */
export function inTurn(...answers: Answer[]): Answer {
  return (request, response, count) =>
    answers[Math.min(count, answers.length) - 1]!(request, response, count);
}
