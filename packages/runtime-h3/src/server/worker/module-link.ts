import { isLive } from '@gati/contract';
import type { ModuleDescriptor, ModuleHost, ModuleState } from '../../types/foreign.ts';
import type { ServedReleases } from '../../types/served-release.ts';
import { isMessage, type MessageToSupervisor, type MessageToWorker } from '../channel/messages.ts';

type Follower = (state: ModuleState) => Promise<void> | void;

/** Connects this worker to the module processes of the supervisor. */
export interface ModuleLink extends ModuleHost {
  /** Compares descriptors of new processes with the live releases that this worker knows. */
  useReleases(releases: () => ServedReleases): void;
}

export function createModuleLink(send: (message: MessageToSupervisor) => void): ModuleLink {
  const followers = new Map<string, Set<Follower>>();
  const states = new Map<string, ModuleState>();
  let releases: (() => ServedReleases) | undefined;
  process.on('message', (value) => {
    if (!isMessage(value)) return;
    const message = value as MessageToWorker;
    if (message.gati === 'module-state') void move(message);
    else if (message.gati === 'module-check')
      void findProblems(releases?.(), message.name, message.descriptor)
        .catch((error: unknown) => [error instanceof Error ? error.message : String(error)])
        .then((problems) => send({ gati: 'module-checked', id: message.id, problems }));
  });

  async function move(message: MessageToWorker & { gati: 'module-state' }): Promise<void> {
    const { id, name, address, source, reason } = message;
    const state: ModuleState = {
      ...(address !== undefined && { address }),
      ...(source !== undefined && { source }),
      ...(reason !== undefined && { reason }),
    };
    states.set(name, state);
    await Promise.all([...(followers.get(name) ?? [])].map((follower) => follower(state)));
    send({ gati: 'module-moved', id });
  }

  return {
    follow(name, onChange) {
      let list = followers.get(name);
      if (list === undefined) {
        followers.set(name, (list = new Set()));
        send({ gati: 'module-wanted', name });
      }
      list.add(onChange);
      const state = states.get(name);
      if (state !== undefined) void onChange(state);
      return () => list.delete(onChange);
    },
    useReleases(read) {
      releases = read;
    },
  };
}

/** Returns what breaks the live releases that use a module. */
async function findProblems(
  releases: ServedReleases | undefined,
  name: string,
  descriptor: ModuleDescriptor,
): Promise<string[]> {
  const problems: string[] = [];
  for (const release of releases?.list ?? []) {
    if (!isLive(release.status)) continue;
    const { foreign, contract, version } = await release.bundle();
    if (foreign?.modules[name] === undefined) continue;
    const { findBreaks } = await foreign.load();
    for (const found of findBreaks(name, contract, descriptor, foreign.modules[name].methods))
      problems.push(`release ${version}: ${found}`);
  }
  return problems;
}
