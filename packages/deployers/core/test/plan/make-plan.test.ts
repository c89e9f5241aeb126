import { describe, expect, test } from 'vitest';
import type { Settings } from '../../src/config/settings.ts';
import type { KubeObject } from '../../src/kube/cluster.ts';
import { createObjects } from '../../src/objects/objects.ts';
import { createPodTemplates } from '../../src/objects/pod-template.ts';
import { assertQueue, toTarget } from '../../src/objects/target.ts';
import { differences } from '../../src/plan/essence.ts';
import { isolatedBeside } from '../../src/plan/isolated.ts';
import { findRevision, listRevisions, type LiveState } from '../../src/plan/live-state.ts';
import { makePlan } from '../../src/plan/make-plan.ts';
import { planRevision } from '../../src/plan/plan-revision.ts';
import { type Plan, toRequest } from '../../src/plan/plan.ts';
import { applied, EMPTY, envOf, OPTIONS, summary } from './helpers/cluster-state.ts';

const release = (version: string): { id: string; version: string; image: string } => ({
  id: `rel_${version}`,
  version,
  image: `r.example.com/shop@sha256:${version.padStart(64, '0')}`,
});

function plan(version: string, state: LiveState, settings: Settings = {}): Plan {
  const target = toTarget('@team/Shop', 'production', settings);
  return makePlan(
    target,
    release(version),
    createObjects(target, release(version)),
    state,
    OPTIONS,
  );
}

/** Plans a release that gets its requests step by step. */
function gradual(version: string, state: LiveState, settings: Settings): Plan {
  const target = toTarget('@team/Shop', 'production', settings);
  const facts = release(version);
  const options = { ...OPTIONS, isGradual: true };
  return makePlan(target, facts, createObjects(target, facts), state, options);
}

