import type { Settings } from '../config/settings.ts';
import type { Target } from './target.ts';

/** Role of the pod that migrates the database. */
export const MIGRATE = 'migrate';
/** Seconds after which the cluster removes the Job. */
const KEPT = 86_400;

export const migrateJobName = ({ app }: Target, revision: string): string =>
  `${app}-${MIGRATE}-${revision}`;

/** Whether all pods have the same database. A database in a file belongs to one pod. */
export function hasSharedDatabase({ env = {} }: Settings): boolean {
  const url = env['GATI_DATABASE'];
  return typeof url === 'object' || (url !== undefined && !String(url).startsWith('sqlite:'));
}

/**
 * Returns the spec of the Job that applies the migrations of a release, once.
 *
 * @param pod spec of the pods that serve the release
 * @param deadline seconds
 */
export function createMigrateSpec(
  { labels, pod }: { labels: Record<string, string>; pod: Record<string, unknown> },
  deadline: number,
): object {
  const {
    containers,
    terminationGracePeriodSeconds: _,
    ...rest
  } = pod as {
    containers: Record<string, unknown>[];
    terminationGracePeriodSeconds: number;
  };
  const [container] = containers;
  const { lifecycle: __, startupProbe: ___, readinessProbe, livenessProbe, ...app } = container!;
  // Some clusters reject containers without probes. These probes would start only at the deadline.
  const late = (probe: unknown): object => ({
    ...(probe as object),
    initialDelaySeconds: deadline,
  });
  const probes = {
    readinessProbe: late(readinessProbe),
    livenessProbe: late(livenessProbe),
  };
  return {
    backoffLimit: 0,
    activeDeadlineSeconds: deadline,
    ttlSecondsAfterFinished: KEPT,
    template: {
      metadata: { labels },
      spec: {
        ...rest,
        restartPolicy: 'Never',
        containers: [{ ...app, ...probes, args: ['server/index.mjs', 'migrate'] }],
      },
    },
  };
}
