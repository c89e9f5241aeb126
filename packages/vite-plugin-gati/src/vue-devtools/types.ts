/**
 * The parts of `@vue/devtools-api` that are used, as versions 8.2 and 9 have them. The app gives its
 * own copy of that package, so this one needs no dependency.
 */

export type SetupDevtoolsPlugin = (
  descriptor: { id: string; label: string; packageName: string; app: object },
  setup: (api: DevtoolsApi) => void,
) => void;

export interface DevtoolsApi {
  now(): number;
  addTimelineLayer(layer: { id: string; label: string; color: number }): void;
  addTimelineEvent(event: { layerId: string; event: TimelineEvent }): void;
  addInspector(inspector: InspectorOptions): void;
  sendInspectorTree(id: string): void;
  sendInspectorState(id: string): void;
  on: {
    getInspectorTree(handler: (payload: TreePayload) => void): void;
    getInspectorState(handler: (payload: StatePayload) => void): void;
  };
}

export interface TimelineEvent {
  time: number;
  title: string;
  subtitle?: string;
  data: Record<string, unknown>;
  logType?: 'default' | 'warning' | 'error';
  groupId: number;
}

export interface InspectorOptions {
  id: string;
  label: string;
  icon: string;
  treeFilterPlaceholder: string;
  nodeActions: { icon: string; tooltip: string; action(nodeId: string): void }[];
}

export interface TreePayload {
  inspectorId: string;
  filter?: string;
  rootNodes: InspectorNode[];
}

export interface InspectorNode {
  id: string;
  label: string;
  tags?: { label: string; textColor: number; backgroundColor: number }[];
  children?: InspectorNode[];
}

export interface StatePayload {
  inspectorId: string;
  nodeId: string;
  state: Record<string, { key: string; value: unknown }[]>;
}
