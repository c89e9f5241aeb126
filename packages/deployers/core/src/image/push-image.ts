import type { Registry } from '../registry/client.ts';
import { attach, type Attachment } from '../registry/referrers.ts';
import { pushManifest, uploadBlob, type Uploaded } from '../registry/upload.ts';
import type { Base } from './base.ts';
import type { Image } from './build-image.ts';
import { publishBase } from './published-base.ts';

export interface Pushed {
  /** `HOST/REPOSITORY@sha256:…`, which a cluster runs. */
  reference: string;
  tag: string;
  /** Number of blobs that were present, mounted and uploaded. */
  blobs: Record<Uploaded, number>;
  /** Bytes that were sent. */
  sent: number;
  /** How the documents about the image are attached; `undefined` if there are none. */
  attached?: 'referrers' | 'tag';
  /** Reason why documents could not be attached. */
  warning?: string;
}

/** Maximum number of simultaneous uploads of blobs. */
const PARALLEL = 4;

/**
 * Pushes an image, so that a name always leads to a complete image. Blobs that the registry already
 * has are not sent.
 *
 * @param base its compressed layers are recorded for the next deploy
 */
export async function pushImage(
  image: Image,
  registry: Registry,
  repository: string,
  { base, version, attachments }: { base?: Base; version: string; attachments: Attachment[] },
): Promise<Pushed> {
  const blobs: Pushed['blobs'] = { present: 0, mounted: 0, uploaded: 0 };
  let sent = 0;
  const waiting = [...image.blobs];
  const work = async (): Promise<void> => {
    for (let blob = waiting.shift(); blob; blob = waiting.shift()) {
      const how = await uploadBlob(registry, repository, blob);
      blobs[how]++;
      if (how === 'uploaded') sent += blob.descriptor.size;
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  for (const manifest of image.manifests) await pushManifest(registry, repository, manifest);
  await pushManifest(registry, repository, image.top);
  const tag = tagOf(version, image.top.descriptor.digest);
  await pushManifest(registry, repository, image.top, tag);
  const { digest } = image.top.descriptor;
  const pushed: Pushed = {
    reference: `${registry.host}/${repository}@${digest}`,
    tag,
    blobs,
    sent,
  };
  // The image runs without these documents: a registry that rejects them does not stop a deploy.
  try {
    for (const each of attachments)
      pushed.attached = await attach(registry, repository, image.top.descriptor, each);
    if (base) await publishBase(registry, repository, base);
  } catch (error) {
    pushed.warning = (error as Error).message;
  }
  return pushed;
}

/**
 * Names an image by its content, so that a tag never has to change. Registries may reject such a
 * change. A build on another base has another digest, and so another tag.
 */
function tagOf(version: string, digest: string): string {
  return `${version.replaceAll('+', '_')}-${digest.slice('sha256:'.length, 'sha256:'.length + 12)}`;
}
