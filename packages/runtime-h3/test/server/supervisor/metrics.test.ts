import { until } from '@gati/test-kit/wait';
import { expect, test } from 'vitest';
import { useServer } from '../helpers/harness.ts';
import { type ParsedFamily, parseOpenMetrics } from '../../helpers/parse-openmetrics.ts';

const server = useServer();

async function scrape(url: string): Promise<Map<string, ParsedFamily>> {
  const response = await fetch(`${url}/metrics`, {
    headers: { accept: 'application/openmetrics-text; version=1.0.0' },
  });
  expect(response.headers.get('content-type')).toBe(
    'application/openmetrics-text; version=1.0.0; charset=utf-8',
  );
  expect(response.headers.get('vary')).toBe('Accept');
  return parseOpenMetrics(await response.text());
}

const hellos = (families: Map<string, ParsedFamily>): number =>
  families
    .get('http_server_request_duration_seconds')!
    .samples.filter(
      ({ name, labels }) => name.endsWith('_count') && labels['http_route'] === '/hello',
    )
    .reduce((sum, { value }) => sum + value, 0);

const call = async (url: string, count: number): Promise<number> => {
  let pid = 0;
  for (let n = 0; n < count; n++) {
    const response = await fetch(`${url}/hello`, { headers: { connection: 'close' } });
    ({ pid } = (await response.json()) as { pid: number });
  }
  return pid;
};

test('/metrics is valid OpenMetrics with exemplars, and has every route and process', async () => {
  const { url, stdout } = await server.start({ GATI_WORKERS: '2' });
  await call(url, 5);
  const families = await scrape(url);
  expect(hellos(families)).toBe(5);
  const exemplars = families
    .get('http_server_request_duration_seconds')!
    .samples.flatMap(({ exemplar }) => exemplar ?? []);
  expect(exemplars.length).toBeGreaterThan(0);
  // The access log has the request of each exemplar.
  await until('the log has the request', () =>
    stdout().includes(exemplars[0]!.labels['trace_id']!),
  );
  expect(Math.abs(exemplars[0]!.time! - Date.now() / 1000)).toBeLessThan(600);
  const routes = families.get('gati_route')!.samples.map(({ labels }) => labels['http_route']);
  expect(routes).toEqual(expect.arrayContaining(['/hello', '/jobs', '/payments/total']));
  const processes = families
    .get('process_cpu_seconds')!
    .samples.map(({ labels }) => labels['process']);
  expect(processes).toEqual(expect.arrayContaining(['supervisor', 'http']));
  expect(families.get('gati_release_workers')!.samples[0]!.labels).toMatchObject({
    version: '1.2.3',
    current: 'true',
  });
  expect(families.get('gati_module_healthy')!.samples).toMatchObject([{ value: 1 }]);
});

test('counters do not fall when workers are replaced or killed', async () => {
  const { url, child, seen } = await server.start();
  await call(url, 3);
  expect(hellos(await scrape(url))).toBe(3);
  await call(url, 4);
  // The worker counted requests after the last scrape.
  child.kill('SIGUSR2');
  await seen('"msg":"rolled"');
  const pid = await call(url, 1);
  await until('the counts of the replaced worker are there', async () => {
    return hellos(await scrape(url)) === 8;
  });
  process.kill(pid, 'SIGKILL');
  await until('another worker responds', async () => (await call(url, 1)) !== pid);
  expect(hellos(await scrape(url))).toBeGreaterThanOrEqual(9);
});
