import { IMAGE, PROBE_PATHS } from '@gati/contract/internal';
import type { KubeObject } from '../kube/cluster.ts';
import { MANAGER } from '../objects/labels.ts';
import type { Target } from '../objects/target.ts';
import { POD_SECURITY } from '../objects/pod-security.ts';

const NAME = 'gati-preview-sweeper';
/** Seconds in which the request must succeed. */
const DEADLINE = 300;

/** Program that removes the namespace of its pod. Node of the app's image runs it. */
const SCRIPT = `
const { readFileSync } = require('node:fs');
const folder = '/var/run/secrets/kubernetes.io/serviceaccount/';
const read = (name) => readFileSync(folder + name, 'utf8');
const request = require('node:https').request({
  method: 'DELETE',
  host: process.env.KUBERNETES_SERVICE_HOST,
  port: process.env.KUBERNETES_SERVICE_PORT,
  path: '/api/v1/namespaces/' + read('namespace'),
  ca: read('ca.crt'),
  headers: { authorization: 'Bearer ' + read('token') },
}, ({ statusCode }) => process.exit(statusCode < 300 || statusCode === 404 ? 0 : 1));
request.on('error', ({ message }) => { console.error(message); process.exit(1); }).end();
`.trim();

interface Place {
  path: string;
  object: KubeObject;
}

/**
 * Returns the objects with which the cluster itself removes a preview: a CronJob that runs at one
 * date, and whose account may only delete this namespace.
 *
 * @param expires date in ISO 8601
 */
export function createSweeper(
  { namespace, settings }: Target,
  { expires, image }: { expires: string; image: string },
): Place[] {
  const object = (
    group: string,
    [kind, plural]: [string, string],
    rest: Record<string, unknown>,
  ): Place => ({
    path: `${group.includes('/') ? 'apis' : 'api'}/${group}/namespaces/${namespace}/${plural}/${NAME}`,
    object: {
      apiVersion: group,
      kind,
      metadata: { name: NAME, namespace, labels: { 'app.kubernetes.io/managed-by': MANAGER } },
      ...rest,
    },
  });
  const rbac = 'rbac.authorization.k8s.io';
  return [
    object('v1', ['ServiceAccount', 'serviceaccounts'], {}),
    object(`${rbac}/v1`, ['Role', 'roles'], {
      rules: [
        {
          apiGroups: [''],
          resources: ['namespaces'],
          resourceNames: [namespace],
          verbs: ['delete'],
        },
      ],
    }),
    object(`${rbac}/v1`, ['RoleBinding', 'rolebindings'], {
      roleRef: { apiGroup: rbac, kind: 'Role', name: NAME },
      subjects: [{ kind: 'ServiceAccount', name: NAME, namespace }],
    }),
    object('batch/v1', ['CronJob', 'cronjobs'], {
      spec: {
        schedule: toSchedule(expires),
        timeZone: 'Etc/UTC',
        concurrencyPolicy: 'Forbid',
        jobTemplate: {
          spec: {
            activeDeadlineSeconds: DEADLINE,
            backoffLimit: 6,
            template: { spec: createPod(image, settings.kubernetes?.pullSecret) },
          },
        },
      },
    }),
  ];
}

/** Returns the minute after a date as a schedule of cron, in UTC. */
export function toSchedule(expires: string): string {
  const date = new Date(Date.parse(expires) + 60_000);
  const day = `${date.getUTCDate()} ${date.getUTCMonth() + 1}`;
  return `${date.getUTCMinutes()} ${date.getUTCHours()} ${day} *`;
}

function createPod(image: string, pullSecret: string | undefined): object {
  // Some clusters reject containers without probes. These probes would start only at the deadline.
  const probe = {
    httpGet: { path: PROBE_PATHS[0], port: IMAGE.port },
    initialDelaySeconds: DEADLINE,
  };
  return {
    serviceAccountName: NAME,
    restartPolicy: 'OnFailure',
    securityContext: POD_SECURITY,
    ...(pullSecret && { imagePullSecrets: [{ name: pullSecret }] }),
    containers: [
      {
        name: 'sweeper',
        image,
        args: ['--eval', SCRIPT],
        resources: {
          requests: { cpu: '100m', memory: '100Mi' },
          limits: { cpu: '1', memory: '100Mi' },
        },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
        readinessProbe: probe,
        livenessProbe: probe,
      },
    ],
  };
}
