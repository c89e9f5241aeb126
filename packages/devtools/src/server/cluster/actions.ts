import type { Schema } from '@gati/contract';
import type { ChangedBy, ClusterPort } from '@gati/runtime-h3/telemetry';
import { type Action, type ActionContext, defineAction } from '../../actions/action.ts';
import { closedObject } from '../../http/check-input.ts';
import { PanelError } from '../../http/problem.ts';
import { withGatiErrors } from '../gati-error.ts';

const MAX_PODS = 1000;
const ROLE: Schema = { type: 'string', pattern: '^[a-z0-9][a-z0-9-]{0,62}$' };
const REVISION: Schema = { type: 'string', pattern: '^[0-9a-f]{10}$' };
const PODS: Schema = { type: 'integer', minimum: 1, maximum: MAX_PODS };

/** Actions of the pages Scaling and Releases that change the cluster. */
export const clusterActions = (cluster: ClusterPort): Action[] => [
  defineAction<{ role: string; min?: number; max?: number }>({
    role: 'operator',
    stepUp: false,
    needsReason: true,
    name: 'cluster.scale',
    summary: 'Changes the number of pods. Without numbers, returns to those of gati.deploy.yaml.',
    schema: closedObject({ role: ROLE, min: PODS, max: PODS }, ['min', 'max']),
    run({ role, min, max = min }, context) {
      if (min !== undefined && max! < min)
        throw new PanelError(400, 'invalid_input', '`max` must not be less than `min`.');
      const pods = min === undefined ? undefined : { min, max: max! };
      return withGatiErrors(() =>
        cluster.scale({ role, ...(pods && { pods }) }, changedBy(context)),
      );
    },
  }),
  defineAction<{ revision: string; live: string }>({
    role: 'operator',
    stepUp: true,
    name: 'cluster.rollback',
    summary: 'Returns to an earlier release in the cluster, with its settings.',
    // Live revision that the page showed, so that the action does not undo a later deploy.
    schema: closedObject({ revision: REVISION, live: REVISION }),
    run: (wanted, context) => withGatiErrors(() => cluster.rollBack(wanted, changedBy(context))),
  }),
];

const changedBy = ({ actor, now, reason = '' }: ActionContext): ChangedBy => ({
  by: actor.name,
  at: now,
  reason,
});
