import type { Cause } from '../cause/causes.ts';
import type { Cluster } from '../kube/cluster.ts';

const LINES = 20;

/** Hides the link that gives its reader the panel, since the output of a deploy may be public. */
export const hideSetup = (text: string): string => text.replaceAll(/#setup=[\w-]+/g, '#setup=…');

/** Returns the last log lines that explain a cause. */
export async function readLogs(
  cluster: Cluster,
  namespace: string,
  { logsOf }: Pick<Cause, 'logsOf'>,
): Promise<string[]> {
  if (!logsOf) return [];
  const path = `api/v1/namespaces/${namespace}/pods/${logsOf.pod}/log`;
  const query = { container: logsOf.container, tailLines: String(LINES), limitBytes: '16384' };
  const read = (previous: boolean): Promise<string | undefined> =>
    cluster.text(path, { ...query, ...(previous && { previous: 'true' }) });
  // The container may have started again after its state was read, with an empty log.
  const text = (await read(logsOf.isPrevious)) || (await read(!logsOf.isPrevious)) || '';
  const safe = hideSetup(text.trim());
  return safe === '' ? [] : safe.split('\n').slice(-LINES);
}
