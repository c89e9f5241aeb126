import { spawnSync } from 'node:child_process';
import type { Manifest } from '@gati/contract';
import type { Attachment } from '../registry/referrers.ts';
import type { Base } from './base.ts';

/**
 * States the origin of an image: release, base and commit. It is not signed.
 *
 * @param root folder of the app
 * @see https://slsa.dev/spec/v1.1/provenance
 */
export function createProvenance(
  root: string,
  digest: string,
  base: Base,
  { name, release }: Manifest,
): Attachment {
  const commit = readCommit(root);
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name, digest: { sha256: digest.replace('sha256:', '') } }],
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: 'https://gati.dev/build/image/v1',
        externalParameters: { release: release.id, version: release.version, code: release.code },
        resolvedDependencies: [
          { name: base.name, digest: { sha256: base.digest.replace('sha256:', '') } },
          ...(commit ? [{ name: 'source', digest: { gitCommit: commit } }] : []),
        ],
      },
      runDetails: { builder: { id: 'https://gati.dev/gati-deploy' } },
    },
  };
  return {
    artifactType: 'application/vnd.in-toto+json',
    bytes: Buffer.from(JSON.stringify(statement)),
  };
}

function readCommit(root: string): string | undefined {
  const { status, stdout } = spawnSync('git', ['rev-parse', 'HEAD'], {
    cwd: root,
    encoding: 'utf8',
    timeout: 5000,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const commit = stdout?.trim();
  return status === 0 && /^[0-9a-f]{40,64}$/.test(commit) ? commit : undefined;
}
