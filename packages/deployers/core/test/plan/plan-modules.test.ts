import { GatiError, type Manifest } from '@gati/contract';
import { expect, test } from 'vitest';
import type { Settings } from '../../src/config/settings.ts';
import { findDrift } from '../../src/drift/find-drift.ts';
import { clusterModules } from '../../src/objects/modules.ts';
import { createObjects } from '../../src/objects/objects.ts';
import { type ReleaseFacts, toTarget } from '../../src/objects/target.ts';
import { isolatedBeside } from '../../src/plan/isolated.ts';
import { findRevision, listRevisions, type LiveState } from '../../src/plan/live-state.ts';
import { makePlan } from '../../src/plan/make-plan.ts';
import { planRevision } from '../../src/plan/plan-revision.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { applied, EMPTY, envOf, OPTIONS, summary } from './helpers/cluster-state.ts';

const image = (digit: string): string => `ghcr.io/acme/scorer@sha256:${digit.repeat(64)}`;

/** A release that calls the module of an image; none without a digit. */
const release = (version: string, digit: string): ReleaseFacts => ({
  id: `rel_${version}`,
  version,
  image: `r.example.com/shop@sha256:${version.padStart(64, '0')}`,
  ...(digit && {
    modules: [
      {
        name: 'scorer',
        image: image(digit),
        container: {
          memory: 64 * 1_048_576,
          stop: 5000,
          env: ['MODEL', 'NONE'],
          scaling: { min: 2, max: 4 },
        },
      },
    ],
  }),
});

const targetOf = (settings: Settings = {}): ReturnType<typeof toTarget> =>
  toTarget('shop', 'production', settings);

function plan(facts: ReleaseFacts, state: LiveState, settings: Settings = {}): Plan {
  const target = targetOf(settings);
  return makePlan(target, facts, createObjects(target, facts), state, OPTIONS);
}

const moduleNames = (state: LiveState): string[] =>
  state.objects
    .filter(({ kind, metadata }) => kind === 'Deployment' && metadata.name.includes('module'))
    .map(({ metadata, ...rest }) => {
      const { replicas } = rest['spec'] as { replicas: number };
      return `${metadata.labels!['gati.dev/role']} ${replicas}`;
    });

test('a module gets restricted pods, a Service, a policy and an autoscaler before the app starts', () => {
  const settings = { env: { MODEL: { secret: 'shop', key: 'model' }, OTHER: 'x' } };
  const first = plan(release('1', 'a'), EMPTY, settings);
  expect(summary(first).slice(4, 13)).toEqual([
    'NetworkPolicy',
    'Service',
    'Deployment',
    'PodDisruptionBudget',
    'HorizontalPodAutoscaler',
    'scale to 2',
    'wait',
    'Deployment',
    'wait',
  ]);
  const objects = first.steps.flatMap((step) => (step.kind === 'apply' ? [step.object] : []));
  const own = objects.filter(({ metadata }) => metadata.labels!['gati.dev/module']);
  const name = own[0]!.metadata.name;
  expect(name).toMatch(/^shop-module-scorer-[0-9a-f]{10}$/);
  expect(new Set(own.map(({ metadata }) => metadata.name)).size).toBe(1);
  const core = objects.find(({ metadata }) => metadata.labels!['gati.dev/role'] === 'core')!;
  expect(envOf(core)['GATI_MODULE_SERVERS']).toBe(`scorer=http://${name}`);
  const specOf = (kind: string): Record<string, unknown> =>
    own.find((each) => each.kind === kind)!['spec'] as Record<string, unknown>;
  expect(specOf('NetworkPolicy')).toMatchObject({
    policyTypes: ['Ingress', 'Egress'],
    ingress: [{ ports: [{ protocol: 'TCP', port: 8080 }] }],
    egress: [],
  });
  expect(specOf('HorizontalPodAutoscaler')).toMatchObject({ minReplicas: 2, maxReplicas: 4 });
  expect(specOf('Deployment')).toMatchObject({
    template: {
      metadata: { labels: { 'gati.dev/app': 'shop', 'gati.dev/role': 'module-scorer' } },
      spec: {
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            image: image('a'),
            stdin: true,
            env: [
              {
                name: 'MODEL',
                valueFrom: { secretKeyRef: { name: 'shop', key: 'model' } },
              },
              { name: 'GATI_MODULE', value: '1' },
              { name: 'GATI_MODULE_PORT', value: '8080' },
              { name: 'TMPDIR', value: '/tmp' },
            ],
            resources: { limits: { memory: '64Mi' } },
            securityContext: {
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ['ALL'] },
            },
          },
        ],
      },
    },
  });
  // Policies add up: that of the app would let any pod call the module.
  const policy = objects.find(
    ({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name === 'shop',
  )!;
  expect(JSON.stringify(policy['spec'])).toContain('"gati.dev/module","operator":"DoesNotExist"');
  const state = applied(EMPTY, first);
  expect(plan(release('1', 'a'), state, settings).steps).toEqual([]);
  expect(findDrift(targetOf(settings), state)).toEqual([]);
});

