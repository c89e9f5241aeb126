import * as fc from 'fast-check';
import { stringify } from 'yaml';
import type { Manifest } from '@gati/contract';
import {
  type ConfigSchema,
  DEPLOY_SCHEMA,
} from '../../../packages/deployers/core/src/config/schema.ts';

/** A random `gati.deploy.yaml`, and the build that it deploys. */
export interface RandomDeploy {
  /** Name in `package.json`. */
  name: string;
  environment: string;
  yaml: string;
  manifest: Manifest;
  /** Whether earlier releases keep separate pods. */
  isolated: number;
}

const MODULES = ['scorer', 'aModuleWithAVeryLongNameThatNoLabelOfAClusterHolds', '$_'];
const DOMAINS = ['payments', 'root', 'veryLongNameOfADomain', '3d', 'a_b'];

const cpu = fc.constantFrom('100m', '250m', '0.5', '1', '1.5', '4');
const memory = fc.constantFrom('128Mi', '256Mi', '1Gi', '2G', '1.5Gi');
const resources = fc.record({ cpu, memory }, { requiredKeys: [] });
const numbers = {
  min: fc.integer({ min: 1, max: 5 }),
  max: fc.integer({ min: 1, max: 1000 }),
  cpu: fc.integer({ min: 1, max: 100 }),
};
const scale = fc.record(numbers, { requiredKeys: [] });
const role = fc.record({ ...numbers, resources }, { requiredKeys: [] });
const FIELDS = DEPLOY_SCHEMA.$defs!['settings']!.properties!;
/** Texts that match the pattern of a setting. */
const textOf = ({ pattern, maxLength = Infinity }: ConfigSchema): fc.Arbitrary<string> =>
  fc.stringMatching(new RegExp(pattern!)).filter((each) => each.length <= maxLength);
const place = FIELDS['kubernetes']!.properties!;
const secret = (FIELDS['env']!.additionalProperties as ConfigSchema).anyOf!.find(
  ({ properties }) => properties?.['secret'],
)!.properties!;
const duration = fc.constantFrom('1s', '90s', '10m', '2h');
const value: fc.Arbitrary<unknown> = fc.oneof(
  fc.string({ maxLength: 40 }).map((text) => text.replaceAll('\0', '')),
  fc.integer(),
  fc.boolean(),
  fc.record({ secret: textOf(secret['secret']!), key: textOf(secret['key']!) }),
);
const variable = fc.stringMatching(new RegExp(FIELDS['env']!.propertyNames!.pattern));
const env = fc.dictionary(variable, value, { maxKeys: 4 });

const settings: fc.Arbitrary<Record<string, unknown>> = fc.record(
  {
    scale,
    resources,
    workers: role,
    domains: fc.dictionary(fc.constantFrom(...DOMAINS), role, { maxKeys: 4 }),
    modules: fc.dictionary(fc.constantFrom(...MODULES), role, { maxKeys: 3 }),
    env: fc.tuple(env, fc.boolean()).map(([own, hasDatabase]) => ({
      ...own,
      GATI_EFFECTS: { secret: 'queue', key: 'url' },
      ...(hasDatabase && { GATI_DATABASE: { secret: 'database', key: 'url' } }),
    })),
    kubernetes: fc.record(
      {
        namespace: textOf(place['namespace']!),
        pullSecret: textOf(place['pullSecret']!),
        service: fc.constantFrom(...place['service']!.enum!),
        gateway: textOf(place['gateway']!),
        ingress: textOf(place['ingress']!),
      },
      { requiredKeys: [] },
    ),
    rollout: fc.record(
      {
        timeout: duration,
        keep: fc.integer({ min: 1, max: 10 }),
        isolate: fc.integer({ min: 0, max: 3 }),
        canary: fc.record({ duration }, { requiredKeys: [] }),
      },
      { requiredKeys: [] },
    ),
    panel: fc.boolean(),
    url: fc.constantFrom('https://shop.example.com', 'http://10.0.0.1:8080', 'http://[::1]'),
  },
  { requiredKeys: [] },
);

const ROUTES = DOMAINS.map((domain) => ({
  path: domain === 'root' ? '/' : `/${domain}/:id`,
  domain,
}));

const toModule = (name: string, index: number): object => ({
  name,
  file: '',
  source: `docker:ghcr.io/acme/${index}@sha256:${String(index).repeat(64)}`,
  container: {
    memory: 268_435_456,
    stop: 5000,
    env: ['GATI_EFFECTS'],
    scaling: { min: 1, max: index + 1 },
    ...(index === 1 && { network: true }),
  },
});

const manifest = ({ migrates }: { migrates: boolean }): Manifest =>
  ({
    format: 1,
    name: 'shop',
    release: { version: '1.2.0+build.7', id: 'rel_0123456789abcdef' },
    contract: { $defs: {}, effects: [{}], modules: MODULES.map(toModule), routes: ROUTES },
    ...(migrates && { databaseMigrations: [{}] }),
  }) as unknown as Manifest;

/** Random apps with random `gati.deploy.yaml` files that match the schema of the file. */
export const randomDeploys: fc.Arbitrary<RandomDeploy> = fc.record({
  name: fc.constantFrom('shop', '@team/Shop', '3d-shop', 'a'.repeat(80), 'x_y.z'),
  environment: fc.constantFrom('production', 'Staging_2', 'a'.repeat(40)),
  yaml: fc.tuple(settings, settings).map(([top, own]) =>
    stringify({
      image: { repository: 'registry.example.com/team/shop' },
      ...top,
      environments: { production: own },
    }),
  ),
  manifest: fc.boolean().map((migrates) => manifest({ migrates })),
  isolated: fc.integer({ min: 0, max: 2 }),
});

/** Settings that no random file has, with the reason for each. */
const NOT_IN_OBJECTS: Record<string, string> = {
  provider: 'selects the target',
  regions: 'replaces the other settings',
  modules: 'is for modules in containers, which these builds do not have',
  cdnScript: 'is for the target custom',
  deployScript: 'is for the target custom',
  image: 'is for the build of the image',
  cloud: 'is for clouds',
  local: 'is for the target local',
};

/**
 * Returns the settings of the schema that neither a random file nor the list of reasons contains.
 */
export function forgottenSettings(): string[] {
  const covered = new Set<string>(Object.keys(NOT_IN_OBJECTS));
  fc.assert(
    fc.property(settings, (each) => {
      for (const key of Object.keys(each)) covered.add(key);
    }),
    { numRuns: 200 },
  );
  return Object.keys(FIELDS).filter((key) => !covered.has(key));
}
