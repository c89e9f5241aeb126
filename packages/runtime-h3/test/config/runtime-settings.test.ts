import fs from 'node:fs';
import { expect, test } from 'vitest';
import { describeSettings } from '../../src/config/describe-settings.ts';
import {
  findSettingError,
  isRuntimeSetting,
  RUNTIME_SETTINGS,
} from '../../src/config/runtime-settings.ts';
import { SETTINGS } from '../../src/config/settings-table.ts';
import { readServerEnv } from '../../src/server/env.ts';
import { nodeSettings } from '../../src/server/node-settings.ts';
import { applySettings, createLiveSettings } from '../../src/server/worker/live-settings.ts';

test.each([
  ['GATI_LOG_LEVEL', ['debug', 'error'], ['', 'loud', 'DEBUG']],
  ['GATI_LOG_REQUESTS', ['on', 'off'], ['yes', '']],
  ['OTEL_TRACES_SAMPLER', ['always_on', 'parentbased_traceidratio'], ['sometimes']],
  ['OTEL_TRACES_SAMPLER_ARG', ['0', '0.25', '1', '1.0'], ['1.5', '-1', 'x', '1e9']],
  [
    'GATI_EFFECT_CONCURRENCY',
    ['mail=1', 'mail=2, welcome.v2=1000'],
    ['mail', 'mail=0', 'mail=1001', 'mail=1,mail=2', 'a b=1', `${'a'.repeat(4000)}=1`],
  ],
] as const)('the setting %s accepts %j and rejects %j', (name, good, bad) => {
  for (const text of good) expect([text, findSettingError(name, text)]).toEqual([text, undefined]);
  for (const text of bad) expect(findSettingError(name, text)).toMatch(/^must be /);
});

test('a server does not start with a setting that a running one would reject', () => {
  for (const name of ['GATI_LOG_LEVEL', 'GATI_LOG_REQUESTS', 'GATI_EFFECT_CONCURRENCY'])
    expect(() => readServerEnv({ [name]: '=' })).toThrow(name);
});

test('changed settings apply in place, and the environment again without them', () => {
  const live = createLiveSettings({ GATI_LOG_LEVEL: 'warn' });
  expect(live).toEqual({ logLevel: 'warn', logsRequests: true, concurrency: {} });
  const samplers: (string | undefined)[] = [];
  const setSampler = (env: Record<string, string | undefined>): void =>
    void samplers.push(env.OTEL_TRACES_SAMPLER);
  const overrides = {
    GATI_LOG_LEVEL: 'debug',
    GATI_LOG_REQUESTS: 'off',
    GATI_EFFECT_CONCURRENCY: 'mail=2',
    OTEL_TRACES_SAMPLER: 'always_off',
  };
  applySettings(live, overrides, setSampler);
  expect(live).toEqual({ logLevel: 'debug', logsRequests: false, concurrency: { mail: 2 } });
  applySettings(live, {}, setSampler);
  expect(live).toEqual({ logLevel: 'info', logsRequests: true, concurrency: {} });
  expect(samplers).toEqual(['always_off', process.env['OTEL_TRACES_SAMPLER']]);
});

test('the table has each variable of the reference, and each setting that changes at runtime', () => {
  const page = fs.readFileSync(
    new URL('../../../../docs/reference/environment.md', import.meta.url),
    'utf8',
  );
  const [servers = ''] = page.split('## In development');
  const names = [...servers.matchAll(/^\|([^|]+)\|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([A-Z_]+)`/g)].map(([, name]) => name!),
  );
  expect(names.length).toBeGreaterThan(30);
  const known = new Map(SETTINGS.map((setting) => [setting.name, setting]));
  expect(names.filter((name) => !known.has(name))).toEqual([]);
  for (const { name, when } of SETTINGS)
    expect([name, when]).toEqual([name, isRuntimeSetting(name) ? 'runtime' : 'start']);
  expect(Object.keys(RUNTIME_SETTINGS).filter((name) => !known.has(name))).toEqual([]);
});

test('each default is a value, or says what applies', () => {
  const settings = nodeSettings();
  for (const { name, value, unset } of settings)
    expect([name, value || unset]).toEqual([name, expect.stringMatching(/./)]);
  const found = new Map(settings.map((each) => [each.name, each]));
  for (const name of Object.keys(RUNTIME_SETTINGS)) expect(found.has(name)).toBe(true);
  expect(found.get('GATI_EFFECT_CONCURRENCY')).toMatchObject({
    value: '',
    unset: 'the limit of each effect',
    source: 'default',
  });
  const [given] = describeSettings({
    env: { OTEL_TRACES_SAMPLER: 'always_on' },
    defaults: { OTEL_TRACES_SAMPLER: '' },
  });
  expect(given).not.toHaveProperty('unset');
});

test('the headers of an export are hidden, since they authorise it', () => {
  const settings = describeSettings({
    env: { OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20canary-secret' },
    defaults: {},
  });
  expect(JSON.stringify(settings)).not.toContain('canary-secret');
});
