import { gzipSync } from 'node:zlib';
import type { Manifest } from '@gati/contract';
import type { Target } from './target.ts';

export const CONTRACT_KEY = 'manifest.json.gz';
/** A ConfigMap has up to 1 MiB, and base64 adds a third. */
const LIMIT = 700_000;

export const contractName = ({ app }: Target, revision: string): string =>
  `${app}-contract-${revision}`;

/**
 * Packs the contract of a release for the cluster, so that the next deploy can compare with it. The
 * same contract gives the same text.
 *
 * @returns `undefined` if it is too long
 */
export function packContract({ format, name, release, contract }: Manifest): string | undefined {
  const { version, id, code } = release;
  const part = { format, name, release: { version, id, ...(code && { code }) }, contract };
  const bytes = gzipSync(JSON.stringify(part), { level: 9 });
  return bytes.length > LIMIT ? undefined : bytes.toString('base64');
}
