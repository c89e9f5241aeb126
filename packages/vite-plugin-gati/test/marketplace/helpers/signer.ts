import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { fulcioHandler, initializeCA, initializeTLog } from '@sigstore/mock';

/** A Sigstore of the tests: a certificate authority and a transparency log. */
export interface Signer {
  /** The keys of this Sigstore, as `--trust-root` reads them. */
  trustRoot: object;
  /** Signs the provenance of a tarball, as a workflow does. */
  attest(built: BuiltTarball): Promise<object>;
}

export interface BuiltTarball {
  integrity: string;
  /** `https://github.com/acme/fx`, in the statement. */
  repository: string;
  /** The repository that signs; the one of the statement by default. */
  signedBy?: string;
  workflow?: string;
  commit?: string;
}

const LOG = 'https://rekor.test';
const TYPE = 'application/vnd.in-toto+json';
const ISSUER = 'https://token.actions.githubusercontent.com';
const START = { start: '2020-01-01T00:00:00Z' };

const keyPair = (): ReturnType<typeof generateKeyPairSync> =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }) as never;
const sha256 = (data: string | Uint8Array): Buffer => createHash('sha256').update(data).digest();
const base64 = (data: string | Uint8Array): string => Buffer.from(data).toString('base64');
const fromHex = (hex: string): string => Buffer.from(hex, 'hex').toString('base64');

export async function createSigner(): Promise<Signer> {
  const ca = await initializeCA(keyPair() as never);
  const log = await initializeTLog(LOG, keyPair() as never);
  const fulcio = fulcioHandler(ca);
  const trustRoot = {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: [
      {
        baseUrl: LOG,
        hashAlgorithm: 'SHA2_256',
        publicKey: {
          rawBytes: base64(log.publicKey),
          keyDetails: 'PKIX_ECDSA_P256_SHA_256',
          validFor: START,
        },
        logId: { keyId: base64(sha256(log.publicKey)) },
      },
    ],
    certificateAuthorities: [
      {
        subject: { organization: 'test', commonName: 'test' },
        uri: 'https://fulcio.test',
        certChain: { certificates: [{ rawBytes: base64(ca.rootCertificate) }] },
        validFor: START,
      },
    ],
    ctlogs: [],
    timestampAuthorities: [],
  };

  async function certify(publicKey: string, identity: string): Promise<string> {
    const part = (value: object): string =>
      Buffer.from(JSON.stringify(value)).toString('base64url');
    const token = `${part({ alg: 'none' })}.${part({ sub: identity, iss: ISSUER })}.`;
    const { response } = await fulcio.fn(
      JSON.stringify({
        credentials: { oidcIdentityToken: token },
        publicKeyRequest: { publicKey: { content: publicKey } },
      }),
    );
    const { signedCertificateEmbeddedSct } = JSON.parse(String(response)) as {
      signedCertificateEmbeddedSct: { chain: { certificates: string[] } };
    };
    return signedCertificateEmbeddedSct.chain.certificates[0]!;
  }

  return {
    trustRoot,
    async attest({
      integrity,
      repository,
      signedBy = repository,
      workflow = '.github/workflows/release.yml',
      commit = 'a'.repeat(40),
    }) {
      const { publicKey, privateKey } = keyPair();
      const pem = await certify(
        (publicKey as never as { export(options: object): string }).export({
          format: 'pem',
          type: 'spki',
        }),
        `${signedBy}/${workflow}@refs/tags/v1`,
      );
      const payload = Buffer.from(
        JSON.stringify({
          _type: 'https://in-toto.io/Statement/v1',
          predicateType: 'https://slsa.dev/provenance/v1',
          subject: [
            {
              name: 'pkg:npm/x',
              digest: { sha512: Buffer.from(integrity.slice(7), 'base64').toString('hex') },
            },
          ],
          predicate: {
            buildDefinition: {
              externalParameters: { workflow: { repository, path: workflow, ref: 'refs/tags/v1' } },
              resolvedDependencies: [{ digest: { gitCommit: commit } }],
            },
          },
        }),
      );
      const signed = Buffer.concat([
        Buffer.from(`DSSEv1 ${TYPE.length} ${TYPE} ${payload.length} `),
        payload,
      ]);
      const signature = sign('sha256', signed, privateKey as never).toString('base64');
      const envelope = {
        payloadType: TYPE,
        payload: base64(payload),
        signatures: [{ sig: signature, keyid: '' }],
      };
      const digest = (data: string | Uint8Array): object => ({
        algorithm: 'sha256',
        value: sha256(data).toString('hex'),
      });
      const logged = Object.values(
        await log.log({
          kind: 'dsse',
          apiVersion: '0.0.1',
          spec: {
            envelopeHash: digest(JSON.stringify(envelope)),
            payloadHash: digest(payload),
            signatures: [{ signature, verifier: base64(pem) }],
          },
        } as never),
      )[0] as never as LogEntry;
      const { inclusionProof: proof, signedEntryTimestamp } = logged.verification;
      const bundle = {
        mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
        verificationMaterial: {
          certificate: { rawBytes: pem.replace(/-----[^-]+-----|\s/g, '') },
          tlogEntries: [
            {
              logIndex: String(logged.logIndex),
              logId: { keyId: fromHex(logged.logID) },
              kindVersion: { kind: 'dsse', version: '0.0.1' },
              integratedTime: String(logged.integratedTime),
              inclusionPromise: { signedEntryTimestamp },
              inclusionProof: {
                logIndex: String(proof.logIndex),
                rootHash: fromHex(proof.rootHash),
                treeSize: String(proof.treeSize),
                hashes: proof.hashes.map(fromHex),
                checkpoint: { envelope: proof.checkpoint },
              },
              canonicalizedBody: logged.body,
            },
          ],
        },
        dsseEnvelope: envelope,
      };
      return { attestations: [{ predicateType: 'https://slsa.dev/provenance/v1', bundle }] };
    },
  };
}

/** An entry as Rekor responds. */
interface LogEntry {
  body: string;
  integratedTime: number;
  logID: string;
  logIndex: number;
  verification: {
    signedEntryTimestamp: string;
    inclusionProof: {
      logIndex: number;
      rootHash: string;
      treeSize: number;
      hashes: string[];
      checkpoint: string;
    };
  };
}
