import type { Body, Engine, Operation, Stored } from '../engine.ts';
import { createHandlers, type Handler, notFound } from '../kinds.ts';

/** Address of a cluster, and the certificate of its authority in Base64. */
export interface Endpoint {
  endpoint: string;
  ca: string;
}

const CLUSTERS = 'container.projects.locations.clusters';
const STATUS: Record<Stored['state'], string> = {
  creating: 'PROVISIONING',
  ready: 'RUNNING',
  failed: 'ERROR',
  deleting: 'STOPPING',
};

export function container(engine: Engine, { endpoint, ca }: Endpoint): Record<string, Handler> {
  const toBody = (operation: Operation): Body => {
    const { name, type, target, error } = operation;
    return {
      name,
      operationType: type === 'create' ? 'CREATE_CLUSTER' : 'DELETE_CLUSTER',
      status: engine.isDone(operation) ? 'DONE' : 'RUNNING',
      targetLink: `https://container.googleapis.com/v1/${target}`,
      ...(error && engine.isDone(operation) && { error }),
    };
  };
  return {
    ...createHandlers(engine, {
      methods: CLUSTERS,
      list: 'clusters',
      isVisibleEarly: true,
      name: ({ values, body }) =>
        values['name'] ??
        `${values['parent']}/clusters/${(body['cluster'] as { name: string } | undefined)?.name ?? ''}`,
      content: ({ body }) => body['cluster'] as Body,
      output: (name, { body, state, why }) => ({
        ...body,
        location: name.split('/')[3],
        status: STATUS[state],
        selfLink: `https://container.googleapis.com/v1/${name}`,
        ...(why !== undefined && {
          conditions: [{ canonicalCode: 'RESOURCE_EXHAUSTED', message: why }],
        }),
        ...(state === 'ready' && {
          endpoint,
          masterAuth: { clusterCaCertificate: ca },
          nodePools: [{ name: 'default-pool', config: { serviceAccount: 'default' } }],
        }),
      }),
      operation: toBody,
    }),
    'container.projects.locations.operations.get': ({ values: { name = '' } }) => {
      const operation = engine.findOperation(name.split('/').at(-1)!);
      return operation ? { body: toBody(operation) } : notFound(name);
    },
  };
}
