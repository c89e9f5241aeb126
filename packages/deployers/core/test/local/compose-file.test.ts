import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { type ComposeFacts, printComposeFiles } from '../../src/local/compose-file.ts';

interface Compose {
  services: Record<
    string,
    { environment?: Record<string, string>; ports?: string[]; volumes?: string[] }
  >;
  volumes: object;
}

const FACTS: ComposeFacts = {
  app: 'shop',
  image: 'gati-local/shop:rel_1',
  env: {},
  local: {},
  hasEffects: true,
  modules: [],
};

const composeOf = (facts: Partial<ComposeFacts>): Compose =>
  parse(printComposeFiles({ ...FACTS, ...facts })['compose.yaml']!) as Compose;

test('an app with effects gets a worker, a queue, Prometheus and Loki, reachable on loopback only', () => {
  const { services, volumes } = composeOf({});
  expect(Object.keys(services)).toEqual(['app', 'worker', 'queue', 'prometheus', 'loki']);
  expect(services['app']!.ports).toEqual(['127.0.0.1:3000:3000']);
  for (const name of ['worker', 'queue', 'prometheus', 'loki'])
    expect(services[name]!.ports, name).toBeUndefined();
  expect(services['app']!.environment).toMatchObject({
    GATI_ROLE: 'core',
    GATI_EFFECTS: 'redis://queue:6379',
    GATI_LOKI_URL: 'http://loki:3100',
  });
  expect(services['worker']!.environment!['GATI_ROLE']).toBe('worker');
  expect(Object.keys(volumes)).toEqual(['data', 'queue', 'prometheus', 'loki']);
  const { scrape_configs: jobs } = parse(printComposeFiles(FACTS)['prometheus.yaml']!) as {
    scrape_configs: object[];
  };
  expect(jobs).toEqual([
    { job_name: 'shop', static_configs: [{ targets: ['app:3000', 'worker:3000'] }] },
  ]);
});

test('an app without effects is one container, with no role and no queue', () => {
  const { services } = composeOf({ hasEffects: false, local: { telemetry: false, port: 8080 } });
  expect(Object.keys(services)).toEqual(['app']);
  expect(services['app']!.environment).toEqual({});
  expect(services['app']!.ports).toEqual(['127.0.0.1:8080:3000']);
});

test('values of the settings replace those of the target, and secrets come from the environment', () => {
  const facts: ComposeFacts = {
    ...FACTS,
    local: { queue: 'postgres' },
    env: {
      GATI_EFFECTS: 'redis://elsewhere:6379',
      PRICE: '$5',
      // Compose reads YAML 1.1, where this is a boolean.
      ANSWER: 'yes',
      STRIPE_KEY: { secret: 'shop', key: 'stripe' },
    },
  };
  const text = printComposeFiles(facts)['compose.yaml']!;
  const { services } = parse(text, { version: '1.1' }) as Compose;
  expect(services['app']!.environment).toMatchObject({
    GATI_EFFECTS: 'redis://elsewhere:6379',
    PRICE: '$$5',
    ANSWER: 'yes',
    STRIPE_KEY: '${STRIPE_KEY:?the secret STRIPE_KEY is missing in the environment}',
  });
});

test('a container of a module reaches the network only if it is granted, and the app calls it by name', () => {
  const container = { memory: 1_048_576, stop: 5000, env: ['MODEL', 'NONE'] };
  const image = `ghcr.io/acme/scorer@sha256:${'a'.repeat(64)}`;
  const { services, networks } = composeOf({
    hasEffects: false,
    env: { MODEL: 'small', OTHER: 'x' },
    modules: [
      { name: 'scorer', image, container },
      {
        name: 'Scorer',
        image: `sha256:${'b'.repeat(64)}`,
        container: { ...container, network: true },
      },
    ],
  }) as Compose & { networks: object };
  const [, scorer, other] = Object.keys(services);
  expect(scorer).toBe('module-scorer');
  expect(other).toMatch(/^module-scorer-[0-9a-f]{6}$/);
  expect(services['app']).toMatchObject({
    networks: ['default', 'modules'],
    environment: {
      GATI_MODULE_SERVERS: `scorer=http://${scorer}:8080,Scorer=http://${other}:8080`,
    },
  });
  expect(services[scorer!]).toMatchObject({
    image,
    networks: ['modules'],
    environment: { MODEL: 'small', GATI_MODULE: '1', GATI_MODULE_PORT: '8080', TMPDIR: '/tmp' },
    read_only: true,
    cap_drop: ['ALL'],
    user: '65532:65532',
    mem_limit: 1_048_576,
  });
  expect(Object.keys(services[scorer!]!.environment!)).not.toContain('OTHER');
  expect(services[other!]).toMatchObject({
    networks: ['default', 'modules'],
    pull_policy: 'never',
  });
  expect(networks).toEqual({ default: {}, modules: { internal: true } });
});
