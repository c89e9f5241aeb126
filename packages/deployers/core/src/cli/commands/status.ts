import { printTable } from '@gati/runtime-h3/command';
import { findCauses } from '../../cause/find-causes.ts';
import { readSnapshot } from '../../cause/snapshot.ts';
import { findLive, listDeployments, liveRevision } from '../../plan/live-state.ts';
import { type Call, FINDING, OK } from '../command.ts';
import { readDeployed } from '../read-deployed.ts';

const COLUMNS = ['', 'version', 'revision', 'role', 'pods', 'release', 'since'].map((title) => ({
  title,
}));

/** `gati-deploy status [ENV]`: lists the revisions, and the reasons why pods are not ready. */
export async function run(call: Call): Promise<number> {
  const { reporter, words } = call;
  const { cluster, target, state, notes } = await readDeployed(call, words[0]);
  const live = liveRevision(state);
  const called = new Set(findLive(state)?.modulePods?.map(({ name }) => name));
  const revisions = await Promise.all(
    listDeployments(state).map(async ({ deployment, ...facts }) => {
      const isRunning = facts.replicas > 0;
      const { role, revision } = facts;
      const name = { deployment: deployment.metadata.name, role, revision };
      const causes = isRunning
        ? findCauses(await readSnapshot(cluster, target.namespace, name))
        : [];
      const since = deployment.metadata.creationTimestamp ?? '';
      return {
        ...facts,
        isLive: facts.revision === live || called.has(name.deployment),
        since,
        causes,
      };
    }),
  );
  if (revisions.length === 0) reporter.line(`${target.app} is not deployed in ${target.namespace}`);
  else {
    const rows = revisions.map(
      ({ isLive, version, revision, role, ready, replicas, release, since }) => [
        isLive ? 'live' : '',
        version,
        revision,
        role,
        `${ready}/${replicas}`,
        release,
        since,
      ],
    );
    for (const line of printTable(COLUMNS, rows, reporter.style)) reporter.line(line);
  }
  for (const note of notes) reporter.line(note);
  for (const { code, object, why, fix } of revisions.flatMap(({ causes }) => causes)) {
    reporter.line(`${reporter.style.yellow(code)} ${object}: ${why}`);
    reporter.line(`  ${fix}`);
  }
  reporter.document({
    app: target.app,
    environment: target.environment,
    namespace: target.namespace,
    live: live ?? null,
    notes,
    revisions,
  });
  const serving = revisions.filter(({ isLive }) => isLive);
  const isWell = serving.every(
    ({ ready, replicas, causes }) => ready >= replicas && causes.length === 0,
  );
  return serving.length > 0 && isWell ? OK : FINDING;
}
