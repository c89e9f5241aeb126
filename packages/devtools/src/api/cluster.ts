/** The cluster that the app runs in: response of the read API. */
import type { ClusterReport } from '@gati/runtime-h3/telemetry';

export type {
  ClusterChange,
  ClusterPod,
  ClusterReport,
  ClusterRevision,
  ClusterRole,
} from '@gati/runtime-h3/telemetry';

/** Response of `GET cluster`. */
export interface ClusterState {
  /** Absent if the server does not run in a cluster, or if its panel may not act on the cluster. */
  cluster?: ClusterReport;
}
