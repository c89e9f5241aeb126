import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

/** The container that holds the network of a pod. No registry has it here, so it is compiled. */
export const PAUSE_IMAGE = 'localhost/pause:1';

const PROGRAM = `#include <signal.h>
#include <unistd.h>
static void end(int signal) { _exit(0); }
int main(void) { signal(SIGTERM, end); signal(SIGINT, end); for (;;) pause(); }
`;

/** Compiles a program that only waits, and loads its image into containerd. */
export function loadPauseImage(folder: string, ctr: (...args: string[]) => string): void {
  const layout = path.join(folder, 'pause');
  const files = path.join(layout, 'root');
  fs.mkdirSync(path.join(layout, 'blobs/sha256'), { recursive: true });
  fs.mkdirSync(files);
  fs.writeFileSync(path.join(layout, 'pause.c'), PROGRAM);
  const run = (command: string, ...args: string[]): void =>
    void execFileSync(command, args, { cwd: layout, stdio: ['ignore', 'ignore', 'inherit'] });
  run('gcc', '-static', '-Os', '-o', 'root/pause', 'pause.c');
  run('tar', '-C', 'root', '-cf', 'layer.tar', '.');
  const put = (bytes: Buffer, mediaType: string): object => {
    const digest = createHash('sha256').update(bytes).digest('hex');
    fs.writeFileSync(path.join(layout, 'blobs/sha256', digest), bytes);
    return { mediaType, digest: `sha256:${digest}`, size: bytes.length };
  };
  const json = (value: object): Buffer => Buffer.from(JSON.stringify(value));
  const type = 'application/vnd.oci.image';
  const layer = put(fs.readFileSync(path.join(layout, 'layer.tar')), `${type}.layer.v1.tar`);
  const config = put(
    json({
      architecture: process.arch === 'x64' ? 'amd64' : process.arch,
      os: 'linux',
      config: { Entrypoint: ['/pause'] },
      rootfs: { type: 'layers', diff_ids: [(layer as { digest: string }).digest] },
    }),
    `${type}.config.v1+json`,
  );
  const manifest = put(
    json({ schemaVersion: 2, mediaType: `${type}.manifest.v1+json`, config, layers: [layer] }),
    `${type}.manifest.v1+json`,
  );
  const annotations = { 'io.containerd.image.name': PAUSE_IMAGE };
  const index = { schemaVersion: 2, manifests: [{ ...manifest, annotations }] };
  fs.writeFileSync(path.join(layout, 'index.json'), json(index));
  fs.writeFileSync(path.join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  run('tar', '-cf', 'image.tar', 'index.json', 'oci-layout', 'blobs');
  ctr('images', 'import', path.join(layout, 'image.tar'));
}
