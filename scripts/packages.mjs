// `npm run packages -- [names…]`: installs popular server packages from npm, and requests a handler of
// each in development and from a moved build. Without names, it writes docs/reference/packages.md.
// GATI_PACKAGES_APP names a folder that keeps the installation for the next run.
import { bin, buildPackages, ensureInstalled, needNode, root, start } from './lib/steps.mjs';

needNode();
await ensureInstalled();
await buildPackages();
const names = process.argv.slice(2);
const child = start(
  process.execPath,
  [bin('vitest/vitest.mjs'), 'run', '--config', 'test/packages/vitest.config.ts'],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...(names.length > 0 && { GATI_PACKAGES: names.join(',') }) },
  },
);
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
