// Builds a base image like distroless without pulling one: Node from npm, the shared libraries that
// it needs, and CA certificates.
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { createFolder } from '@gati/test-kit/files';

const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';

/**
 * Imports the base image into an engine, under the same name each time.
 *
 * @param {{ docker(args: string[], options?: object): string }} engine
 * @param {string} cache folder for Node, which stays after the test run
 * @returns {string} name of the image
 */
export function importBaseImage(engine, cache, major = 24) {
  const name = `gati-test-node:${major}`;
  const node = installNode(cache, major);
  const root = createFolder('base-image');
  try {
    copyInto(root, node, 'nodejs/bin/node', 0o755);
    for (const library of findLibraries(node))
      copyInto(root, fs.realpathSync(library), library, 0o755);
    if (fs.existsSync(CERTIFICATES))
      copyInto(root, fs.realpathSync(CERTIFICATES), CERTIFICATES, 0o644);
    fs.writeFileSync(
      path.join(root, 'etc/passwd'),
      'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n',
    );
    fs.mkdirSync(path.join(root, 'tmp'));
    fs.chmodSync(path.join(root, 'tmp'), 0o1777);
    const tar = spawnSync(
      'tar',
      ['-C', root, '--owner=0', '--group=0', '--sort=name', '--mtime=@0', '-c', '.'],
      { maxBuffer: 1e9 },
    );
    if (tar.status !== 0) throw new Error(`tar: ${tar.stderr}`);
    engine.docker(['import', '-', name], { input: tar.stdout });
  } finally {
    fs.rmSync(root, { recursive: true, force: true });
  }
  return name;
}

function installNode(cache, major) {
  const pkg = `node-linux-${process.arch}`;
  const prefix = path.join(cache, `node-${major}`);
  const binary = path.join(prefix, 'node_modules', pkg, 'bin/node');
  if (!fs.existsSync(binary)) {
    fs.mkdirSync(prefix, { recursive: true });
    fs.writeFileSync(path.join(prefix, 'package.json'), '{"private":true}');
    execFileSync('npm', ['install', '--no-audit', '--no-fund', `${pkg}@${major}`], {
      cwd: prefix,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
  return binary;
}

/** Absolute paths of the shared libraries of a binary, and of its loader. */
function findLibraries(binary) {
  const lines = execFileSync('ldd', [binary], { encoding: 'utf8' }).split('\n');
  return lines.map((line) => /(\/\S+) \(0x/.exec(line)?.[1]).filter(Boolean);
}

function copyInto(root, from, to, mode) {
  const target = path.join(root, to);
  fs.mkdirSync(path.dirname(target), { recursive: true });
  fs.copyFileSync(from, target);
  fs.chmodSync(target, mode);
}
