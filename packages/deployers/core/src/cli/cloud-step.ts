import type { CloudName } from '../config/settings.ts';
import { loadCloud } from '../cloud/load-cloud.ts';
import type { Cloud, CloudSession, Place, Resource } from '../cloud/port.ts';
import { type CloudProgress, createResources } from '../cloud/reconcile.ts';
import type { Target } from '../objects/target.ts';
import type { Call } from './command.ts';

/** A cloud that is opened for one environment of an app. */
export interface OpenCloud {
  cloud: Cloud;
  place: Place;
  session: CloudSession;
}

export function toPlace({ app, environment, settings: { cloud = {} } }: Target): Place {
  return { app, environment, settings: cloud };
}

/** Loads a cloud and checks its credentials. */
export async function openCloud(name: CloudName, target: Target, root: string): Promise<OpenCloud> {
  const cloud = await loadCloud(name, root);
  const place = toPlace(target);
  return { cloud, place, session: await cloud.open(place) };
}

/** Creates the resources of a room that are missing, and reports them as one step. */
export async function createStep(
  { reporter }: Call,
  name: string,
  resources: Resource[],
): Promise<void> {
  let requests = 0;
  await reporter.step(
    name,
    async () => {
      const { onRequest, onWait } = cloudProgress({ reporter });
      const progress: CloudProgress = {
        onWait,
        onRequest(...event) {
          requests++;
          onRequest(...event);
        },
      };
      await createResources(resources, progress);
    },
    () => `${resources.map((each) => each.name).join(', ')}${requests > 0 ? ', created' : ''}`,
  );
}

/** Prints the requests to a cloud, and what it waits for. */
export function cloudProgress({ reporter }: Pick<Call, 'reporter'>): CloudProgress {
  return {
    onRequest(resource, { operation }) {
      reporter.line(
        `${reporter.style.cyan('...')}   ${operation}  ${reporter.style.dim(resource.name)}`,
      );
      reporter.event('request', { operation, resource: resource.name });
    },
    onWait({ name }, why) {
      reporter.line(`      ${name}: ${why}`);
      reporter.event('wait', { resource: name, why });
    },
  };
}