describe('a plan', () => {
  test('of the first deploy makes the pods before what leads to them', () => {
    expect(summary(plan('1', EMPTY))).toEqual([
      'Namespace',
      'ConfigMap',
      'ServiceAccount',
      'NetworkPolicy',
      'Deployment',
      'wait',
      'Service',
      'PodDisruptionBudget',
      'verify',
    ]);
  });

  test('of the same release has no steps', () => {
    const state = applied(EMPTY, plan('1', EMPTY));
    expect(plan('1', state).steps).toEqual([]);
  });

  test('of another release ends the old pods last', () => {
    const state = applied(EMPTY, plan('1', EMPTY));
    expect(summary(plan('2', state))).toEqual([
      'Deployment',
      'wait',
      'Service',
      'PodDisruptionBudget',
      'verify',
      'scale to 0',
    ]);
  });

  test('starts as many new pods as the autoscaler gave the old release', () => {
    const settings = { scale: { min: 2, max: 10 } };
    const state = applied(EMPTY, plan('1', EMPTY, settings));
    const deployment = state.objects.find(({ kind }) => kind === 'Deployment')!;
    (deployment['spec'] as { replicas: number }).replicas = 7;
    deployment['status'] = { readyReplicas: 7 };
    expect(plan('1', state, settings).steps).toEqual([]);
    expect(summary(plan('2', state, settings))).toContain('scale to 7');
  });

  test('gives each domain pods, a Service and an autoscaler, to which the core passes requests', () => {
    const settings: Settings = {
      domains: { payments: { min: 2, max: 4 } },
      env: { GATI_TRUST_PROXY: 1 },
    };
    const first = plan('1', EMPTY, settings);
    expect(summary(first).slice(4)).toEqual([
      'Deployment',
      'Deployment',
      'scale to 2',
      'wait',
      'wait',
      'Service',
      'Service',
      'PodDisruptionBudget',
      'PodDisruptionBudget',
      'HorizontalPodAutoscaler',
      'verify',
      'verify',
    ]);
    const [core, payments] = first.steps.flatMap((step) =>
      step.kind === 'apply' && step.object.kind === 'Deployment' ? [envOf(step.object)] : [],
    );
    expect(core).toMatchObject({
      GATI_DOMAINS: 'payments=http://team-shop-routes-payments',
      GATI_TRUST_PROXY: '1',
    });
    expect(payments).toMatchObject({
      GATI_ROLE: 'routes',
      GATI_DOMAIN: 'payments',
      GATI_TRUST_PROXY: '2',
    });
    const state = applied(EMPTY, first);
    expect(plan('1', state, settings).steps).toEqual([]);
    expect(summary(plan('1', state, {})).filter((step) => step === 'delete')).toHaveLength(3);
  });

  test('moves requests to a canary by the number of pods, and watches it at each step', () => {
    const settings: Settings = { scale: { min: 4 }, rollout: { canary: {} } };
    const first = plan('1', EMPTY, settings);
    expect(summary(first)).not.toContain('watch');
    const state = applied(EMPTY, first);
    const next = gradual('2', state, settings);
    expect(summary(next)).toEqual([
      'Deployment',
      'scale to 1',
      'wait',
      'Service',
      'watch',
      'scale to 4',
      'wait',
      'watch',
      'wait',
      'Service',
      'PodDisruptionBudget',
      'verify',
      'scale to 0',
    ]);
    const shares = next.steps.flatMap((step) => (step.kind === 'watch' ? [step.share] : []));
    expect(shares).toEqual([20, 50]);
    const [shared, moved] = next.steps.flatMap((step) =>
      step.kind === 'apply' && step.object.kind === 'Service'
        ? [(step.object['spec'] as { selector: object }).selector]
        : [],
    );
    expect(Object.keys(shared!)).not.toContain('gati.dev/revision');
    expect(moved).toMatchObject({ 'gati.dev/revision': next.revision });
    expect(gradual('2', applied(state, next), settings).steps).toEqual([]);
  });

  test('ends a canary that was stopped before it starts another release', () => {
    const settings: Settings = { rollout: { canary: {} } };
    const state = applied(EMPTY, plan('1', EMPTY, settings));
    const { steps, ...rest } = gradual('2', state, settings);
    const stop = steps.findIndex(({ kind }) => kind === 'watch');
    const stopped = applied(state, { ...rest, steps: steps.slice(0, stop) });
    // The live release is still the old one.
    expect(summary(plan('1', stopped, settings))).toEqual(['Service', 'verify', 'delete']);
    expect(summary(gradual('3', stopped, settings)).slice(0, 2)).toEqual(['Service', 'Deployment']);
    expect(summary(gradual('2', stopped, settings))[0]).toBe('scale to 1');
  });

  test('moves requests to a canary by the weights of a gateway', () => {
    const settings: Settings = {
      scale: { min: 2 },
      kubernetes: { gateway: 'edge' },
      rollout: { canary: { steps: [5, 25] } },
    };
    const state = applied(EMPTY, plan('1', EMPTY, settings));
    const next = gradual('2', state, settings);
    const backends = next.steps.flatMap((step) =>
      step.kind === 'apply' && step.object.kind === 'HTTPRoute'
        ? [(step.object['spec'] as { rules: { backendRefs: unknown }[] }).rules[0]!.backendRefs]
        : [],
    );
    expect(backends).toEqual([
      [
        { name: 'team-shop', port: 80, weight: 95 },
        { name: 'team-shop-next', port: 80, weight: 5 },
      ],
      [
        { name: 'team-shop', port: 80, weight: 75 },
        { name: 'team-shop-next', port: 80, weight: 25 },
      ],
      [{ name: 'team-shop', port: 80 }],
    ]);
    expect(gradual('2', applied(state, next), settings).steps).toEqual([]);
  });

  test('keeps pods of earlier releases for requests of their version', () => {
    const settings: Settings = { rollout: { isolate: 1 } };
    const beside = (version: string, state: LiveState): Plan => {
      const target = toTarget('shop', 'production', settings);
      const isolated = isolatedBeside(target, state, version);
      const facts = { ...release(version), ...(isolated.length > 0 && { isolated }) };
      return makePlan(target, facts, createObjects(target, facts), state, OPTIONS);
    };
    let state = applied(EMPTY, beside('1', EMPTY));
    const first = listRevisions(state)[0]!.revision;
    const second = beside('2', state);
    expect(summary(second)).toEqual([
      'Deployment',
      'wait',
      'Deployment',
      'wait',
      'Service',
      'Service',
      'PodDisruptionBudget',
      'verify',
      'scale to 0',
    ]);
    const [core, old] = second.steps.flatMap((step) =>
      step.kind === 'apply' && step.object.kind === 'Deployment' ? [step.object] : [],
    );
    expect(envOf(core!)['GATI_RELEASE_SERVERS']).toBe(`1=http://shop-release-${first}`);
    expect(old!.metadata.name).toBe(`shop-release-${first}`);
    // The Service of the live release must not select these pods.
    expect(JSON.stringify(old)).not.toContain('"gati.dev/role":"core"');
    state = applied(state, second);
    expect(beside('2', state).steps).toEqual([]);
    const third = beside('3', state);
    // The oldest release ends, and its Service with it.
    expect(summary(third).slice(-3)).toEqual(['scale to 0', 'delete', 'delete']);
    state = applied(state, third);
    const target = toTarget('shop', 'production', settings);
    const back = planRevision(target, state, findRevision(state, second.revision)!, OPTIONS);
    expect(summary(back).slice(0, 4)).toEqual(['scale to 1', 'wait', 'Deployment', 'wait']);
    const domains = toTarget('shop', 'production', { rollout: { isolate: 1 }, domains: { a: {} } });
    expect(() => isolatedBeside(domains, state, '4')).toThrow('`domains`');
  });

  test('leads a gateway to the domains, without the core', () => {
    const settings: Settings = {
      domains: { payments: {} },
      kubernetes: { gateway: 'infra/edge' },
      url: 'https://shop.example.com',
    };
    const facts = { ...release('1'), paths: { payments: ['/payments'] } };
    const target = toTarget('shop', 'production', settings);
    const { steps } = makePlan(target, facts, createObjects(target, facts), EMPTY, OPTIONS);
    const objects = steps.flatMap((step) => (step.kind === 'apply' ? [step.object] : []));
    expect(objects.find(({ kind }) => kind === 'HTTPRoute')!['spec']).toEqual({
      parentRefs: [{ name: 'edge', namespace: 'infra' }],
      hostnames: ['shop.example.com'],
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: '/payments' } }],
          backendRefs: [{ name: 'shop-routes-payments', port: 80 }],
        },
        {
          matches: [{ path: { type: 'PathPrefix', value: '/' } }],
          backendRefs: [{ name: 'shop', port: 80 }],
        },
      ],
    });
    const core = objects.find(({ kind }) => kind === 'Deployment')!;
    expect(Object.keys(envOf(core))).not.toContain('GATI_DOMAINS');
    const state = applied(EMPTY, { steps } as Plan);
    // A rollback knows the paths without the build.
    const [found] = listRevisions(state);
    expect(planRevision(target, state, found!, OPTIONS).steps).toEqual([]);
    const ingress = createObjects(
      { ...target, settings: { ...settings, kubernetes: { ingress: 'nginx' } } },
      facts,
    ).live.others.find(({ kind }) => kind === 'Ingress')!;
    expect(JSON.stringify(ingress['spec'])).toContain('"name":"shop-routes-payments"');
  });

  test('hands over from an autoscaler to a fixed number of pods, and removes it', () => {
    const state = applied(EMPTY, plan('1', EMPTY, { scale: { min: 2, max: 10 } }));
    const fixed = summary(plan('1', state, { scale: { min: 3 } }));
    expect(fixed).toEqual(['scale to 3', 'wait', 'verify', 'delete']);
  });

  test('starts the pods of all roles at the same time, and ends those of a role that is gone', () => {
    const settings = { workers: { min: 2, max: 4 } };
    const first = plan('1', EMPTY, settings);
    expect(summary(first).slice(4)).toEqual([
      'Deployment',
      'Deployment',
      'scale to 2',
      'wait',
      'wait',
      'Service',
      'PodDisruptionBudget',
      'PodDisruptionBudget',
      'HorizontalPodAutoscaler',
      'verify',
    ]);
    const state = applied(EMPTY, first);
    expect(plan('1', state, settings).steps).toEqual([]);
    const without = plan('1', state);
    expect(summary(without)).toEqual([
      'Deployment',
      'wait',
      'Service',
      'PodDisruptionBudget',
      'verify',
      'scale to 0',
      'scale to 0',
      'delete',
      'delete',
    ]);
  });

  test('keeps three earlier revisions and removes older ones', () => {
    let state = EMPTY;
    for (const version of ['1', '2', '3', '4', '5', '6'])
      state = applied(state, plan(version, state));
    const kept = state.objects.filter(({ kind }) => kind === 'Deployment');
    expect(kept.map(({ metadata }) => metadata.labels!['gati.dev/version']).toSorted()).toEqual([
      '3',
      '4',
      '5',
      '6',
    ]);
  });

  test('leaves objects that are not of its set', () => {
    const state = applied(EMPTY, plan('1', EMPTY));
    const labels = { 'gati.dev/app': 'team-shop', 'gati.dev/revision': 'foreign' };
    const foreign: KubeObject = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'other', namespace: 'team-shop-production', labels, uid: 'x' },
    };
    const objects = [...state.objects, foreign];
    expect(summary(plan('1', { ...state, objects }))).toEqual([]);
  });

  test('names pods by release and settings, so that a change of settings rolls out too', () => {
    const state = applied(EMPTY, plan('1', EMPTY));
    const changed = plan('1', state, { env: { MODE: 'b' } });
    expect(changed.before).not.toBe(changed.revision);
    expect(summary(changed)[0]).toBe('Deployment');
  });

  test('sends strict requests, and deletes the object that it saw alone', () => {
    const { steps } = plan('1', EMPTY);
    expect(toRequest(steps[1]!, { dryRun: true })).toMatchObject({
      method: 'PATCH',
      path: 'api/v1/namespaces/team-shop-production/configmaps/team-shop-deploy',
      query: { fieldManager: 'gati-deploy', fieldValidation: 'Strict', dryRun: 'All' },
    });
    const object = { kind: 'Deployment', name: 'a', namespace: 'b' };
    const request = toRequest({ kind: 'delete', reason: '', object, uid: 'u' });
    expect(request?.body).toMatchObject({ preconditions: { uid: 'u' } });
  });
});

