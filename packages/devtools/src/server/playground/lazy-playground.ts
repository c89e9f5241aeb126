import type { Playground, PlaygroundOptions } from './playground.ts';

/** Creates a playground whose code is loaded by its first request. */
export function createLazyPlayground(options: PlaygroundOptions): Playground {
  let loaded: Promise<Playground> | undefined;
  return {
    async handle(path, call) {
      loaded ??= import('./playground.ts').then(({ createPlayground }) =>
        createPlayground(options),
      );
      return (await loaded).handle(path, call);
    },
    close: () => void loaded?.then((playground) => playground.close()),
  };
}
