import { createHash } from 'node:crypto';
import {
  type Bump,
  canonicalJson,
  type Change,
  type Contract,
  type Manifest,
  MANIFEST_FORMAT,
  type NativeCode,
} from '@gati/contract';

export interface ManifestInput {
  app: { name: string; version: string };
  contract: Contract;
  /** SHA-256 of the emitted server code, hex. */
  code?: string;
  native?: NativeCode;
  /** Version of the release before, what the changes since then mean, and which they are. */
  since?: string;
  bump?: Bump;
  changes?: Change[];
}

export function toManifest({
  app,
  contract,
  code,
  native,
  since,
  bump,
  changes,
}: ManifestInput): Manifest {
  const { name, version } = app;
  return {
    format: MANIFEST_FORMAT,
    name,
    release: {
      version,
      id: toReleaseId({ version, contract, code, native }),
      ...(code !== undefined && { code }),
      ...(since !== undefined && { since }),
      ...(bump !== undefined && { bump }),
    },
    ...(changes && { changes }),
    ...(native && { native }),
    contract,
  };
}

/** The same contract, code and compiled packages under the same version always give the same id. */
export function toReleaseId({
  version,
  contract,
  code = '',
  native,
}: Omit<ManifestInput, 'app'> & { version: string }): string {
  const hash = createHash('sha256')
    .update(`${version}\0`)
    .update(digestOf(contract))
    .update('\0')
    .update(code);
  if (native) hash.update('\0').update(canonicalJson(native));
  return `rel_${hash.digest('hex').slice(0, 16)}`;
}

/** A build asks several times, and a large contract takes its time to be written down. A contract is not changed once it is there. */
const digests = new WeakMap<Contract, string>();

/** SHA-256 of a contract, hex. */
export function digestOf(contract: Contract): string {
  const digest =
    digests.get(contract) ?? createHash('sha256').update(canonicalJson(contract)).digest('hex');
  digests.set(contract, digest);
  return digest;
}
