import path from 'node:path';
import { openReleaseStore, putRelease, parseTimeFlag } from '@gati/runtime-h3/releases';
import { openSdkCache } from '../../build/sdk/sdk-cache.ts';
import { packageFolder } from '../../files/package-json.ts';
import { isCi } from '../../files/is-ci.ts';
import { locateStore, noStoreError } from '../../releases/locate-store.ts';
import { openApp } from '../app.ts';
import { type Call, OK } from '../command.ts';

export async function run(call: Call): Promise<number> {
  const { args, output } = call;
  const at = parseTimeFlag('at', args.at as string | undefined, { past: true });
  const { config, context } = await openApp(call);
  await context.close();
  const folder = path.resolve(
    config.root,
    (args.outDir as string | undefined) ?? config.build.outDir,
  );
  const { url, named } = locateStore(config.root, args.store as string | undefined);
  if (!named && isCi()) output.diagnostic(noStoreError('warning'));
  const store = await openReleaseStore(url);
  try {
    const { release, manifest, created } = await putRelease(store, folder, {
      at,
      image: args.image as string | undefined,
    });
    const { version, id, date } = release;
    openSdkCache(config.root, packageFolder(config.root)).markReleased([version]);
    output.line(
      created
        ? `${version} (${id}) is in ${store.url}; \`gati activate ${version}\` makes it current`
        : `${version} (${id}) was already in the store`,
    );
    output.document({ version, id, bump: manifest.release.bump ?? 'none', date, created });
    return OK;
  } finally {
    await store.close();
  }
}
