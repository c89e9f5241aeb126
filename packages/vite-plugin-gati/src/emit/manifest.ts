import { createHash } from 'node:crypto';
import { canonicalJson, type Contract, type Manifest, MANIFEST_FORMAT, type NativeCode } from '@gati/contract';

export interface ManifestInput {
  app: { name: string; version: string };
  contract: Contract;
  /** SHA-256 of the emitted server code, hex. */
  code?: string;
  native?: NativeCode;
}

export function toManifest({ app, contract, code, native }: ManifestInput): Manifest {
  return {
    format: MANIFEST_FORMAT,
    name: app.name,
    release: { version: app.version, id: toReleaseId(contract, code ?? '', native), ...(code !== undefined && { code }) },
    ...(native && { native }),
    contract,
  };
}

/** The same contract, code and compiled packages always give the same id. */
export function toReleaseId(contract: Contract, code: string, native?: NativeCode): string {
  const hash = createHash('sha256').update(digestOf(contract)).update('\0').update(code);
  if (native) hash.update('\0').update(canonicalJson(native));
  return `rel_${hash.digest('hex').slice(0, 16)}`;
}

/** A build asks several times, and a large contract takes its time to be written down. A contract is not changed once it is there. */
const digests = new WeakMap<Contract, string>();

function digestOf(contract: Contract): string {
  const digest = digests.get(contract) ?? createHash('sha256').update(canonicalJson(contract)).digest('hex');
  digests.set(contract, digest);
  return digest;
}
