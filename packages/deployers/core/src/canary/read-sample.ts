import { isObject } from '@gati/contract/data';
import type { Cluster } from '../kube/cluster.ts';
import { hideSetup } from '../rollout/read-logs.ts';
import { type Worse } from './comparison.ts';
import { NO_ROUTE } from './parse-metrics.ts';

/** Log lines of each pod that are searched. */
const LINES = '2000';
const LOG_LIMIT = 2 * 1_048_576;
const SHOWN = 20;

/** Finds a request that shows why a route is worse: its trace, and its log lines. */
export async function readSample(
  cluster: Cluster,
  namespace: string,
  pods: string[],
  worse: Worse,
): Promise<{ trace?: string; lines: string[] }> {
  for (const pod of pods) {
    const path = `api/v1/namespaces/${namespace}/pods/${pod}/log`;
    const text = await cluster.text(path, { container: 'app', tailLines: LINES }, LOG_LIMIT);
    const lines = hideSetup(text ?? '').split('\n');
    const trace = lines.map((line) => traceOf(line, worse)).findLast((each) => each !== undefined);
    if (trace !== undefined)
      return { trace, lines: lines.filter((line) => line.includes(trace)).slice(-SHOWN) };
  }
  return { lines: [] };
}

/** Returns the trace of the line of a bad request. */
function traceOf(line: string, { route, kind, slowerThan = 0 }: Worse): string | undefined {
  if (!line.includes('"request"')) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const { msg, method, route: path, status, us, traceId } = value;
  if (msg !== 'request' || typeof traceId !== 'string' || !/^[\da-f]{32}$/.test(traceId))
    return undefined;
  const own = typeof path === 'string' && path !== '' ? `${String(method)} ${path}` : NO_ROUTE;
  const isBad =
    kind === 'slow' ? Number(us) > slowerThan * 1e6 : String(status).startsWith(kind[0]!);
  return own === route && isBad ? traceId : undefined;
}
