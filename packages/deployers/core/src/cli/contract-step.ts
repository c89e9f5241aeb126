import { count } from '@gati/contract/internal';
import type { Settings } from '../config/settings.ts';
import { packContract } from '../objects/contract-map.ts';
import { checkContract, readLiveContract } from '../plan/contract-gate.ts';
import { findKept } from '../plan/kept-release.ts';
import { readLiveState } from '../plan/live-state.ts';
import type { Call } from './command.ts';
import type { Destination } from './deploy-step.ts';
import type { BuiltImage } from './image-step.ts';

/** Compares the contract with that of the live release, and reports it as a step. */
export async function checkStep(
  { options, reporter }: Call,
  { cluster, target }: Destination,
  settings: Settings,
  { build }: Pick<BuiltImage, 'build'>,
): Promise<void> {
  await reporter.step(
    'contract',
    async () => {
      const live = readLiveContract(target, await readLiveState(cluster, target));
      if (!live) return undefined;
      const kept = await findKept(live, build, settings);
      const allowsMajor = options['allow-major'] === true;
      return { live, kept, ...checkContract(live, build, { kept, allowsMajor }) };
    },
    (found) => {
      if (!found) return 'nothing to compare with';
      const { changes, live, kept } = found;
      const { version, manifest } = live;
      const breaks = changes.filter(({ level }) => level === 'major').length;
      const why = kept.staysLive ? 'which stays live beside it' : 'as --allow-major allows';
      if (!manifest) return `not compared with ${version}, ${why}`;
      if (breaks === 0) return `keeps all promises of ${version}`;
      return `breaks ${count(breaks, 'promise')} of ${version}, ${why}`;
    },
  );
  if (packContract(build.manifest) === undefined)
    reporter.warn(
      'the contract is too long to store in the cluster, so the next deploy cannot compare contracts and needs --allow-major',
    );
}
