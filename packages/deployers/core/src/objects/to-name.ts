import { createHash } from 'node:crypto';

/** Turns a name into a label of DNS. A name that is too long ends with a part of its digest. */
export function toName(name: string, limit: number): string {
  const clean = name
    .toLowerCase()
    .slice(0, 300)
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  if (clean === '' || /^\d/.test(clean)) return toName(`app-${clean}`, limit);
  if (clean.length <= limit) return clean;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 6);
  return `${clean.slice(0, limit - 7).replace(/-$/, '')}-${digest}`;
}
