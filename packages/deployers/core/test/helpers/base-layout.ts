import fs from 'node:fs';
import path from 'node:path';
import { type LayerEntry, writeLayer } from '../../src/image/layer.ts';
import { sha256 } from '../../src/registry/client.ts';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';

/**
 * Writes a base image as an OCI layout: one layer, an index if there are several platforms.
 *
 * @returns name of the base in `image.base`
 */
export async function writeBaseLayout(
  folder: string,
  entries: LayerEntry[],
  architectures: string[] = ['amd64'],
): Promise<string> {
  const blobs = path.join(folder, 'blobs/sha256');
  fs.mkdirSync(blobs, { recursive: true });
  const put = (mediaType: string, value: unknown): object => {
    const bytes = Buffer.from(JSON.stringify(value));
    fs.writeFileSync(path.join(blobs, sha256(bytes).slice(7)), bytes);
    return { mediaType, digest: sha256(bytes), size: bytes.length };
  };
  const layer = await writeLayer(entries, blobs);
  fs.renameSync(layer.file, path.join(blobs, layer.descriptor.digest.slice(7)));
  const manifests = architectures.map((architecture) => ({
    ...put(MANIFEST, {
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: put('application/vnd.oci.image.config.v1+json', {
        architecture,
        os: 'linux',
        config: { Env: ['PATH=/bin', 'SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt'] },
        rootfs: { type: 'layers', diff_ids: [layer.diffId] },
      }),
      layers: [layer.descriptor],
    }),
    platform: { os: 'linux', architecture },
  }));
  const top =
    manifests.length === 1
      ? manifests[0]
      : put(INDEX, { schemaVersion: 2, mediaType: INDEX, manifests });
  fs.writeFileSync(
    path.join(folder, 'index.json'),
    JSON.stringify({ schemaVersion: 2, manifests: [top] }),
  );
  return `oci:${folder}`;
}

/** Writes a folder that looks like the output of a build. */
export function writeBuild(folder: string, files: Record<string, string> = {}): string {
  const manifest = {
    format: 1,
    name: 'shop',
    release: { version: '1.2.0', id: 'rel_0123456789abcdef', code: 'a'.repeat(64) },
    contract: { $defs: {}, effects: [], modules: [], routes: [] },
  };
  const all: Record<string, string> = {
    'gati.manifest.json': JSON.stringify(manifest),
    'packages.json': '{"packages":[]}',
    'server/index.mjs': 'console.log(1)',
    Dockerfile: 'FROM scratch',
    'client/assets/app.js.map': '{}',
    ...files,
  };
  for (const [name, text] of Object.entries(all)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), text);
  }
  return folder;
}
