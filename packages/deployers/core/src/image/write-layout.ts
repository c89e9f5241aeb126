import fs from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Image } from './build-image.ts';

/**
 * Writes an image as an OCI layout, which `skopeo`, `podman` and `ctr` read.
 *
 * @see https://github.com/opencontainers/image-spec/blob/main/image-layout.md
 */
export async function writeLayout(image: Image, folder: string): Promise<void> {
  const blobs = path.join(folder, 'blobs/sha256');
  fs.mkdirSync(blobs, { recursive: true });
  const fileOf = (digest: string): string => path.join(blobs, digest.replace('sha256:', ''));
  for (const { descriptor, open } of image.blobs) {
    const file = fileOf(descriptor.digest);
    if (fs.existsSync(file) && fs.statSync(file).size === descriptor.size) continue;
    await pipeline(await open(0, descriptor.size), fs.createWriteStream(file));
  }
  for (const { descriptor, bytes } of [...image.manifests, image.top])
    fs.writeFileSync(fileOf(descriptor.digest), bytes);
  const index = { schemaVersion: 2, manifests: [image.top.descriptor] };
  fs.writeFileSync(path.join(folder, 'index.json'), JSON.stringify(index));
  fs.writeFileSync(
    path.join(folder, 'oci-layout'),
    JSON.stringify({ imageLayoutVersion: '1.0.0' }),
  );
}
