import { createHash } from 'node:crypto';
import {
  type Bump,
  canonicalJson,
  type Change,
  type Contract,
  type Manifest,
  MANIFEST_FORMAT,
  type NativeCode,
  sortContract,
} from '@gati/contract';

export interface ManifestInput {
  app: { name: string; version: string };
  contract: Contract;
  /** SHA-256 of the emitted server code, hex. */
  code?: string;
  native?: NativeCode;
  /** Names of the migrations of the database, in their order. */
  databaseMigrations?: string[];
  /** Version of the previous release. */
  since?: string;
  /** The part of the version that the changes since the previous release increase. */
  bump?: Bump;
  changes?: Change[];
}

export function toManifest({
  app,
  contract,
  code,
  native,
  databaseMigrations = [],
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
    ...(databaseMigrations.length > 0 && { databaseMigrations }),
    contract,
  };
}

/** Returns `rel_` and a hash of version, contract, code and compiled packages. */
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

/**
 * A build needs the digest several times, and printing a large contract takes long. A contract
 * never changes after it is made.
 */
const digests = new WeakMap<Contract, string>();

/** Returns the SHA-256 of a contract, hex. */
export function digestOf(contract: Contract): string {
  const digest =
    digests.get(contract) ??
    createHash('sha256')
      .update(canonicalJson(sortContract(contract)))
      .digest('hex');
  digests.set(contract, digest);
  return digest;
}
