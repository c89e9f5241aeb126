/** Entry `@gati/devtools/server`: the panel of an app, for the servers that mount it. */
export type { Action, ActionContext } from '../actions/action.ts';
export type { AppFacts, EffectFacts, RouteFacts } from './app-facts.ts';
export { createPanel, type Panel, type PanelOptions } from './panel.ts';
export { createPlaygroundFiles } from './playground/files/create-files.ts';
export type { ClusterOperator, PanelPorts, QueuePort, ReleasesPort } from './ports.ts';
