import fs from 'node:fs';
import path from 'node:path';
import { GatiError } from '@gati/contract';
import { runScript } from '../../custom/run-script.ts';
import { verifyAddress } from '../../rollout/verify.ts';
import { type Call, OK, PENDING } from '../command.ts';
import { buildStep, pushStep, withTemporaryFolder } from '../image-step.ts';
import { readAllRegions } from '../read-app.ts';

const SCRIPTS = ['cdnScript', 'deployScript'] as const;

/** `gati-deploy custom [ENV]`: image, registry, then the commands of `gati.deploy.yaml`. */
export async function run(call: Call): Promise<number> {
  const { reporter, root, words } = call;
  const { environment, settings } = readAllRegions(call, words[0]);
  if (settings.deployScript === undefined)
    throw new GatiError({
      code: 'GATI_DEPLOY_CONFIG',
      message: 'The target custom needs `deployScript`.',
      fix: 'Set `deployScript` in gati.deploy.yaml to the command that deploys the image.',
    });
  return await withTemporaryFolder(async (folder) => {
    const built = await buildStep(call, settings, folder);
    const { reference } = await pushStep(call, settings, built);
    const { manifest, folder: dist } = built.build;
    const { id, version } = manifest.release;
    const client = path.join(dist, 'client');
    const facts: Record<string, string> = {
      GATI_DEPLOY_APP: manifest.name,
      GATI_DEPLOY_ENV: environment,
      GATI_DEPLOY_IMAGE: reference,
      GATI_DEPLOY_MANIFEST: path.join(dist, 'gati.manifest.json'),
      GATI_DEPLOY_RELEASE: id,
      GATI_DEPLOY_VERSION: version,
      ...(fs.existsSync(client) && { GATI_DEPLOY_ASSETS: client }),
    };
    for (const setting of SCRIPTS) {
      const command = settings[setting];
      if (command === undefined) continue;
      await reporter.step(setting, () =>
        runScript({ setting, command, cwd: root, facts }, (line) => {
          reporter.line(`      ${line}`);
          reporter.event('output', { script: setting, line });
        }),
      );
    }
    const release = { id, version, image: reference };
    const { url } = settings;
    const pending = url === undefined ? undefined : await verifyAddress(url, id);
    if (pending !== undefined) {
      reporter.warn(`the commands succeeded, but the release does not respond yet: ${pending}`);
      reporter.document({ result: 'pending', environment, release, pending });
      return PENDING;
    }
    reporter.line(`${reporter.style.green('live')}  ${version} (${id})`);
    const verified = url === undefined ? null : 'url';
    reporter.document({ result: 'live', environment, release, verified });
    return OK;
  });
}
