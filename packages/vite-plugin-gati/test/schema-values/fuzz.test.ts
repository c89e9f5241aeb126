import { isDeepStrictEqual } from 'node:util';
import { canonicalSchema, type Contract, renameRefs, type RouteContract } from '@gati/contract';
import {
  createApp,
  onlyRelease,
  type ReleaseBundle,
  type StandardSchema,
} from '@gati/runtime-h3/app';
import { ABI } from '@gati/runtime-h3/internal';
import { expect, test } from 'vitest';
import { fromJsonSchema } from '@gati/contract/internal';
import { toJsonSchema } from '../../src/analyze/contract/schema-values/schema-libraries.ts';
import { trustOf } from '../../src/analyze/contract/schema-values/trust-of.ts';
import { compileChecks } from '../../src/compile/compile-checks.ts';
import type { RouteValues, Trust } from '../../src/compile/trust.ts';
import { createRandom, randomSpec, randomValue, toSchema, type Vendor } from './random-schemas.ts';

/**
 * Schemas of all libraries together. `GATI_FUZZ_RUNS=100000 npx vitest run schema-values/fuzz` tries
 * more of them, and `GATI_FUZZ_SEED` sets the first seed.
 */
const SCHEMAS = Math.ceil(Number(process.env['GATI_FUZZ_RUNS'] ?? 2001) / 3);
const SEED = Number(process.env['GATI_FUZZ_SEED'] ?? 1);
const VALUES = 6;

interface Served {
  /** Sends a body; resolves with what the handler got, or with the 400's errors. */
  send(text: string): Promise<{ body: unknown } | { errors: unknown[] }>;
  trust: Trust | undefined;
}

/** An app with one route whose body is this schema, as analysis and compiler make it. */
async function serve(schema: StandardSchema): Promise<Served> {
  const json = await toJsonSchema(schema, 'input', process.cwd());
  const converted = json === undefined ? undefined : fromJsonSchema(json);
  const rename = (name: string): string => `def:${name}`;
  const $defs = Object.fromEntries(
    [...(converted?.definitions ?? [])].map(([name, definition]) => [
      rename(name),
      renameRefs(definition, rename),
    ]),
  );
  const trust = trustOf(schema);
  const route: RouteContract = {
    id: 'POST /body',
    method: 'POST',
    path: '/body',
    domain: 'root',
    name: ['body'],
    file: 'src/handlers/body.ts',
    body: {
      contentTypes: ['application/json'],
      required: true,
      schema: canonicalSchema(renameRefs(converted?.schema ?? {}, rename)),
    },
    responses: {},
  };
  const values: RouteValues = { parts: ['body'], trust: trust ? { body: trust } : {} };
  let received: unknown;
  const loaded = {
    handler: (req: { body: unknown }) => {
      received = req.body;
      return {};
    },
    middleware: [],
    ...compileChecks(route, $defs, values, { body: schema }),
  };
  const contract: Contract = { routes: [route], effects: [], modules: [], $defs };
  const data = { id: route.id, method: 'POST', path: '/body', domain: 'root', load: () => loaded };
  const bundle = {
    abi: ABI,
    version: '1.0.0',
    id: 'rel_1',
    contract,
    routes: [data],
    match: () => ({ data }),
    modules: {},
    effects: {},
  } as unknown as ReleaseBundle;
  const nothing = (): void => undefined;
  const logger = { trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };
  const app = createApp({
    releases: () => onlyRelease(bundle),
    context: () => ({ logger }) as never,
    mode: 'production',
    logger,
  });
  return {
    trust,
    async send(text) {
      const response = await app.fetch(
        new Request('http://localhost/body', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: text,
        }),
      );
      if (response.status === 200) return { body: received };
      const problem = (await response.json()) as { errors?: unknown[] };
      if (response.status !== 400 || problem.errors === undefined)
        throw new Error(`${response.status} ${JSON.stringify(problem)}`);
      return { errors: problem.errors };
    },
  };
}

test.each(['zod', 'valibot', 'arktype'] satisfies Vendor[])(
  'a server accepts and hands on what validate of %s does, for random schemas and values',
  async (vendor) => {
    const random = createRandom(SEED);
    const count = { trusted: 0, accepted: 0, rejected: 0 };
    for (let index = 0; index < SCHEMAS; index++) {
      const spec = randomSpec(random);
      let schema: StandardSchema;
      try {
        schema = toSchema(spec, vendor) as StandardSchema;
      } catch {
        // arktype refuses types that no value has.
        continue;
      }
      const { send, trust } = await serve(schema);
      if (trust) count.trusted++;
      for (let round = 0; round < VALUES; round++) {
        const text = JSON.stringify(randomValue(spec, random));
        // arktype throws for some values that it should reject; a server responds with 500 then.
        const expected = await Promise.resolve(JSON.parse(text) as unknown)
          .then((value) => schema['~standard'].validate(value))
          .catch(() => undefined);
        if (expected === undefined) continue;
        const got = await send(text);
        const agrees =
          'body' in got
            ? expected.issues === undefined && isDeepStrictEqual(got.body, expected.value)
            : expected.issues !== undefined;
        if (!agrees)
          expect.fail(
            `${vendor}, trust ${trust}, schema ${index}: ${JSON.stringify(spec)}\n` +
              `sent ${text}\nvalidate: ${JSON.stringify(expected)}\nserver: ${JSON.stringify(got)}`,
          );
        if ('body' in got) count.accepted++;
        else count.rejected++;
      }
    }
    // The shortcut is worth its proof only where it is taken, and both outcomes must occur.
    expect(count.trusted).toBeGreaterThan(SCHEMAS / 20);
    expect(count.accepted).toBeGreaterThan(SCHEMAS / 2);
    expect(count.rejected).toBeGreaterThan(SCHEMAS / 2);
  },
  10_000 + SCHEMAS * 100,
);