test('defaults of the cluster, other spellings of quantities and injected items are no difference', () => {
  const desired = { a: 1, memory: '1024Mi', list: [{ name: 'app', x: 1 }] };
  const live = {
    a: 1,
    b: 2,
    memory: '1Gi',
    list: [{ name: 'proxy' }, { name: 'app', x: 1, y: 2 }],
  };
  expect(differences(desired, live)).toEqual([]);
  expect(differences({ list: ['a'] }, { list: ['a', 'b'] })).toHaveLength(1);
  expect(differences({ list: [{ name: 'app', x: 2 }] }, live)).toEqual([
    { path: 'list[app].x', before: 1, after: 2 },
  ]);
});

test('the limit of the CPU is at least its reservation', () => {
  const limitOf = (cpu: string): unknown => {
    const target = toTarget('shop', 'production', { resources: { cpu } });
    const { spec } = createPodTemplates(target, release('1')).templates[0]!.template;
    const [container] = spec['containers'] as [{ resources: { limits: { cpu: string } } }];
    return container.resources.limits.cpu;
  };
  expect(['100m', '1', '1500m', '4'].map(limitOf)).toEqual(['1', '1', '1500m', '4']);
});

test('an app with effects needs a queue that outlives its pods', () => {
  const manifest = { contract: { effects: [{}] } } as never;
  expect(() => assertQueue(manifest, {})).toThrow('GATI_DEPLOY_CONFIG');
  expect(() => assertQueue(manifest, { env: { GATI_EFFECTS: 'memory:' } })).not.toThrow();
});

test.each([
  ['shop', 'shop'],
  ['@team/Shop_API', 'team-shop-api'],
  ['123', 'app-123'],
  ['x'.repeat(80), `${'x'.repeat(33)}-`],
])('the name %s becomes a label of the cluster', (name, expected) => {
  const { app } = toTarget(name, 'production', {});
  expect(app.startsWith(expected)).toBe(true);
  expect(app).toMatch(/^[a-z][a-z0-9-]{0,39}$/);
});
