import { describe, expect, test } from 'vitest';
import { Comparison, type Worse } from '../../src/canary/comparison.ts';
import { parseMetrics, type PodMetrics } from '../../src/canary/parse-metrics.ts';

/** Text of a pod's `/metrics` after requests. */
function print(counts: Record<string, number>, seconds = 0.002): PodMetrics {
  const name = 'http_server_request_duration_seconds';
  const lines = Object.entries(counts).flatMap(([key, count]) => {
    const [method, path, status] = key.split(' ');
    const labels = `http_request_method="${method}",http_route="${path}",http_response_status_code="${status}",version="1.0.0"`;
    const buckets = [0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064].map(
      (le) => `${name}_bucket{${labels},le="${le}"} ${le >= seconds ? count : 0}`,
    );
    return [
      ...buckets,
      `${name}_bucket{${labels},le="+Inf"} ${count}`,
      `${name}_count{${labels}} ${count}`,
    ];
  });
  const info = `gati_route_info{http_request_method="GET",http_route="/a",version="1.0.0",kind="http"} 1`;
  return parseMetrics([...lines, info].join('\n'));
}

const compare = (rounds: [old: PodMetrics, next: PodMetrics][]): Worse[] => {
  const comparison = new Comparison();
  let worse: Worse[] = [];
  for (const [old, next] of rounds)
    worse = comparison.add(new Map([['old', old]]), new Map([['next', next]]));
  return worse;
};

describe('a comparison of two releases', () => {
  test('names the route with errors, and ignores what was served before it', () => {
    const worse = compare([
      [print({ 'GET /a 200': 1000, 'GET /b 200': 10 }), print({ 'GET /a 500': 50 })],
      [
        print({ 'GET /a 200': 2000, 'GET /b 200': 1000 }),
        print({ 'GET /a 500': 50, 'GET /a 200': 300, 'GET /b 200': 80, 'GET /b 503': 20 }),
      ],
    ]);
    expect(worse).toHaveLength(1);
    expect(worse[0]).toMatchObject({
      route: 'GET /b',
      kind: '5xx',
      old: { requests: 990, bad: 0 },
      next: { requests: 100, bad: 20 },
    });
  });

  test('sees errors of clients, and requests that no route matches any more', () => {
    const worse = compare([
      [print({}), print({})],
      [
        print({ 'GET /a 200': 900, 'GET  404': 10 }),
        print({ 'GET /a 400': 40, 'GET /a 200': 60, 'GET  404': 50 }),
      ],
    ]);
    expect(worse.map(({ route, kind }) => [route, kind]).sort()).toEqual([
      ['GET /a', '4xx'],
      ['no route', '4xx'],
    ]);
  });

  test('sees that a route takes longer, after its code is warm', () => {
    const rounds = (seconds: number): [PodMetrics, PodMetrics][] =>
      [100, 200, 400, 800].map((count) => [
        print({ 'GET /a 200': count }),
        print({ 'GET /a 200': count }, count === 100 ? 0.06 : seconds),
      ]);
    expect(compare(rounds(0.002))).toEqual([]);
    expect(compare(rounds(0.06))).toMatchObject([{ kind: 'slow', slowerThan: 0.004 }]);
  });

  test('counts a server that started again from zero', () => {
    expect(
      compare([
        [print({ 'GET /a 200': 100 }), print({ 'GET /a 500': 100 })],
        [print({ 'GET /a 200': 200 }), print({ 'GET /a 200': 50 })],
      ]),
    ).toEqual([]);
  });
});

test('labels of metrics may contain quotes and backslashes', () => {
  const line =
    'http_server_request_duration_seconds_count{http_request_method="GET",http_route="/a\\"\\\\b",http_response_status_code="200"} 3';
  expect([...parseMetrics(line).routes.keys()]).toEqual(['GET /a"\\b']);
});
