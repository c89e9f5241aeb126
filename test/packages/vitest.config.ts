import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const kit = fileURLToPath(new URL('../kit/$1.ts', import.meta.url));

/** Not a project of the workspace: it installs from npm, so it runs by `npm run packages` alone. */
export default defineConfig({
  resolve: { alias: [{ find: /^@gati\/test-kit\/(.+)$/, replacement: kit }] },
  test: {
    name: 'packages',
    dir: import.meta.dirname,
    environment: 'node',
    testTimeout: 60_000,
    hookTimeout: 900_000,
  },
});
