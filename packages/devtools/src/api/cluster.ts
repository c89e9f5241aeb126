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
  /** Absent: the server runs in no cluster, or its panel does not act on it. */
  cluster?: ClusterReport;
}
