import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { root } from '@gati/test-kit/repository';
import { runProcess } from '@gati/test-kit/processes';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { OUTSIDE_CACHE } from '../../servers/outside-cache.ts';

/** Why the packages are not there. */
export interface NotInstalled {
  reason: string;
}

/**
 * Installs packages from npm into a folder that all checkouts share, once for each set of versions.
 * Developer tools of several versions can't be installed side by side in this repository.
 *
 * @param packages `name@version`
 */
export async function installOnce(packages: readonly string[]): Promise<string | NotInstalled> {
  const hash = createHash('sha256').update(packages.join(' ')).digest('hex').slice(0, 16);
  const folder = path.join(OUTSIDE_CACHE, `npm-${hash}`);
  const done = path.join(folder, 'installed');
  if (fs.existsSync(done)) return path.join(folder, 'node_modules');
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'package.json'), '{"private":true}');
  // The peers of previews exclude each other.
  const flags = ['--legacy-peer-deps', '--ignore-scripts', '--no-audit', '--no-fund'];
  const { code, stderr } = await runProcess('npm', ['install', ...flags, ...packages], {
    cwd: folder,
  });
  if (code !== 0) return { reason: `npm install failed: ${stderr.slice(0, 300)}` };
  fs.writeFileSync(done, '');
  return path.join(folder, 'node_modules');
}

/**
 * Copies a playground, with packages of another folder in place of those of this repository. The
 * packages of Gati are copies too, so that they import the app's Vite.
 */
export function copyAppWith(playground: string, packages: string): string {
  const app = temporaryFolder(path.basename(playground));
  fs.cpSync(path.join(root, playground), app, {
    recursive: true,
    filter: (from) => !/[\\/](?:node_modules|dist|sdk|\.gati)$/.test(from),
  });
  const own = path.join(app, 'node_modules');
  const copies = {
    'vite-plugin-gati': 'vite-plugin-gati',
    '@gati/contract': 'contract',
    '@gati/devtools': 'devtools',
    '@gati/runtime-h3': 'runtime-h3',
  };
  for (const [name, folder] of Object.entries(copies)) {
    const from = path.join(root, 'packages', folder);
    fs.cpSync(from, path.join(own, name), {
      recursive: true,
      filter: (each) => !/^[\\/](?:src|test)(?:[\\/]|$)/.test(each.slice(from.length)),
    });
  }
  for (const folder of [packages, path.join(root, 'node_modules')]) link(folder, own);
  return app;
}

/** Links the packages of a folder that the other one does not have. */
function link(from: string, to: string): void {
  for (const name of fs.readdirSync(from)) {
    if (name.startsWith('.')) continue;
    if (name.startsWith('@')) {
      fs.mkdirSync(path.join(to, name), { recursive: true });
      link(path.join(from, name), path.join(to, name));
    } else if (!fs.existsSync(path.join(to, name)))
      fs.symlinkSync(path.join(from, name), path.join(to, name), 'dir');
  }
}
