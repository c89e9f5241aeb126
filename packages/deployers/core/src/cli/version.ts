import { createRequire } from 'node:module';

/** Version of this package. */
export function version(): string {
  return (createRequire(import.meta.url)('gati-deploy/package.json') as { version: string })
    .version;
}
