import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { root } from '@gati/test-kit/repository';
import type { LayerEntry } from '../../../packages/deployers/core/src/image/layer.ts';
import { writeBaseLayout } from '../../../packages/deployers/core/test/helpers/base-layout.ts';

const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';
const PASSWD =
  'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n';

/**
 * Writes a base like distroless as an OCI layout, without pulling one: Node from npm, the shared
 * libraries that it needs, and CA certificates.
 */
export async function writeNodeBase(folder: string, major = 24): Promise<string> {
  const node = installNode(major);
  const passwd = path.join(folder, 'passwd');
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(passwd, PASSWD);
  const libraries = execFileSync('ldd', [node], { encoding: 'utf8' })
    .split('\n')
    .flatMap((line) => /(\/\S+) \(0x/.exec(line)?.[1] ?? []);
  const entry = (to: string, file: string, mode: number): LayerEntry => {
    const real = fs.realpathSync(file);
    return { path: to, source: { file: real, size: fs.statSync(real).size }, mode, owner: 0 };
  };
  const entries = [
    entry('/nodejs/bin/node', node, 0o755),
    entry('/etc/passwd', passwd, 0o644),
    ...libraries.map((library) => entry(library, library, 0o755)),
    ...(fs.existsSync(CERTIFICATES) ? [entry(CERTIFICATES, CERTIFICATES, 0o644)] : []),
    { path: '/tmp', mode: 0o1777, owner: 0 },
  ];
  return await writeBaseLayout(path.join(folder, 'layout'), entries);
}

/** Path of the Node binary, which the tests of the Docker image install too. */
function installNode(major: number): string {
  const name = `node-linux-${process.arch}`;
  const prefix = path.join(root, `.cache/docker/node-${major}`);
  const binary = path.join(prefix, 'node_modules', name, 'bin/node');
  if (fs.existsSync(binary)) return binary;
  fs.mkdirSync(prefix, { recursive: true });
  fs.writeFileSync(path.join(prefix, 'package.json'), '{"private":true}');
  execFileSync('npm', ['install', '--no-audit', '--no-fund', `${name}@${major}`], {
    cwd: prefix,
    stdio: 'ignore',
  });
  return binary;
}
