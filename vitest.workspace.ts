import { fileURLToPath } from 'node:url';
import { defineProject } from 'vitest/config';

const source = (path: string): string => fileURLToPath(new URL(`packages/${path}`, import.meta.url));

/** Unit tests run against the sources; what runs against `dist` or packed packages lives in `test/`. */
const alias = [
  { find: /^@gati\/contract$/, replacement: source('contract/src/index.ts') },
  { find: /^@gati\/runtime-h3$/, replacement: source('runtime-h3/src/index.ts') },
  { find: /^@gati\/runtime-h3\/app$/, replacement: source('runtime-h3/src/app/index.ts') },
  { find: /^@gati\/runtime-h3\/server$/, replacement: source('runtime-h3/src/server/index.ts') },
  { find: /^@gati\/runtime-h3\/test$/, replacement: source('runtime-h3/src/test.ts') },
];

const unit = (name: string): ReturnType<typeof defineProject> =>
  defineProject({
    resolve: { alias },
    test: { name, root: `packages/${name}`, include: ['test/**/*.test.ts'], environment: 'node', testTimeout: 20_000 },
  });

/** The test projects; `vitest.config.ts` takes its list from here. */
export default [unit('contract'), unit('runtime-h3'), unit('vite-plugin-gati'), unit('create-gati')];
