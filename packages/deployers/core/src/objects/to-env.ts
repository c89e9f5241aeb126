import type { EnvValue } from '../config/settings.ts';
import { externalSecretName, isSecretRef } from './external-secret.ts';
import type { Target } from './target.ts';

/** Returns a variable of a container. */
export function toEnv(
  target: Pick<Target, 'app' | 'settings'>,
  name: string,
  value: EnvValue,
): Record<string, unknown> {
  if (isSecretRef(value)) return fromSecret(name, externalSecretName(target), name);
  if (typeof value === 'object') return fromSecret(name, value.secret, value.key);
  return { name, value: String(value) };
}

const fromSecret = (name: string, secret: string, key: string): Record<string, unknown> => ({
  name,
  valueFrom: { secretKeyRef: { name: secret, key } },
});
