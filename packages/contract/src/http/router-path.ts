import { normalizePercent } from './percent.ts';

/**
 * Converts a path template to the syntax of rou3: `/files/*rest` → `/files/**:rest`. Its
 * percent-encoding becomes that of the paths that are matched.
 */
export function toRouterPath(path: string): string {
  return normalizePercent(path).replace(/\/\*(\w+)$/, '/**:$1');
}
