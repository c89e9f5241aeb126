import { IMAGE } from '@gati/contract/internal';
import type { EnvValue, Settings } from '../config/settings.ts';
import { isSecretRef } from '../objects/external-secret.ts';

/** Part of `url` in the settings that the name of a preview replaces. */
const PLACEHOLDER = '{preview}';

/**
 * Returns the settings of a preview: one pod, which has its queue and its database in its own folder.
 *
 * @param settings of the environment `preview`
 * @param shared settings that all environments have, by which inherited variables are recognized
 */
export function toPreviewSettings(name: string, settings: Settings, shared: Settings): Settings {
  const { workers: _, domains: __, rollout, kubernetes, url, env = {}, ...rest } = settings;
  const { namespace: ___, gateway, ingress, ...place } = kubernetes ?? {};
  const hasUrl = url?.includes(PLACEHOLDER) ?? false;
  return {
    ...rest,
    scale: { min: 1, max: 1 },
    rollout: { ...(rollout?.timeout && { timeout: rollout.timeout }), keep: 1 },
    kubernetes: {
      ...place,
      // Without a host of its own, a preview would get requests of other environments.
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

/** A preview never writes to the database of another environment. */
function withoutInheritedData(
  { GATI_DATABASE: database, ...rest }: Record<string, EnvValue>,
  shared: Record<string, EnvValue>,
): Record<string, EnvValue> {
  const isInherited = JSON.stringify(database) === JSON.stringify(shared['GATI_DATABASE']);
  return { ...rest, ...(database !== undefined && !isInherited && { GATI_DATABASE: database }) };
}

/** Returns the names of the Secrets that the pods of an app need. */
export function secretNames({ env = {}, kubernetes }: Settings): string[] {
  const names = Object.values(env).flatMap((value) =>
    // Values of the secret store need no copy.
    typeof value === 'object' && !isSecretRef(value) ? value.secret : [],
  );
  return [...new Set([...names, ...(kubernetes?.pullSecret ? [kubernetes.pullSecret] : [])])];
}
