import type { Manifest } from '@gati/contract';
import type { BundledPackages } from '../build/bundled-packages.ts';
import type { BundleParts } from '../build/bundle-parts.ts';
import type { PluginContext } from '../context.ts';
import { type History, openHistory } from '../releases/history.ts';

/** State that the sub-plugins of one build share. */
export interface BuildState {
  readonly context: PluginContext;
  /** Whether Vite builds all environments. Otherwise it builds a single one. */
  isAppBuild: boolean;
  /** Version in the files below `.gati`. Set once they are written. */
  generatedVersion?: string;
  /** Manifest of the release. Set once the server is bundled. */
  manifest?: Manifest;
  /** Sizes of the server. Set once it is bundled. */
  parts?: BundleParts;
  /** Packages whose code is in the output of any environment. */
  readonly packages: BundledPackages;
  /** Monotonic milliseconds. */
  readonly startedAt: number;
  /** Assets whose address the server's code contains, by their path in both output folders. */
  publicAssets: string[];
  /** Opens the release store on first use. */
  history(): Promise<History>;
  /** Closes the compiler and the release store. */
  close(): Promise<void>;
}

export function createBuildState(context: PluginContext): BuildState {
  let history: Promise<History> | undefined;
  return {
    context,
    isAppBuild: false,
    packages: new Map(),
    startedAt: performance.now(),
    publicAssets: [],
    history: () => (history ??= openHistory(context.project.root)),
    async close() {
      const opened = history;
      history = undefined;
      await Promise.all([
        context.close(),
        opened?.then(({ store }) => store.close()).catch(() => undefined),
      ]);
    },
  };
}