test('releases with the same module share its pods, and another module starts beside the old one', () => {
  let state = applied(EMPTY, plan(release('1', 'a'), EMPTY));
  const second = plan(release('2', 'a'), state);
  expect(summary(second)).toEqual([
    'Deployment',
    'wait',
    'Service',
    'PodDisruptionBudget',
    'verify',
    'scale to 0',
  ]);
  state = applied(state, second);
  const third = plan(release('3', 'b'), state);
  expect(summary(third).slice(0, 8)).toEqual([
    'NetworkPolicy',
    'Service',
    'Deployment',
    'PodDisruptionBudget',
    'HorizontalPodAutoscaler',
    'scale to 2',
    'wait',
    'Deployment',
  ]);
  // The pods of the old core, then those of the old module.
  expect(summary(third).slice(-2)).toEqual(['scale to 0', 'scale to 0']);
  state = applied(state, third);
  expect(moduleNames(state)).toEqual(['module-scorer 0', 'module-scorer 2']);
  expect(plan(release('3', 'b'), state).steps).toEqual([]);
  const back = planRevision(targetOf(), state, findRevision(state, second.revision)!, OPTIONS);
  expect(summary(back).slice(0, 4)).toEqual(['scale to 2', 'wait', 'scale to 1', 'wait']);
  state = applied(state, back);
  expect(moduleNames(state)).toEqual(['module-scorer 2', 'module-scorer 0']);
});

test('a release that gets separate pods again also starts its modules', () => {
  const settings: Settings = { rollout: { isolate: 1 } };
  const target = targetOf(settings);
  let state = EMPTY;
  for (const [version, digit] of [
    ['1', 'a'],
    ['2', 'b'],
    ['3', 'c'],
  ] as const) {
    const isolated = isolatedBeside(target, state, version);
    const facts = { ...release(version, digit), ...(isolated.length > 0 && { isolated }) };
    state = applied(state, plan(facts, state, settings));
  }
  const byImage = (): Record<string, number> =>
    Object.fromEntries(
      state.objects
        .filter(({ kind, metadata }) => kind === 'Deployment' && metadata.name.includes('module'))
        .map(({ spec }) => {
          const { replicas, template } = spec as {
            replicas: number;
            template: { spec: { containers: { image: string }[] } };
          };
          return [template.spec.containers[0]!.image.at(-1)!, replicas];
        }),
    );
  expect(byImage()).toEqual({ a: 0, b: 2, c: 2 });
  const second = listRevisions(state).find(({ version }) => version === '2')!;
  state = applied(state, planRevision(target, state, second, OPTIONS));
  expect(byImage()).toEqual({ a: 2, b: 2, c: 0 });
});

test('a module that no kept release calls is removed with all its objects', () => {
  let state = applied(EMPTY, plan(release('1', 'a'), EMPTY));
  for (const version of ['2', '3', '4']) state = applied(state, plan(release(version, ''), state));
  expect(moduleNames(state)).toEqual(['module-scorer 0']);
  const last = plan(release('5', ''), state);
  const deleted = last.steps.flatMap((step) => (step.kind === 'delete' ? [step.object.kind] : []));
  expect(deleted.toSorted()).toEqual([
    'Deployment',
    'Deployment',
    'HorizontalPodAutoscaler',
    'NetworkPolicy',
    'PodDisruptionBudget',
    'Service',
  ]);
  expect(moduleNames(applied(state, last))).toEqual([]);
});

test('settings replace the scaling of a module, which restarts no pod', () => {
  const state = applied(EMPTY, plan(release('1', 'a'), EMPTY));
  const fixed = plan(release('1', 'a'), state, { modules: { scorer: { min: 1, max: 1 } } });
  expect(fixed.before).toBe(fixed.revision);
  expect(summary(fixed)).not.toContain('HorizontalPodAutoscaler');
  expect(summary(fixed)).toContain('scale to 1');
  expect(fixed.steps.flatMap((step) => (step.kind === 'delete' ? [step.object.kind] : []))).toEqual(
    ['HorizontalPodAutoscaler'],
  );
});

test('rejects a module that pods can not run, and a setting for an unknown module', () => {
  const container = { memory: 1, stop: 1 };
  const manifest = (source: string, more: object = {}): Manifest =>
    ({
      contract: {
        modules: [{ name: 'scorer', file: '', source, container: { ...container, ...more } }],
      },
    }) as unknown as Manifest;
  const reject = (settings: Settings, source: string, more?: object): string => {
    try {
      clusterModules(manifest(source, more), settings);
      return '';
    } catch (error) {
      return (error as GatiError).message;
    }
  };
  const source = `docker:${image('a')}`;
  expect(reject({}, source)).toBe('');
  expect(reject({ modules: { scores: {} } }, source)).toContain('Did you mean `scorer`?');
  expect(reject({}, `docker:sha256:${'a'.repeat(64)}`)).toContain('on this machine only');
  expect(reject({}, source, { files: true })).toContain('reads files of this machine');
});
