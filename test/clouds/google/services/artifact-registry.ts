import type { Body, Engine } from '../engine.ts';
import {
  type Call,
  createHandlers,
  type Handler,
  longRunning,
  notFound,
  readOperation,
} from '../kinds.ts';

const REPOSITORIES = 'artifactregistry.projects.locations.repositories';
const parentOf = ({ values }: Call): string =>
  values['parent'] ?? values['name']!.replace(/\/repositories\/[^/]+$/, '');

/** @param host host of the registry that has the images */
export function artifactRegistry(engine: Engine, host: string): Record<string, Handler> {
  const policies = new Map<string, { etag: number; policy: Body }>();
  return {
    ...createHandlers(engine, {
      methods: REPOSITORIES,
      list: 'repositories',
      name: ({ values, query }) =>
        values['name'] ?? `${values['parent']}/repositories/${query.get('repositoryId') ?? ''}`,
      output(name, { body }) {
        const [, project, , , , repository] = name.split('/');
        return { ...body, name, registryUri: `${host}/${project}/${repository}` };
      },
      operation: longRunning(engine, parentOf),
      onDeleted: (name) => policies.delete(name),
    }),
    'artifactregistry.projects.locations.operations.get': readOperation(engine),
    [`${REPOSITORIES}.getIamPolicy`]: ({ values: { resource = '' } }) => {
      if (!engine.read(resource)) return notFound(resource);
      const { etag, policy } = policies.get(resource) ?? { etag: 0, policy: {} };
      return { body: { ...policy, version: 1, etag: toEtag(etag) } };
    },
    [`${REPOSITORIES}.setIamPolicy`]: ({ values: { resource = '' }, body }) => {
      if (!engine.read(resource)) return notFound(resource);
      const { etag } = policies.get(resource) ?? { etag: 0 };
      const policy = body['policy'] as Body;
      if (policy['etag'] !== undefined && policy['etag'] !== toEtag(etag))
        return {
          error: { code: 409, status: 'ABORTED', message: 'There were concurrent policy changes.' },
        };
      policies.set(resource, { etag: etag + 1, policy });
      return { body: { ...policy, etag: toEtag(etag + 1) } };
    },
  };
}

const toEtag = (etag: number): string => Buffer.from(`etag ${etag}`).toString('base64');
