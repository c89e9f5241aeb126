import { spawnSync } from 'node:child_process';
import path from 'node:path';
import * as fc from 'fast-check';
import { root } from '@gati/test-kit/repository';
import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../packages/deployers/core/src/kube/cluster.ts';
import { installPython } from '../servers/python.ts';
import { momentsOf } from './helpers/objects-of.ts';
import { forgottenSettings, randomDeploys } from './helpers/random-settings.ts';

/** The last three versions of Kubernetes. */
const VERSIONS = ['1.35', '1.36', '1.37'];
const PACKAGE = 'kubernetes-validate';
const RELEASE = '1.37.0';
const RUNS = 40;
/** Kinds that are not part of Kubernetes itself. The API server checks them in policies.test.ts. */
const EXTENSIONS = new Set(['HTTPRoute']);

const python = installPython(`${PACKAGE}-${RELEASE}`, [`${PACKAGE}==${RELEASE}`]);
if (typeof python !== 'string')
  process.stderr.write(`\n  !! NO OBJECT was compared with the schemas: ${python.reason}\n\n`);

/** Returns the errors of objects against the strict schemas of all versions. */
function validate(objects: KubeObject[]): string[] {
  const script = path.join(root, 'test/cluster/helpers/validate.py');
  const { status, stdout, stderr } = spawnSync(path.join(String(python), 'bin/python'), [script], {
    encoding: 'utf8',
    input: JSON.stringify({ versions: VERSIONS, objects }),
    maxBuffer: 64e6,
  });
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout) as string[];
}

test('random files have every setting that objects depend on', () => {
  expect(forgottenSettings()).toEqual([]);
});

describe.skipIf(typeof python !== 'string')('the objects of a deploy', () => {
  test('fit the strict schemas of the last three versions for each random gati.deploy.yaml', () => {
    // One call for all of them, since reading the schemas takes seconds.
    const objects = fc
      .sample(randomDeploys, { numRuns: RUNS, seed: 1 })
      .flatMap((deploy) => [momentsOf(deploy)[0]!, momentsOf(deploy).at(-1)!])
      .flatMap((moment) => moment.objects)
      .filter(({ kind }) => !EXTENSIONS.has(kind));
    expect(objects.length).toBeGreaterThan(RUNS * 10);
    expect(validate(objects)).toEqual([]);
  });

  test('have a fault if a field is misspelled', () => {
    const [deploy] = fc.sample(randomDeploys, { numRuns: 1, seed: 1 });
    const found = momentsOf(deploy!)[0]!.objects.find(({ kind }) => kind === 'Deployment')!;
    const wrong = { ...found, spec: { ...(found['spec'] as object), replica: 1 } };
    const faults = validate([wrong]);
    expect(faults).toHaveLength(VERSIONS.length);
    expect(faults.join()).toContain("'replica' was unexpected");
  });
});
