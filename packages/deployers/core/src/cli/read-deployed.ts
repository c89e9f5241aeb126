import { GatiError } from '@gati/contract';
import type { Settings } from '../config/settings.ts';
import type { Target } from '../objects/target.ts';
import { readLiveState, type LiveState } from '../plan/live-state.ts';
import { withPanelScale } from '../plan/panel-record.ts';
import type { Call } from './command.ts';
import { type Destination, openDestination } from './deploy-step.ts';
import { readAppName, readEnvironment } from './read-app.ts';

/** The app of a folder as an environment has it, with its objects in the cluster. */
export interface Deployed extends Destination {
  environment: string;
  settings: Settings;
  state: LiveState;
  /** Sentences about changes that users made in the panel and that deploys keep. */
  notes: string[];
}

/** Reads the app from its cluster, for commands that need no build. */
export async function readDeployed(call: Call, environment: string | undefined): Promise<Deployed> {
  const found = readEnvironment(call, environment);
  const { settings, environment: name } = found;
  const destination = await openDestination(settings, readAppName(call.root), name, call.root);
  const { cluster } = destination;
  const state = await readLiveState(cluster, destination.target);
  const { target, notes } = withPanelScale(destination.target, state);
  return { ...found, cluster, target, notes, state };
}

/** Returns the value of `--env`, for commands whose first word is no environment. */
export function environmentOption({ options }: Call): string | undefined {
  return typeof options['env'] === 'string' ? options['env'] : undefined;
}

export function notDeployedError({ app, namespace }: Target): GatiError {
  return new GatiError({
    code: 'GATI_DEPLOY_ROLLOUT',
    message: `${app} is not deployed in ${namespace}.`,
    fix: 'Deploy it first: `gati-deploy kubernetes`.',
  });
}
