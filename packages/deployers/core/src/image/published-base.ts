import { createHash } from 'node:crypto';
import { isObject } from '@gati/contract/data';
import type { Descriptor, Registry } from '../registry/client.ts';
import { blobOf, isDescriptor } from '../registry/blob.ts';
import { pushArtifact } from '../registry/referrers.ts';
import type { Base, BaseImage } from './base.ts';
import type { FindLayer } from './compress-base.ts';

const ARTIFACT = 'application/vnd.gati.base.v1+json';
/** Names the layer of the base that a layer was compressed from. */
const SOURCE = 'dev.gati.source';

/** Names the base by its layers, so that the tag never has to change. */
function tagOf(sources: string[]): string {
  const hash = createHash('sha256').update(sources.join('\n')).digest('hex');
  return `base-${hash.slice(0, 16)}`;
}

/** The repository of the image. */
export interface Repository {
  registry: Registry;
  repository: string;
}

/**
 * Looks for layers that an earlier deploy compressed and pushed, so that a machine without them
 * does not compress again. If the registry can't be read, there are none.
 *
 * @param open returns the repository; `undefined` if it does not exist yet
 */
export function findPublished(open: () => Promise<Repository | undefined>): FindLayer {
  const known = new Map<BaseImage, Promise<Map<string, Descriptor>>>();
  let opened: Promise<Repository | undefined> | undefined;
  const read = async (
    { registry, repository }: Repository,
    image: BaseImage,
  ): Promise<Map<string, Descriptor>> => {
    const tag = tagOf(image.layers.map(({ descriptor }) => descriptor.digest));
    const found = await registry.readManifest(repository, tag).catch(() => undefined);
    const layers: unknown[] = Array.isArray(found?.value['layers']) ? found.value['layers'] : [];
    return new Map(
      layers.filter(isDescriptor).flatMap((descriptor) => {
        const from = isObject(descriptor.annotations) ? descriptor.annotations[SOURCE] : undefined;
        return typeof from === 'string' ? [[from, descriptor]] : [];
      }),
    );
  };
  return async (image, from) => {
    opened ??= open().catch(() => undefined);
    const place = await opened;
    if (!place) return undefined;
    if (!known.has(image)) known.set(image, read(place, image));
    const descriptor = (await known.get(image)!).get(from);
    return descriptor && blobOf(place.registry, place.repository, descriptor);
  };
}

/** Records which layers of a repository were compressed from which layers of the base. */
export async function publishBase(
  registry: Registry,
  repository: string,
  { images }: Base,
): Promise<void> {
  for (const { layers, sources } of images) {
    if (!sources) continue;
    const tag = tagOf(sources);
    if ((await registry.headManifest(repository, tag)) !== undefined) continue;
    await pushArtifact(registry, repository, {
      artifactType: ARTIFACT,
      layers: layers.map(({ descriptor }, index) => ({
        ...descriptor,
        annotations: { [SOURCE]: sources[index]! },
      })),
      tag,
    });
  }
}
