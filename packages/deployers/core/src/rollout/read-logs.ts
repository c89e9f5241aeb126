import type { Cause } from '../cause/causes.ts';
import type { Cluster } from '../kube/cluster.ts';

const LINES = 20;

/** Returns the last log lines that explain a cause. */
export async function readLogs(
  cluster: Cluster,
  namespace: string,
  { logsOf }: Pick<Cause, 'logsOf'>,
): Promise<string[]> {
  if (!logsOf) return [];
  const path = `api/v1/namespaces/${namespace}/pods/${logsOf.pod}/log`;
  const query = { container: 'app', tailLines: String(LINES), limitBytes: '16384' };
  const read = (previous: boolean): Promise<string | undefined> =>
    cluster.text(path, { ...query, ...(previous && { previous: 'true' }) });
  // The pod may have started again after its state was read.
  const text = (await read(logsOf.isPrevious)) ?? (await read(!logsOf.isPrevious)) ?? '';
  return text.trim() === '' ? [] : text.trim().split('\n').slice(-LINES);
}
