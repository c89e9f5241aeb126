import fs from 'node:fs';
import path from 'node:path';
import type { KubeObject } from '../../packages/deployers/core/src/kube/cluster.ts';
import { writeBaseLayout } from '../../packages/deployers/core/test/helpers/base-layout.ts';
import type { PodsApp } from './helpers/app.ts';
import type { PodsEnvironment } from './setup.ts';

/** An app in a namespace, whose first release serves. */
export interface Lane {
  app: PodsApp;
  pods: PodsEnvironment;
  /** Returns gati.deploy.yaml with further settings. */
  settings(rest?: string): string;
  /** Path and text of the server's entry in the build. */
  entry: string;
  source: string;
  /** Host of a registry that responds 429. */
  limited: string;
}

/** The spec of a pod, as far as faults change it. */
interface PodSpec extends Record<string, unknown> {
  containers: Record<string, unknown>[];
  volumes: object[];
}

/** One fault that is planted, and what the deploy must say about it. */
export interface Fault {
  name: string;
  /** The cause; not needed if the API server rejects the deploy. */
  code?: string;
  /** What the message must name. */
  says: RegExp;
  fix?: RegExp;
  log?: RegExp;
  /** Seconds that the fault itself takes. */
  after?: number;
  /** The API server rejects a request, so there are no pods to wait for. */
  isAtOnce?: boolean;
  /** Plants the fault in the build, the settings or the cluster. Returns how to undo it there. */
  plant(lane: Lane): void | Promise<void | (() => Promise<void>)>;
  /** Changes the pods of a written plan. */
  change?(spec: PodSpec): void;
}

/** Plants code before that of the server. */
const code =
  (text: string) =>
  ({ entry, source }: Lane): void =>
    fs.writeFileSync(entry, `${text}\n${source}`);

const settings =
  (text: string) =>
  (lane: Lane): void => {
    touch(lane);
    lane.app.configure(lane.settings(text));
  };

/** Makes the image differ, so that it is a new revision. */
const touch = ({ entry, source }: Lane): void =>
  fs.writeFileSync(entry, `// ${performance.now()}\n${source}`);

/** Creates objects in the namespace, and removes them after the deploy. */
const objects =
  (...all: { path: string; body: object }[]) =>
  async (lane: Lane): Promise<() => Promise<void>> => {
    touch(lane);
    const { client, namespace } = lane.app;
    const created: string[] = [];
    for (const { path: at, body } of all) {
      const folder = at.replace('NAMESPACE', namespace);
      const { metadata } = (await client.call('planting', {
        method: 'POST',
        path: folder,
        body: JSON.parse(JSON.stringify(body).replaceAll('NAMESPACE', namespace)) as object,
      })) as KubeObject;
      created.push(`${folder}/${metadata.name}`);
    }
    return async () => {
      for (const at of created) await client.request({ method: 'DELETE', path: at });
    };
  };

const policy = (name: string, expression: string, message: string): Parameters<typeof objects> => {
  const admission = 'apis/admissionregistration.k8s.io/v1';
  const head = { apiVersion: 'admissionregistration.k8s.io/v1' };
  const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': 'NAMESPACE' } };
  const rule = {
    apiGroups: [''],
    apiVersions: ['v1'],
    operations: ['CREATE'],
    resources: ['pods'],
  };
  return [
    {
      path: `${admission}/validatingadmissionpolicies`,
      body: {
        ...head,
        kind: 'ValidatingAdmissionPolicy',
        metadata: { name: `${name}-NAMESPACE` },
        spec: {
          matchConstraints: { resourceRules: [rule], namespaceSelector },
          validations: [{ expression, message }],
        },
      },
    },
    {
      path: `${admission}/validatingadmissionpolicybindings`,
      body: {
        ...head,
        kind: 'ValidatingAdmissionPolicyBinding',
        metadata: { name: `${name}-NAMESPACE` },
        spec: { policyName: `${name}-NAMESPACE`, validationActions: ['Deny'] },
      },
    },
  ];
};

