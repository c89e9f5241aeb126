import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { loadConfig } from '../../src/config/load-config.ts';
import { createRedactor } from '../../src/config/redact-secrets.ts';

const schemas = {
  zod: z.object({
    DATABASE_URL: z.url(),
    RETRIES: z.coerce.number().default(3),
    API_TOKEN: z.string(),
  }),
  valibot: v.object({
    DATABASE_URL: v.pipe(v.string(), v.url()),
    RETRIES: v.optional(v.pipe(v.string(), v.transform(Number)), '3'),
    API_TOKEN: v.string(),
  }),
  arktype: type({
    DATABASE_URL: 'string.url',
    RETRIES: 'string.numeric.parse = "3"',
    API_TOKEN: 'string',
  }),
};

describe.each(Object.entries(schemas))('config by %s', (_, schema) => {
  test('returns the validated output', async () => {
    const { value } = await loadConfig(
      () => schema,
      { DATABASE_URL: 'postgres://u:pw@db/app', API_TOKEN: 'tok-123456', OTHER: 'x' },
      'production',
    );
    expect(value).toMatchObject({
      DATABASE_URL: 'postgres://u:pw@db/app',
      RETRIES: 3,
      API_TOKEN: 'tok-123456',
    });
  });

  test('reports all missing and invalid names together, without their values', async () => {
    const loading = loadConfig(() => schema, { DATABASE_URL: 'hunter2-is-no-url' }, 'production');
    await expect(loading).rejects.toMatchObject({
      code: 'GATI_CONFIG_INVALID',
      diagnostic: { file: 'src/config.ts' },
    });
    const error = await loading.catch((caught: Error) => caught.message);
    expect(error).toMatch(/DATABASE_URL/);
    expect(error).toMatch(/API_TOKEN is missing/);
    expect(error).not.toMatch(/hunter2/);
  });
});

test('config is empty without src/config.ts', async () => {
  expect(await loadConfig(undefined, { A: '1' }, 'production')).toEqual({ value: {}, secrets: [] });
});

test.each([
  ['development', /in \.env or/],
  ['production', /^Set these variables in the environment\.$/],
  ['test', /testApp\(\{ env: .* tests do not read \.env/],
] as const)(
  'the fix of GATI_CONFIG_INVALID says where to set variables in mode %s',
  async (mode, fix) => {
    const error: unknown = await loadConfig(() => z.object({ A: z.string() }), {}, mode).catch(
      (caught: unknown) => caught,
    );
    expect(error).toMatchObject({ diagnostic: { fix: expect.stringMatching(fix) } });
  },
);

test('GATI_CONFIG_INVALID reports a default export that is not a Standard Schema', async () => {
  await expect(loadConfig(() => ({ port: 1 }), {}, 'production')).rejects.toMatchObject({
    code: 'GATI_CONFIG_INVALID',
    message: expect.stringContaining('does not export a Standard Schema as default'),
  });
});

test('the redactor hides config values in text and in JSON, but not common words', async () => {
  const { secrets } = await loadConfig(
    () => z.object({ KEY: z.string(), MODE: z.string() }),
    {
      KEY: 'se"cret\\value',
      MODE: 'production',
    },
    'production',
  );
  const redact = createRedactor(secrets);
  expect(redact('key se"cret\\value in production')).toBe('key [redacted] in production');
  expect(redact(JSON.stringify({ key: 'se"cret\\value' }))).toBe('{"key":"[redacted]"}');
});
