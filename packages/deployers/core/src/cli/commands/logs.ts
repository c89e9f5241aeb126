import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { usageError } from '@gati/runtime-h3/command';
import { LABELS } from '../../objects/labels.ts';
import { liveRevision } from '../../plan/live-state.ts';
import { type Call, OK } from '../command.ts';
import type { Destination } from '../deploy-step.ts';
import { notDeployedError, readDeployed } from '../read-deployed.ts';

const LINES = 100;
const LINES_LIMIT = 10_000;
/** Milliseconds between two searches for new pods. */
const INTERVAL = 2000;

/** `gati-deploy logs [ENV]`: prints the logs of the live pods. */
export async function run(call: Call): Promise<number> {
  const { reporter, words, options } = call;
  const deployed = await readDeployed(call, words[0]);
  if (liveRevision(deployed.state) === undefined) throw notDeployedError(deployed.target);
  const isFollowing = options['follow'] === true;
  const query: Record<string, string> = {
    container: 'app',
    tailLines: String(lineCount(options['lines'])),
    ...(isFollowing && { follow: 'true' }),
    ...(options['previous'] === true && { previous: 'true' }),
  };
  const open = new Map<string, Promise<number | undefined>>();
  let lines = 0;
  for (;;) {
    for (const name of await namesOfPods(deployed)) {
      if (open.has(name)) continue;
      const printed = printLog(call, deployed, name, query);
      open.set(name, printed);
      // The container has not started yet, so the next search tries again.
      void printed.then((count) => count ?? open.delete(name));
    }
    // The log of a pod that starts later is printed from its beginning.
    delete query['tailLines'];
    if (!isFollowing) break;
    await sleep(INTERVAL);
  }
  for (const count of await Promise.all(open.values())) lines += count ?? 0;
  reporter.document({ pods: [...open.keys()], lines });
  return OK;
}

function lineCount(value: unknown): number {
  if (value === undefined) return LINES;
  const count = Number(value);
  if (Number.isSafeInteger(count) && count >= 0 && count <= LINES_LIMIT) return count;
  throw usageError(
    `--lines must be a number from 0 to ${LINES_LIMIT}`,
    'Use `--lines 100`, for example.',
  );
}

/** Pods of all revisions, so that `--follow` shows a release from its start. */
async function namesOfPods({ cluster, target }: Destination): Promise<string[]> {
  const pods = await cluster.list(`api/v1/namespaces/${target.namespace}/pods`, {
    labelSelector: `${LABELS.app}=${target.app},${LABELS.environment}=${target.environment}`,
  });
  return pods.map(({ metadata }) => metadata.name).sort();
}

async function printLog(
  { reporter }: Call,
  { cluster, target }: Destination,
  pod: string,
  query: Record<string, string>,
): Promise<number | undefined> {
  const path = `api/v1/namespaces/${target.namespace}/pods/${pod}/log`;
  const body = await cluster.stream(path, { ...query });
  if (!body) return undefined;
  body.on('error', () => {}); // The API server ended the connection.
  let count = 0;
  for await (const line of createInterface({ input: body })) {
    count++;
    reporter.line(`${reporter.style.dim(pod)} ${line}`);
    reporter.event('log', { pod, line });
  }
  return count;
}
