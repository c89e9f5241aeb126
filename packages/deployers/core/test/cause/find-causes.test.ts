import { describe, expect, test } from 'vitest';
import { findCauses } from '../../src/cause/find-causes.ts';
import type { ContainerState, KubeEvent, Pod, Snapshot } from '../../src/cause/snapshot.ts';

const pod = (status: Pod['status']): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'shop-1', uid: 'u1', creationTimestamp: '2026-11-30T08:00:00Z' },
  status,
});

const container = (
  state: ContainerState,
  rest: { restartCount?: number; lastState?: ContainerState } = {},
): Pod =>
  pod({
    phase: 'Running',
    containerStatuses: [{ name: 'app', ready: false, restartCount: 0, state, ...rest }],
  });

const event = (reason: string, message: string): KubeEvent => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: 'e' },
  involvedObject: { uid: 'u1' },
  reason,
  message,
});

const snapshot = (parts: Partial<Snapshot>): Snapshot => ({
  deployment: undefined,
  replicaSets: [],
  pods: [],
  events: [],
  now: 0,
  ...parts,
});

const rejected = (message: string): Snapshot => {
  const condition = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message };
  const replicaSet = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'shop-1' },
    status: { conditions: [condition] },
  };
  return snapshot({ replicaSets: [replicaSet] });
};

describe('the cause of pods that are not ready', () => {
  const waiting = (reason: string, message: string): Snapshot =>
    snapshot({ pods: [container({ waiting: { reason, message } })] });

  test.each([
    [
      'an image that the registry does not have',
      waiting(
        'ErrImagePull',
        'failed to resolve reference "r/shop@sha256:1": r/shop@sha256:1: not found',
      ),
      'image-missing',
      'gati-deploy image',
    ],
    [
      'a registry that wants a login',
      waiting('ErrImagePull', 'failed to authorize: 401 Unauthorized: authentication required'),
      'image-denied',
      'kubernetes.pullSecret',
    ],
    [
      'a registry that is not reached',
      waiting('ErrImagePull', 'dial tcp: lookup registry.internal: no such host'),
      'image-pull',
      'image.repository',
    ],
    [
      'an image for another platform',
      waiting('ErrImagePull', 'no match for platform in manifest: not found'),
      'image-platform',
      'image.platforms',
    ],
    [
      'a missing Secret',
      waiting('CreateContainerConfigError', 'secret "shop" not found'),
      'config-missing',
      'Secret `shop`',
    ],
    [
      'a missing key of a Secret',
      waiting(
        'CreateContainerConfigError',
        "couldn't find key database in Secret shop-production/shop",
      ),
      'config-missing',
      '`env`',
    ],
    [
      'an executable of another architecture',
      waiting('RunContainerError', 'exec /nodejs/bin/node: exec format error'),
      'image-platform',
      'image.platforms',
    ],
    [
      'an image without node',
      waiting('RunContainerError', 'exec: "node": executable file not found in $PATH'),
      'start-failed',
      'image.base',
    ],
    [
      'a quota',
      rejected('pods "shop-1" is forbidden: exceeded quota: small, requested: cpu=2'),
      'quota',
      'quota',
    ],
    [
      'Pod Security',
      rejected(
        'pods "shop-1" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot',
      ),
      'rejected',
      'policy',
    ],
    [
      'a missing service account',
      rejected('error looking up service account shop/shop'),
      'not-created',
      'message',
    ],
  ])('is %s', (_, given, code, fix) => {
    const [found, ...more] = findCauses(given);
    expect(found).toMatchObject({ code, fix: expect.stringContaining(fix) });
    expect(more).toEqual([]);
  });

  test('names a pull that takes long, while nothing else has happened', () => {
    const began = Date.parse('2026-11-30T08:00:00Z');
    const pulling = {
      ...event('Pulling', 'Pulling image "r/shop"'),
      lastTimestamp: '2026-11-30T08:00:00Z',
    };
    const pods = [container({ waiting: { reason: 'ContainerCreating' } })];
    const at = (seconds: number, ...events: KubeEvent[]): string[] =>
      findCauses(snapshot({ pods, events, now: began + seconds * 1000 })).map(({ code }) => code);
    expect(at(5, pulling)).toEqual([]);
    expect(at(12, pulling)).toEqual(['image-slow']);
    expect(at(12, pulling, event('FailedMount', 'no secret'))).toEqual(['volume']);
  });

  test('is why the last pull failed, while the node waits for the next one', () => {
    const { pods } = waiting('ImagePullBackOff', 'Back-off pulling image "r/shop"');
    const events = [event('Failed', 'Failed to pull image "r/shop": manifest unknown')];
    expect(findCauses(snapshot({ pods, events }))[0]).toMatchObject({
      code: 'image-missing',
      why: expect.stringContaining('manifest unknown'),
    });
  });

  test('is the memory limit when the kernel killed the container', () => {
    const lastState = { terminated: { exitCode: 137, reason: 'OOMKilled' } };
    const state = { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } };
    const [found] = findCauses(
      snapshot({ pods: [container(state, { lastState, restartCount: 2 })] }),
    );
    expect(found).toMatchObject({
      code: 'out-of-memory',
      fix: expect.stringContaining('resources.memory'),
      logsOf: { pod: 'shop-1', container: 'app', isPrevious: true },
    });
  });

  test('is the exit code of a server that ends, with the log of that run', () => {
    const ended = container({ terminated: { exitCode: 1, reason: 'Error' } });
    expect(findCauses(snapshot({ pods: [ended] }))[0]).toMatchObject({
      code: 'crash',
      why: 'the server ended with exit code 1',
      logsOf: { isPrevious: false },
    });
  });

  test('is the probe when a failed probe ended the container', () => {
    const lastState = { terminated: { exitCode: 143, reason: 'Error' } };
    const running = { running: { startedAt: '2026-11-30T08:01:00Z' } };
    const events = [
      event('Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 503'),
      event('Killing', 'Container app failed startup probe, will be restarted'),
    ];
    const pods = [container(running, { lastState, restartCount: 1 })];
    expect(findCauses(snapshot({ pods, events }))[0]).toMatchObject({
      code: 'probe-failing',
      why: expect.stringContaining('503'),
    });
  });

  test('is the sentence of the scheduler', () => {
    const message = '0/1 nodes are available: 1 Insufficient cpu.';
    const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message };
    const pending = pod({ phase: 'Pending', conditions: [condition] });
    expect(findCauses(snapshot({ pods: [pending, pending] }))).toEqual([
      expect.objectContaining({ code: 'unschedulable', why: message }),
    ]);
  });

  test('is nothing while pods start, and nothing of pods that are ready', () => {
    const creating = container({ waiting: { reason: 'ContainerCreating' } });
    const status = { name: 'app', ready: true, restartCount: 3 };
    const ready = pod({ phase: 'Running', containerStatuses: [status] });
    expect(findCauses(snapshot({ pods: [creating, ready] }))).toEqual([]);
  });
});
