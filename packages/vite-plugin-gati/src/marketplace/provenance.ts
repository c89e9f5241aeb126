import { isObject } from '@gati/contract/data';
import { refusedError } from './errors.ts';
import type { PackageVersion } from './packument.ts';
import { normalizeRepository } from './read-package.ts';
import type { Registry } from './registry.ts';
import type { Sigstore } from './sigstore.ts';

/** Where a package was built, proved by a signature. */
export interface Provenance {
  /** `https://github.com/acme/fx` */
  repository: string;
  /** `.github/workflows/release.yml` */
  workflow: string;
  commit: string;
}

const SLSA = 'https://slsa.dev/provenance/v1';
/** Issuers of identities that run workflows, by host of the repository. */
const ISSUERS: Record<string, string> = {
  'github.com': 'https://token.actions.githubusercontent.com',
};

/**
 * Reads and verifies the provenance of a version. Returns `undefined` if it has none.
 *
 * @throws {GatiError} GATI_MODULE_REFUSED when it has one that can't be verified
 */
export async function readProvenance(
  registry: Registry,
  described: PackageVersion,
  repository: string | undefined,
  openSigstore: () => Promise<Sigstore>,
): Promise<Provenance | undefined> {
  const { name, version, claimsProvenance } = described;
  const found = await registry.attestations(name, version);
  const bundle = findBundle(found);
  if (bundle === undefined && !claimsProvenance) return undefined;
  const refuse = (reason: string): Error =>
    refusedError(
      `${name}@${version}`,
      `its provenance ${reason}`,
      'Use an earlier version, and report this one to its author.',
    );
  if (bundle === undefined) throw refuse('is missing, although the registry says that it has one');
  const sigstore = await openSigstore();
  let identity: { issuer?: string; san?: string };
  try {
    identity = sigstore.verify(bundle);
  } catch (error) {
    throw refuse(`has no valid signature (${(error as Error).message})`);
  }
  const statement = readStatement(bundle);
  if (statement === undefined) throw refuse('has no statement that can be read');
  const { provenance, digests } = statement;
  if (!digests.includes(hexOf(described.integrity))) throw refuse('is that of another tarball');
  const { host } = new URL(provenance.repository);
  if (identity.issuer === undefined || identity.issuer !== ISSUERS[host])
    throw refuse(`is signed by an unknown builder (${identity.issuer ?? 'none'})`);
  const signer = normalizeRepository(identity.san ?? '');
  if (!signer.startsWith(`${normalizeRepository(provenance.repository)}/`))
    throw refuse('is signed by another repository than it names');
  if (!signer.split('@')[0]!.endsWith(`/${provenance.workflow.toLowerCase()}`))
    throw refuse('is signed by another workflow than it names');
  if (normalizeRepository(provenance.repository) !== repository)
    throw refuse(`names ${provenance.repository}, and its package.json ${repository ?? 'nothing'}`);
  return provenance;
}

/** Returns the bundle with the provenance of a list of attestations. */
function findBundle(found: unknown): Record<string, unknown> | undefined {
  const list = isObject(found) ? found['attestations'] : undefined;
  if (!Array.isArray(list)) return undefined;
  const entry = list.find(
    (each: unknown) => isObject(each) && each['predicateType'] === SLSA && isObject(each['bundle']),
  ) as { bundle: Record<string, unknown> } | undefined;
  return entry?.bundle;
}

function readStatement(
  bundle: Record<string, unknown>,
): { provenance: Provenance; digests: string[] } | undefined {
  try {
    const { dsseEnvelope } = bundle as { dsseEnvelope: { payload: string } };
    const { predicateType, subject, predicate } = JSON.parse(
      Buffer.from(dsseEnvelope.payload, 'base64').toString('utf8'),
    ) as Statement;
    const { externalParameters, resolvedDependencies } = predicate.buildDefinition;
    const { repository, path } = externalParameters.workflow;
    const commit = resolvedDependencies[0]!.digest.gitCommit;
    const isText = [repository, path, commit].every((text) => typeof text === 'string');
    if (predicateType !== SLSA || !isText || !URL.canParse(repository)) return undefined;
    return {
      provenance: { repository, workflow: path, commit },
      digests: subject.map(({ digest }) => digest.sha512),
    };
  } catch {
    return undefined;
  }
}

/** The part of a statement of in-toto with a SLSA provenance that is read. */
interface Statement {
  predicateType: string;
  subject: { digest: { sha512: string } }[];
  predicate: {
    buildDefinition: {
      externalParameters: { workflow: { repository: string; path: string } };
      resolvedDependencies: { digest: { gitCommit: string } }[];
    };
  };
}

const hexOf = (integrity: string): string =>
  Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex');
