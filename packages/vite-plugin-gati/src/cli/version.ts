import { createRequire } from 'node:module';

/** The version of this package. Its own name finds it from the sources and from `dist` alike. */
export function version(): string {
  const { version } = createRequire(import.meta.url)('vite-plugin-gati/package.json') as {
    version: string;
  };
  return version;
}
