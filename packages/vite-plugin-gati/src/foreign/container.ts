import type { ContainerContract } from '@gati/contract';
import {
  CONTAINER_MEMORY,
  type ForeignDeclaration,
  MODULE_LIMITS,
  parseSource,
} from '@gati/runtime-h3/modules/host';

/**
 * Returns the facts that a deploy needs to run a module; `undefined` for a module without a
 * container.
 */
export function toContainer({
  name,
  source,
  scaling,
  env,
  allow = {},
  limits = {},
}: ForeignDeclaration): ContainerContract | undefined {
  if (parseSource(name, source).kind !== 'docker') return undefined;
  return {
    ...(scaling && { scaling }),
    ...(env && { env }),
    ...(allow.network && { network: true }),
    ...([...(allow.read ?? []), ...(allow.write ?? [])].length > 0 && { files: true }),
    memory: limits.memory ?? CONTAINER_MEMORY,
    stop: limits.stop ?? MODULE_LIMITS.stop,
  };
}
