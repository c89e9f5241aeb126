import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { sendRaw } from '@gati/test-kit/sockets';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeSharedHead } from '../../../src/app/adapters/reused-head.ts';
import type { SharedHeaders } from '../../../src/types/exchange.ts';
import { bundle } from '../../helpers/bundle.ts';
import { overNode, type Target } from '../../helpers/target.ts';

const newResponse = (): ServerResponse => {
  const req = new IncomingMessage(new Socket());
  Object.assign(req, { method: 'GET', httpVersionMajor: 1, httpVersionMinor: 1 });
  return new ServerResponse(req);
};
const headOf = (res: ServerResponse): unknown => (res as { _header?: unknown })['_header'];
const withoutDate = (text: unknown): string => String(text).replaceAll(/Date: .*/g, 'Date: now');

test('writes the head that Node would write, with the id and the length of each response', () => {
  const list = ['content-type', 'application/json', 'vary', 'X-API-Version'];
  const shared: SharedHeaders = { list, head: undefined, until: 0 };
  const write = (id: string, length: number, now: number): ServerResponse => {
    const res = newResponse();
    writeSharedHead(res, 201, shared, id, length, now);
    return res;
  };
  write('first', 1, 0);
  expect({ kept: shared.head, isPositive: shared.until > 0 }).toEqual({ isPositive: true });
  write('second', 22, 0);
  expect(shared.head).toBeDefined();
  const third = write('third', 333, 0);
  const expected = newResponse();
  expected.writeHead(201, [...list, 'x-request-id', 'third', 'content-length', '333']);
  expect(withoutDate(headOf(third))).toBe(withoutDate(headOf(expected)));
  expect([third.statusCode, third.statusMessage]).toEqual([201, 'Created']);
  write('fourth', 4, shared.until);
  expect(shared.head, 'the Date of the next second differs').toBeUndefined();
});

let usual: Target;
let reusing: Target;
beforeAll(async () => {
  const release = bundle({
    'GET /json': { handler: () => ({ ok: true }) },
    'GET /utf8': { handler: () => ({ text: 'é' }) },
    'GET /large': { handler: () => ({ text: 'x'.repeat(5000) }) },
    'GET /nothing': { handler: () => undefined },
    'GET /own': { handler: (_req, res) => (res.headers.set('x-own', '1'), { ok: true }) },
    'GET /login': { handler: (_req, res) => ((res.status = 401), { ok: false }) },
    'GET /body': { handler: (req) => ({ got: req.body ?? null }) },
    'POST /json': { handler: (req, res) => ((res.status = 201), req.body) },
  });
  const options = { cors: { origins: ['https://a.example'] } };
  usual = await overNode(release, options);
  reusing = await overNode(release, { ...options, reusesHeads: true });
});
afterAll(() => Promise.all([usual.close(), reusing.close()]));

const request = (line: string, headers = '', body = ''): string =>
  `${line} HTTP/1.1\r\nHost: x\r\n${headers}\r\n${body}`;
const JSON_BODY = 'Content-Type: application/json\r\nContent-Length: 7\r\n';

test.each([
  ['GET /json', ''],
  ['GET /json', 'X-Request-Id: mine:1\r\n'],
  ['GET /json', 'Origin: https://a.example\r\n'],
  ['HEAD /json', ''],
  ['GET /utf8', ''],
  ['GET /large', ''],
  ['GET /nothing', ''],
  ['GET /own', ''],
  ['GET /login', ''],
  ['GET /missing', ''],
  ['GET /body', JSON_BODY, '{"a":1}'],
  ['POST /json', JSON_BODY, '{"a":1}'],
  ['POST /json', `${JSON_BODY}Expect: 100-continue\r\n`, '{"a":1}'],
])(
  'sends the same bytes for %s with %j as without reused heads',
  async (line, headers, body = '') => {
    // The first two requests make the head that the next ones may reuse.
    const bytes =
      request(line, headers, body).repeat(4) + request('GET /json', 'Connection: close\r\n');
    const responses = await Promise.all(
      [usual, reusing].map(async ({ port }) =>
        withoutDate(await sendRaw(port, [bytes])).replaceAll(/x-request-id: [\da-f]{32}/g, 'an id'),
      ),
    );
    expect(responses[1]).toBe(responses[0]);
    expect(responses[1]?.match(/HTTP\/1\.1 [2-5]/g)).toHaveLength(5);
  },
);
