import fs from 'node:fs';
import path from 'node:path';

/** Commands of the package manager of an app, as a workflow runs them. */
export interface PackageManager {
  /** Commands that install the packages of the lock file, and change nothing. */
  install: string[];
  /** Prefix of a program of a package: `npx`. */
  execute: string;
  /** Prefix of a script of `package.json`: `npm run`. */
  run: string;
}

const NPM: PackageManager = { install: ['npm ci'], execute: 'npx', run: 'npm run' };

/** Package managers by their lock files. Corepack reads the version from `package.json`. */
const BY_LOCK_FILE: Record<string, PackageManager> = {
  'package-lock.json': NPM,
  'pnpm-lock.yaml': {
    install: ['corepack enable', 'pnpm install --frozen-lockfile'],
    execute: 'pnpm exec',
    run: 'pnpm run',
  },
  'yarn.lock': {
    install: ['corepack enable', 'yarn install --immutable'],
    execute: 'yarn exec',
    run: 'yarn run',
  },
};

/** Finds the package manager of an app by the nearest lock file, from its folder upwards. */
export function findPackageManager(root: string): PackageManager {
  for (let folder = root; ; folder = path.dirname(folder)) {
    for (const [file, manager] of Object.entries(BY_LOCK_FILE))
      if (fs.existsSync(path.join(folder, file))) return manager;
    if (path.dirname(folder) === folder) return { ...NPM, install: ['npm install'] };
  }
}
