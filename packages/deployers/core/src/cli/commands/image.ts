import path from 'node:path';
import { readConfig } from '../../config/read-config.ts';
import { writeLayout } from '../../image/write-layout.ts';
import { type Call, OK } from '../command.ts';
import { buildStep, pushStep, withTemporaryFolder } from '../image-step.ts';

export async function run(call: Call): Promise<number> {
  const { root, options, reporter } = call;
  const environment = typeof options['env'] === 'string' ? options['env'] : 'production';
  const settings = readConfig(root, environment);
  return await withTemporaryFolder(async (folder) => {
    const built = await buildStep(call, settings, folder);
    const { image } = built;
    const { digest } = image.top.descriptor;
    const facts = { digest, platforms: image.platforms, size: image.size };
    if (typeof options['out'] === 'string') {
      const out = path.resolve(options['out']);
      await reporter.step(
        'layout',
        () => writeLayout(image, out),
        () => out,
      );
      reporter.document({ image: null, layout: out, ...facts });
      return OK;
    }
    const { reference, tag, blobs, sent, attached } = await pushStep(call, settings, built);
    reporter.line(reference);
    reporter.document({ image: reference, tag, ...facts, blobs, sent, attached: attached ?? null });
    return OK;
  });
}
