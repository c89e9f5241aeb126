import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { damagedError } from '../registry/client.ts';
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
    const hash = createHash('sha256');
    const hashing = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        hash.update(chunk);
        done(undefined, chunk);
      },
    });
    // The file gets its name after its bytes are checked: a later run trusts the name.
    await pipeline(await open(0, descriptor.size), hashing, fs.createWriteStream(`${file}.part`));
    const digest = `sha256:${hash.digest('hex')}`;
    if (digest !== descriptor.digest)
      throw damagedError(descriptor.digest, `its digest is ${digest}`);
    fs.renameSync(`${file}.part`, file);
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
