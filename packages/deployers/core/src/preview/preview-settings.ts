import { GatiError } from '@gati/contract';
import { IMAGE } from '@gati/contract/internal';
import type { EnvValue, Settings } from '../config/settings.ts';
import { isSecretRef } from '../objects/external-secret.ts';

/** Part of `url` in the settings that the name of a preview replaces. */
const PLACEHOLDER = '{preview}';
const DATABASE = 'GATI_DATABASE';

/**
 * Returns the settings of a preview: one pod, whose queue and database are files in its own folder.
 *
 * @param settings of the environment `preview`
 * @param shared settings of all environments, to recognize inherited variables
 */
export function toPreviewSettings(name: string, settings: Settings, shared: Settings): Settings {
  const { rollout, kubernetes, url, env = {}, ...all } = settings;
  const { workers: _1, domains: _2, modules: _3, panel: _4, regions: _5, ...rest } = all;
  const { namespace: _6, gateway, ingress, ...place } = kubernetes ?? {};
  const hasUrl = url?.includes(PLACEHOLDER) ?? false;
  return {
    ...rest,
    scale: { min: 1, max: 1 },
    rollout: { ...(rollout?.timeout && { timeout: rollout.timeout }), keep: 1 },
    kubernetes: {
      ...place,
      // Without a separate host, a preview would get requests for other environments.
      ...(hasUrl && gateway !== undefined && { gateway }),
      ...(hasUrl && ingress !== undefined && { ingress }),
    },
    ...(hasUrl && { url: url!.replaceAll(PLACEHOLDER, name) }),
    env: {
      ...withoutInheritedData(env, shared.env ?? {}),
      GATI_EFFECTS: `sqlite:${IMAGE.data}/effects.db`,
    },
  };
}

/**
 * Returns the variables without the database of another environment, because a preview must not
 * write to it.
 *
 * @throws {GatiError} GATI_DEPLOY_CONFIG when a value comes from the secret store of all environments
 */
function withoutInheritedData(
  env: Record<string, EnvValue>,
  shared: Record<string, EnvValue>,
): Record<string, EnvValue> {
  const inherited = Object.entries(env).filter(
    ([name, value]) => JSON.stringify(value) === JSON.stringify(shared[name]),
  );
  for (const [name, value] of inherited)
    if (name !== DATABASE && typeof value === 'object' && 'secretRef' in value)
      throw new GatiError({
        code: 'GATI_DEPLOY_CONFIG',
        message: `The variable ${name} refers to the secret store of other environments, so the code of a pull request could read its value.`,
        fix: 'Set another value in `environments.preview.env`.',
      });
  const { [DATABASE]: database, ...rest } = env;
  const isInherited = inherited.some(([name]) => name === DATABASE);
  return { ...rest, ...(database !== undefined && !isInherited && { [DATABASE]: database }) };
}

/** Returns the names of the Secrets that the pods of an app need. */
export function secretNames({ env = {}, kubernetes }: Settings): string[] {
  const names = Object.values(env).flatMap((value) =>
    // Values of the secret store need no copy.
    typeof value === 'object' && !isSecretRef(value) ? value.secret : [],
  );
  return [...new Set([...names, ...(kubernetes?.pullSecret ? [kubernetes.pullSecret] : [])])];
}
