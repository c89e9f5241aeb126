import http from 'node:http';
import type { Engine } from '../engine.ts';
import { type Call, createHandlers, type Handler, notFound, type Reply } from '../kinds.ts';

const OBJECTS = ['get', 'list', 'insert', 'delete'];

/**
 * Buckets, whose objects are in an emulator. The emulator has no labels and versions.
 *
 * @param target address of the emulator
 */
export function storage(engine: Engine, target: string, number: string): Record<string, Handler> {
  const name = ({ values, body }: Call): string =>
    `b/${values['bucket'] ?? String(body['name'] ?? '')}`;
  const own = createHandlers(engine, {
    methods: 'storage.buckets',
    list: 'items',
    name,
    output: (_, { body }) => ({ ...body, projectNumber: number }),
  });
  const objects = OBJECTS.map((verb): [string, Handler] => [
    `storage.objects.${verb}`,
    async (call) => (engine.read(name(call)) ? await forward(target, call) : noBucket(call)),
  ]);
  return {
    ...own,
    async 'storage.buckets.insert'(call) {
      const reply = await own['storage.buckets.insert']!(call);
      if ('body' in reply) await forward(target, call);
      return reply;
    },
    async 'storage.buckets.delete'(call) {
      if (!engine.read(name(call))) return notFound(name(call));
      const reply = await forward(target, call);
      if ('raw' in reply && reply.raw.status < 300) {
        await own['storage.buckets.delete']!(call);
        return { raw: { ...reply.raw, status: 204 } };
      }
      return {
        error: {
          code: 409,
          status: 'CONFLICT',
          message: 'The bucket you tried to delete is not empty.',
        },
      };
    },
    ...Object.fromEntries(objects),
  };
}

const noBucket = ({ values }: Call): Reply => ({
  error: {
    code: 404,
    status: 'NOT_FOUND',
    message: `The specified bucket does not exist: ${values['bucket']}.`,
  },
});

async function forward(target: string, { verb, raw }: Call): Promise<Reply> {
  const { path, headers, bytes } = raw;
  const { host: _, authorization: __, ...passed } = headers;
  const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
    http
      .request(
        new URL(path, target),
        { method: verb, headers: { ...passed, 'content-length': String(bytes.length) } },
        resolve,
      )
      .on('error', reject)
      .end(bytes);
  });
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  const own = Object.entries(answer.headers).flatMap(([key, value]) =>
    typeof value === 'string' && !/^(?:connection|transfer-encoding|content-length)$/.test(key)
      ? [[key, value]]
      : [],
  );
  return {
    raw: {
      status: answer.statusCode!,
      headers: Object.fromEntries(own) as Record<string, string>,
      bytes: Buffer.concat(chunks),
    },
  };
}
