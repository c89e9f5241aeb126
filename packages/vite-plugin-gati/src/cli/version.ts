import { createRequire } from 'node:module';

/** Returns the version of this package. It is found by name, so sources and `dist` both work. */
export function version(): string {
  const { version } = createRequire(import.meta.url)('vite-plugin-gati/package.json') as {
    version: string;
  };
  return version;
}
