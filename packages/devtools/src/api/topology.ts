/** Parts of the app and their calls: response of the read API. */

export interface Topology {
  nodes: TopologyNode[];
  edges: TopologyEdge[];
  /** Traces from which the calls below the handlers are known. */
  sample: number;
}

export type NodeKind =
  | 'client'
  | 'domain'
  | 'handler'
  | 'module'
  | 'database'
  | 'storage'
  | 'host'
  | 'queue'
  | 'effect';

export interface TopologyNode {
  /** `handler:POST /orders` */
  id: string;
  kind: NodeKind;
  name: string;
  /** Path from the root of the project. */
  file?: string;
}

export interface TopologyEdge {
  from: string;
  to: string;
  count: number;
  failed: number;
  /** Counted in the sample of traces, not in all requests. */
  isSampled: boolean;
}
