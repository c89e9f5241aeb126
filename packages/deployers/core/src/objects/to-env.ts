import type { EnvValue } from '../config/settings.ts';

/** Returns a variable of a container. */
export function toEnv(name: string, value: EnvValue): Record<string, unknown> {
  if (typeof value === 'object')
    return { name, valueFrom: { secretKeyRef: { name: value.secret, key: value.key } } };
  return { name, value: String(value) };
}