const core = (kind: string, plural: string, spec: object): { path: string; body: object } => ({
  path: `api/v1/namespaces/NAMESPACE/${plural}`,
  body: { apiVersion: 'v1', kind, metadata: { name: 'planted' }, ...spec },
});

const ARM = process.arch === 'arm64' ? 'amd64' : 'arm64';

export const FAULTS: Fault[] = [
  {
    name: 'the server ends at once',
    plant: code('console.error("no route to the moon"); process.exit(3);'),
    code: 'crash',
    says: /exit code 3/,
    log: /no route to the moon/,
  },
  {
    name: 'the server throws while it starts',
    plant: code('throw new Error("GATI_MOON is not set");'),
    code: 'crash',
    says: /exit code 1/,
    log: /GATI_MOON is not set/,
  },
  {
    name: 'the server ends after some seconds',
    plant: code('await new Promise((r) => setTimeout(r, 6000)); process.exit(4);'),
    code: 'crash',
    says: /exit code 4/,
    after: 6,
  },
  {
    name: 'the server is killed by a signal',
    plant: code('process.abort();'),
    code: 'crash',
    says: /exit code \d+ \(SIG/,
  },
  {
    name: 'the server uses more memory than its limit',
    plant: code('const all = []; for (;;) all.push(Buffer.alloc(8e6, 1));'),
    code: 'out-of-memory',
    says: /more memory than its limit/,
    fix: /resources\.memory/,
  },
  {
    name: 'the server writes to its read-only root',
    plant: code('(await import("node:fs")).writeFileSync("/app/state.json", "{}");'),
    code: 'crash',
    says: /EROFS: read-only file system/,
    fix: /\/data or \/tmp/,
  },
  {
    name: 'the server listens on another port',
    plant: code('process.env.PORT = "4000";'),
    code: 'probe-failing',
    says: /connection refused/,
  },
  {
    name: 'the server never becomes ready',
    plant: code(
      '(await import("node:http")).createServer((q, s) => s.writeHead(503).end()).listen(3000); await new Promise(() => {});',
    ),
    code: 'probe-failing',
    says: /503/,
  },
  {
    name: 'the server hangs before it listens',
    plant: code('setInterval(() => {}, 1000); await new Promise(() => {});'),
    code: 'probe-failing',
    says: /connection refused/,
  },
  {
    name: 'the liveness probe fails',
    plant: touch,
    change: ({ containers: [app] }) =>
      Object.assign(app!, {
        livenessProbe: {
          httpGet: { path: '/nowhere', port: 'http' },
          periodSeconds: 1,
          failureThreshold: 1,
        },
        readinessProbe: { httpGet: { path: '/nowhere', port: 'http' }, periodSeconds: 1 },
      }),
    code: 'probe-failing',
    says: /probe failed.*404/,
  },
  {
    name: 'the image is not in the registry',
    plant: touch,
    change: ({ containers: [app] }) =>
      void (app!['image'] = String(app!['image']).replace(/@.*/, `@sha256:${'0'.repeat(64)}`)),
    code: 'image-missing',
    says: /not found/,
  },
  {
    name: 'the tag is not in the registry',
    plant: touch,
    change: ({ containers: [app] }) =>
      void (app!['image'] = String(app!['image']).replace(/@.*/, ':9.9.9')),
    code: 'image-missing',
    says: /9\.9\.9.*not found/,
  },
  {
    name: 'the name of the image is not valid',
    plant: touch,
    change: ({ containers: [app] }) => void (app!['image'] = 'Registry.example/UPPER:x'),
    code: 'image-pull',
    says: /couldn't parse image name|invalid reference/,
    fix: /image\.repository/,
  },
  {
    name: 'the nodes have no pull secret',
    plant: (lane) => {
      touch(lane);
      const auth = Buffer.from('ada:lovelace').toString('base64');
      const { privateRegistry, registry } = lane.pods;
      const file = path.join(lane.app.folder, 'config.json');
      fs.writeFileSync(file, JSON.stringify({ auths: { [privateRegistry]: { auth } } }));
      lane.app.configure(lane.settings().replace(registry, privateRegistry));
    },
    code: 'image-denied',
    says: /no basic auth|401|authorization failed/,
    fix: /kubernetes\.pullSecret/,
  },
  {
    name: 'the pull secret does not exist',
    plant: (lane) => {
      touch(lane);
      const auth = Buffer.from('ada:lovelace').toString('base64');
      const { privateRegistry, registry } = lane.pods;
      const file = path.join(lane.app.folder, 'config.json');
      fs.writeFileSync(file, JSON.stringify({ auths: { [privateRegistry]: { auth } } }));
      const text = lane.settings().replace(registry, privateRegistry);
      lane.app.configure(text.replace('{ service', '{ pullSecret: moon, service'));
    },
    code: 'image-denied',
    says: /no basic auth|401|authorization failed/,
    fix: /`moon`/,
  },
  {
    name: 'the registry can not be reached',
    plant: touch,
    change: ({ containers: [app] }) =>
      void (app!['image'] = String(app!['image']).replace(/^[^/]+/, '127.0.0.1:9')),
    code: 'image-pull',
    says: /connection refused/,
    fix: /reach the registry/,
  },
  {
    name: 'the registry limits the rate of pulls',
    plant: (lane) => {
      touch(lane);
      limited = lane.limited;
    },
    change: ({ containers: [app] }) =>
      void (app!['image'] = String(app!['image']).replace(/^[^/]+/, limited)),
    code: 'image-pull',
    says: /429/,
    fix: /limits the rate/,
  },
  {
    name: 'the image is for another architecture',
    plant: async (lane) => {
      touch(lane);
      const file = path.join(lane.app.folder, 'package.json');
      const source = { file, size: fs.statSync(file).size };
      const entries = ['/nodejs/bin/node', '/etc/passwd'].map((at) => ({
        path: at,
        source,
        mode: 0o755,
        owner: 0,
      }));
      const folder = path.join(lane.app.folder, 'other');
      const base = await writeBaseLayout(folder, entries, [ARM]);
      lane.app.configure(lane.settings().replace(/base: .*/, `base: ${base}`));
    },
    code: 'image-platform',
    says: /architecture|platform|exec format error/,
    fix: /image\.platforms/,
  },
  {
    name: 'no node has so much CPU',
    plant: settings("resources: { cpu: '100' }\n"),
    code: 'unschedulable',
    says: /Insufficient cpu/,
    fix: /resources\.cpu/,
  },
  {
    name: 'no node has so much memory',
    plant: settings('resources: { memory: 900Gi }\n'),
    code: 'unschedulable',
    says: /Insufficient memory/,
  },
  {
    name: 'no node has the labels of a node selector',
    plant: touch,
    change: (spec) => void (spec['nodeSelector'] = { disk: 'moon' }),
    code: 'unschedulable',
    says: /node affinity\/selector/,
    fix: /selector/,
  },
  {
    name: 'no pod is near which it must be',
    plant: touch,
    change: (spec) => {
      const labelSelector = { matchLabels: { app: 'moon' } };
      const required = [{ labelSelector, topologyKey: 'kubernetes.io/hostname' }];
      spec['affinity'] = {
        podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required },
      };
    },
    code: 'unschedulable',
    says: /pod affinity/,
  },
  {
    name: 'a claim of a volume does not exist',
    plant: touch,
    change: ({ volumes }) =>
      void volumes.push({ name: 'disk', persistentVolumeClaim: { claimName: 'moon' } }),
    code: 'unschedulable',
    says: /persistentvolumeclaim "moon" not found/,
    fix: /claim/,
  },
  {
    name: 'a Secret of `env` does not exist',
    plant: settings('env: { KEY: { secret: moon, key: a } }\n'),
    code: 'config-missing',
    says: /secret "moon" not found/,
    fix: /Create the Secret `moon`/,
  },
  {
    name: 'a Secret of `env` has no such key',
    plant: async (lane) => {
      const undo = await objects(core('Secret', 'secrets', { stringData: { other: 'x' } }))(lane);
      lane.app.configure(lane.settings('env: { KEY: { secret: planted, key: moon } }\n'));
      return undo;
    },
    code: 'config-missing',
    says: /couldn't find key moon in Secret .*planted/,
    fix: /key/,
  },
  {
    name: 'a ConfigMap does not exist',
    plant: touch,
    change: ({ containers: [app] }) =>
      void (app!['envFrom'] = [{ configMapRef: { name: 'moon' } }]),
    code: 'config-missing',
    says: /configmap "moon" not found/,
    fix: /ConfigMap `moon`/,
  },
  {
    name: 'a volume needs a Secret that does not exist',
    plant: touch,
    change: ({ containers: [app], volumes }) => {
      volumes.push({ name: 'key', secret: { secretName: 'moon' } });
      (app!['volumeMounts'] as object[]).push({ name: 'key', mountPath: '/key' });
    },
    code: 'volume',
    says: /secret "moon" not found/,
  },
  {
    name: 'the service account does not exist',
    plant: touch,
    change: (spec) => void (spec['serviceAccountName'] = 'moon'),
    code: 'not-created',
    says: /serviceaccount "moon" not found/,
  },
  {
    name: 'the priority class does not exist',
    plant: touch,
    change: (spec) => void (spec['priorityClassName'] = 'moon'),
    code: 'not-created',
    says: /PriorityClass with name moon/,
  },
  {
    name: 'the command does not exist',
    plant: touch,
    change: ({ containers: [app] }) => void (app!['command'] = ['/moon']),
    code: 'start-failed',
    says: /no such file or directory/,
  },
  {
    name: 'the command can not be executed',
    plant: touch,
    change: ({ containers: [app] }) => void (app!['command'] = ['/etc/passwd']),
    code: 'start-failed',
    says: /permission denied/,
  },
  {
    name: 'the pods run as root',
    plant: touch,
    change: ({ containers: [app] }) =>
      Object.assign(app!['securityContext'] as object, { runAsUser: 0 }),
    code: 'rejected',
    says: /runAsUser=0/,
    fix: /policy/,
  },
  {
    name: 'Pod Security rejects a capability',
    plant: touch,
    change: ({ containers: [app] }) =>
      Object.assign(app!['securityContext'] as object, { allowPrivilegeEscalation: true }),
    code: 'rejected',
    says: /violates PodSecurity "restricted/,
  },
  {
    name: 'a policy of the cluster denies the pods',
    plant: async (lane) => {
      const undo = await objects(...policy('planted', 'false', 'no pods on Mondays'))(lane);
      // The API server reads new policies within a second.
      await new Promise((resolve) => setTimeout(resolve, 2000));
      return undo;
    },
    code: 'rejected',
    says: /no pods on Mondays/,
  },
  {
    name: 'a quota has no room',
    plant: objects(core('ResourceQuota', 'resourcequotas', { spec: { hard: { pods: '1' } } })),
    code: 'quota',
    says: /exceeded quota: planted.*pods=1/,
    fix: /quota/,
  },
  {
    name: 'a limit range allows less memory',
    plant: objects(
      core('LimitRange', 'limitranges', {
        spec: { limits: [{ type: 'Container', max: { memory: '64Mi' } }] },
      }),
    ),
    code: 'quota',
    says: /maximum memory usage per Container is 64Mi/,
    fix: /resources\.memory/,
  },
  {
    name: 'an init container fails',
    plant: touch,
    change: (spec) => {
      const [app] = spec.containers;
      const { image, securityContext } = app!;
      const command = ['/nodejs/bin/node', '-e', 'console.error("no moon"); process.exit(7)'];
      spec['initContainers'] = [{ name: 'prepare', image, command, securityContext }];
    },
    code: 'crash',
    says: /prepare.*exit code 7/,
    log: /no moon/,
  },
  {
    name: 'the runtime class does not exist',
    plant: touch,
    change: (spec) => void (spec['runtimeClassName'] = 'moon'),
    code: 'rejected',
    says: /RuntimeClass "moon" not found/,
  },
  {
    name: 'the deadline of the pods is not allowed',
    plant: touch,
    change: (spec) => void (spec['activeDeadlineSeconds'] = 5),
    isAtOnce: true,
    says: /activeDeadlineSeconds/,
  },
];

let limited = '';
