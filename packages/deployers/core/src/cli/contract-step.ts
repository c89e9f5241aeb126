import { count } from '@gati/contract/internal';
import type { Settings } from '../config/settings.ts';
import { checkContract, readLiveManifest } from '../plan/contract-gate.ts';
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
      const before = readLiveManifest(target, await readLiveState(cluster, target));
      const allowsMajor = options['allow-major'] === true;
      return before && { before, ...checkContract(before, build, { settings, allowsMajor }) };
    },
    (found) => {
      if (!found) return 'nothing to compare with';
      const { changes, before, staysLive } = found;
      const breaks = changes.filter(({ level }) => level === 'major').length;
      const { version } = before.release;
      if (breaks === 0) return `keeps all promises of ${version}`;
      const why = staysLive ? 'which stays live beside it' : 'as --allow-major allows';
      return `breaks ${count(breaks, 'promise')} of ${version}, ${why}`;
    },
  );
}
