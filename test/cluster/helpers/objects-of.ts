import { parseConfig } from '../../../packages/deployers/core/src/config/read-config.ts';
import type { KubeObject } from '../../../packages/deployers/core/src/kube/cluster.ts';
import { nameOf } from '../../../packages/deployers/core/src/kube/kinds.ts';
import { releaseFacts } from '../../../packages/deployers/core/src/cli/image-step.ts';
import {
  createLiveObjects,
  createObjects,
} from '../../../packages/deployers/core/src/objects/objects.ts';
import { toTarget } from '../../../packages/deployers/core/src/objects/target.ts';
import type { RandomDeploy } from './random-settings.ts';

const IMAGE = `registry.example.com/team/shop@sha256:${'0'.repeat(64)}`;
const OLDER = [
  { revision: '1111111111', version: '1.0.0' },
  { revision: '2222222222', version: '1.1.0' },
];

/** The objects of a deploy at one moment of its rollout. */
export interface Moment {
  /** All objects that exist, the namespace first. */
  objects: KubeObject[];
}

/**
 * Returns the objects of a deploy: when the release serves, in the middle of a canary, and after
 * each write between these two moments.
 */
export function momentsOf({ name, environment, yaml, manifest, isolated }: RandomDeploy): Moment[] {
  const settings = parseConfig(yaml, environment);
  const target = toTarget(name, environment, settings);
  const build = { manifest, basePath: '' } as Parameters<typeof releaseFacts>[1]['build'];
  const facts = {
    ...releaseFacts(settings, { build }, IMAGE),
    ...(isolated > 0 && { isolated: OLDER.slice(0, isolated) }),
  };
  const all = createObjects(target, facts);
  const { namespace, foundation, contract, migration, modules, deployments, live } = all;
  const first = [
    namespace,
    ...foundation,
    ...(contract ? [contract] : []),
    ...(migration ? [migration] : []),
    ...modules.flatMap(({ objects }) => objects),
    ...deployments,
  ];
  const revision = { ...facts, revision: '3333333333' };
  const canary = createLiveObjects(target, revision, ['4444444444'], {
    revision: all.revision,
    share: 10,
  });
  const before = [...canary.others, canary.service];
  const after = [live.service, ...live.others];
  // Each write replaces one object.
  const between = after.map((_, index) => [
    ...after.slice(0, index + 1),
    ...before.filter(
      (old) => !after.slice(0, index + 1).some((own) => nameOf(own) === nameOf(old)),
    ),
  ]);
  return [before, ...between].map((last) => ({ objects: [...first, ...last] }));
}
