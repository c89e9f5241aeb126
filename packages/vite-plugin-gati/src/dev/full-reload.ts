import type { HotPayload, RunnableDevEnvironment } from 'vite';

/**
 * Calls `reload` instead of the full reload that Vite or a plugin sends to an environment, for
 * example after an edit of `tsconfig.json`. Vite's module runner would run every module again, but
 * the dev app would keep the old ones, and both would exist at the same time.
 */
export function replaceFullReload(environment: RunnableDevEnvironment, reload: () => void): void {
  const { hot } = environment;
  const send = hot.send.bind(hot) as (...args: unknown[]) => void;
  // Relies on: a full reload reaches the module runner through `hot.send` of its environment.
  hot.send = (...args: unknown[]) => {
    const [payload] = args as [HotPayload | string];
    if (typeof payload === 'object' && payload.type === 'full-reload') reload();
    else send(...args);
  };
}
