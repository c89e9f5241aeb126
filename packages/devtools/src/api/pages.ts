/** A page of the panel and its link in the navigation. */
export interface PanelPage {
  /** First segment of its path below `/_control/`; empty for the first page. */
  path: string;
  /** Text of the link. */
  title: string;
  /** Whether the page begins a group of the navigation. */
  startsGroup?: boolean;
}

/** The pages in the order of the navigation. */
export const PAGES: readonly PanelPage[] = [
  { path: '', title: 'Overview' },
  { path: 'topology', title: 'Topology' },
  { path: 'routes', title: 'Routes', startsGroup: true },
  { path: 'playground', title: 'Playground' },
  { path: 'traces', title: 'Traces', startsGroup: true },
  { path: 'errors', title: 'Errors' },
  { path: 'logs', title: 'Logs' },
  { path: 'metrics', title: 'Metrics' },
  { path: 'releases', title: 'Releases', startsGroup: true },
  { path: 'effects', title: 'Effects' },
  { path: 'modules', title: 'Modules' },
  { path: 'scaling', title: 'Scaling' },
  { path: 'config', title: 'Config' },
  { path: 'access', title: 'Access', startsGroup: true },
];
