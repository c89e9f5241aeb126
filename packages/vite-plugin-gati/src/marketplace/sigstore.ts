import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { GatiError } from '@gati/contract';

/** Verifies signatures of Sigstore. */
export interface Sigstore {
  /**
   * Verifies a bundle: its certificate, its entry in the transparency log and its signature.
   * Returns the identity of the signer.
   *
   * @throws when it is not valid
   */
  verify(bundle: unknown): { issuer?: string; san?: string };
}

/** The parts of npm's packages that are used. They exist since npm 9.5. */
interface Packages {
  bundle: { bundleFromJSON(json: unknown): unknown };
  verify: {
    toSignedEntity(bundle: unknown): unknown;
    toTrustMaterial(root: unknown): unknown;
    Verifier: new (
      trust: unknown,
      options: { ctlogThreshold: number },
    ) => {
      verify(entity: unknown): {
        identity?: { subjectAlternativeName?: string; extensions?: { issuer?: string } };
      };
    };
  };
  tuf: { getTrustedRoot(): Promise<TrustedRoot> };
  specs: { TrustedRoot: { fromJSON(json: unknown): TrustedRoot } };
}

interface TrustedRoot {
  ctlogs: unknown[];
}

/**
 * Loads the packages of Sigstore that npm contains. They update the keys of Sigstore themselves.
 * The app need not install anything.
 *
 * Relies on: npm contains `@sigstore/verify`, `@sigstore/bundle`, `@sigstore/tuf` and
 * `@sigstore/protobuf-specs`.
 *
 * @param trustRoot file with other keys, as JSON, for a registry with its own Sigstore
 * @throws {GatiError} GATI_MODULE_REGISTRY when npm or the keys can't be found
 */
export async function openSigstore(trustRoot: string | undefined): Promise<Sigstore> {
  try {
    const { bundle, verify, tuf, specs } = loadPackages();
    const root =
      trustRoot === undefined
        ? await tuf.getTrustedRoot()
        : specs.TrustedRoot.fromJSON(JSON.parse(fs.readFileSync(trustRoot, 'utf8')));
    // A private Sigstore may have no log of certificates.
    const ctlogThreshold = trustRoot !== undefined && root.ctlogs.length === 0 ? 0 : 1;
    const verifier = new verify.Verifier(verify.toTrustMaterial(root), { ctlogThreshold });
    return {
      verify(json) {
        const { identity } = verifier.verify(verify.toSignedEntity(bundle.bundleFromJSON(json)));
        return { issuer: identity?.extensions?.issuer, san: identity?.subjectAlternativeName };
      },
    };
  } catch (cause) {
    throw new GatiError(
      {
        code: 'GATI_MODULE_REGISTRY',
        message: `The signature of a package can't be verified: ${(cause as Error).message}.`,
        fix: 'Install npm 9.5 or later, and allow connections to tuf-repo-cdn.sigstore.dev.',
      },
      { cause },
    );
  }
}

function loadPackages(): Packages {
  const folder = findNpm();
  if (folder === undefined) throw new Error('npm is not installed');
  const load = createRequire(path.join(folder, 'package.json'));
  return {
    bundle: load('@sigstore/bundle') as Packages['bundle'],
    verify: load('@sigstore/verify') as Packages['verify'],
    tuf: load('@sigstore/tuf') as Packages['tuf'],
    specs: load('@sigstore/protobuf-specs') as Packages['specs'],
  };
}

/** Returns the folder of npm: of the one that runs this command, beside Node, or on PATH. */
function findNpm(): string | undefined {
  const node = path.dirname(fs.realpathSync(process.execPath));
  const candidates = [
    process.env['npm_execpath'] && path.resolve(process.env['npm_execpath'], '../..'),
    path.join(node, '../lib/node_modules/npm'),
    path.join(node, 'node_modules/npm'),
    ...(process.env['PATH'] ?? '').split(path.delimiter).map((folder) => npmOnPath(folder)),
  ];
  return candidates.find(
    (folder) => folder && fs.existsSync(path.join(folder, 'node_modules/@sigstore/verify')),
  );
}

function npmOnPath(folder: string): string | undefined {
  try {
    return path.resolve(fs.realpathSync(path.join(folder, 'npm')), '../..');
  } catch {
    return undefined;
  }
}
