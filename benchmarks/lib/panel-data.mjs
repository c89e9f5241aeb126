// Telemetry for the benchmark of the panel.

const HOUR = 3_600_000;

/** Writes a month of metrics: a request of each series in each hour. */
export function writeMonth(store, { now, series, days = 30 }) {
  const routes = Array.from(
    { length: Math.ceil(series / 3) },
    (_, n) => `/domain${n % 20}/route${n}`,
  );
  for (let time = now - days * 24 * HOUR; time < now; time += HOUR) {
    const requests = [];
    for (const [n, route] of routes.entries())
      for (const status of [200, 404, 500])
        requests.push({
          traceId: '0'.repeat(31) + '1',
          spanId: '0'.repeat(15) + '1',
          time: time + ((n * 7919) % HOUR),
          us: 200 * 2 ** ((n + status) % 12),
          method: 'GET',
          route,
          path: route,
          version: '1.0.0',
          status,
          pid: 1,
        });
    store.write({ requests, spans: [], logs: [] });
  }
}

/** A source of many log lines and of one trace with many spans. */
export function createFakeSource({ now, lines, spans }) {
  const lineAt = (index) => ({
    time: now - index,
    level: ['info', 'info', 'info', 'warn', 'error'][index % 5],
    message: `line ${index}`,
    pid: 1,
    traceId: 'a'.repeat(32),
    route: 'GET /orders/:id',
    version: '1.0.0',
    fields: { order: index, note: 'x'.repeat(index % 90) },
  });
  const hex = (number, digits) => number.toString(16).padStart(digits, '0');
  return {
    traces: async () => ({ items: [] }),
    trace: async (traceId) => ({
      traceId,
      requests: [
        {
          traceId,
          spanId: hex(1, 16),
          time: now,
          us: 10_000_000,
          method: 'GET',
          route: '/orders/:id',
          path: '/orders/1',
          version: '1.0.0',
          status: 200,
          pid: 1,
        },
      ],
      runs: [],
      logs: [],
      spans: Array.from({ length: spans }, (_, n) => ({
        traceId,
        spanId: hex(n + 2, 16),
        parentId: hex(n % 10 === 0 ? 1 : n + 1, 16),
        name: `orders.step${n}`,
        kind: 'internal',
        start: now - 10_000 + n,
        us: 900 + (n % 100) * 50,
        attributes: { 'gati.module': 'orders', n },
      })),
    }),
    logs: async ({ limit, cursor = '0' }) => {
      const first = Number(cursor);
      const last = Math.min(lines, first + limit);
      const items = Array.from({ length: last - first }, (_, n) => lineAt(first + n));
      return last < lines ? { items, next: String(last) } : { items };
    },
    logVolume: async () => [],
    metrics: async () => [],
    errors: async () => ({ items: [] }),
  };
}
