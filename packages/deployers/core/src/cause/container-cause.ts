import os from 'node:os';
import type { Cause } from './causes.ts';
import {
  type ContainerStatus,
  type KubeEvent,
  type Pod,
  type Snapshot,
  timeOf,
} from './snapshot.ts';

/** Returns the reason why the container of a pod does not run, or is not ready. */
export function containerCause(pod: Pod, { events, now }: Snapshot): Cause | undefined {
  const status = failedInit(pod) ?? pod.status?.containerStatuses?.find(isApp);
  if (!status || status.ready) return undefined;
  const about = events.filter(({ involvedObject }) => involvedObject?.uid === pod.metadata.uid);
  const { waiting } = status.state ?? {};
  const reason = waiting?.reason ?? '';
  if (/^(?:ErrImage|ImagePull|InvalidImageName|RegistryUnavailable|ImageInspect)/.test(reason))
    return imageCause(pod, waiting?.message, about);
  if (reason === 'CreateContainerConfigError')
    return cause(
      pod,
      'config-missing',
      waiting?.message ?? reason,
      configFix(waiting?.message ?? ''),
    );
  if (/^(?:CreateContainerError|RunContainerError|StartError|PreCreateHookError)/.test(reason))
    return startCause(pod, waiting?.message ?? reason);
  if (reason === 'ContainerCreating') return pullCause(pod, about, now);
  return endCause(pod, status, about) ?? probeCause(pod, status, about);
}

/** Milliseconds after which the pull of an image counts as the reason why a pod waits. */
const SLOW_PULL = 10_000;

/** An image that is being pulled, if nothing has happened since the pull began. */
function pullCause(pod: Pod, events: KubeEvent[], now: number): Cause | undefined {
  const last = events.at(-1);
  if (last?.reason !== 'Pulling') return undefined;
  const since = timeOf(last);
  if (!(now - Date.parse(since) >= SLOW_PULL)) return undefined;
  return {
    ...cause(
      pod,
      'image-slow',
      `the node has been pulling the image since ${since}`,
      'Wait, or raise `rollout.timeout`. Check how fast the nodes reach the registry in `image.repository`; a registry in the region of the cluster is faster.',
    ),
    since,
  };
}

const isApp = ({ name }: ContainerStatus): boolean => name === 'app';

/** Finds a failed init container. A policy of the cluster may have added it to the pod. */
function failedInit({ status }: Pod): ContainerStatus | undefined {
  return status?.initContainerStatuses?.find(({ ready, started, state }) => {
    const isDone = state?.terminated?.exitCode === 0;
    return !ready && !started && !isDone && state?.running === undefined;
  });
}

function imageCause(pod: Pod, message = '', events: KubeEvent[]): Cause {
  // While a pod waits for the next try, its status may lack the reason of the last failure.
  const failed = events.findLast(
    ({ reason, message: text = '' }) => reason === 'Failed' && /failed to pull/i.test(text),
  );
  const [, last] = /ErrImagePull: (.+)$/s.exec(message) ?? [];
  const isBackingOff = message.startsWith('Back-off') || message === '';
  const why = last ?? (isBackingOff ? failed?.message : message) ?? "the image can't be pulled";
  if (/no match for platform|no matching manifest|does not match the specified platform/i.test(why))
    return cause(
      pod,
      'image-platform',
      why,
      'Add the platform of the nodes to `image.platforms`, or choose a base that has it.',
    );
  if (/toomanyrequests|too many requests|\b429\b/i.test(why))
    return cause(
      pod,
      'image-pull',
      why,
      'The registry limits the rate of pulls: let the nodes log in with `kubernetes.pullSecret`, or copy the base to your own registry.',
    );
  if (/unauthorized|authentication required|no basic auth|denied|forbidden|\b40[13]\b/i.test(why))
    return deniedCause(pod, why, events);
  if (/not found|manifest unknown|name unknown|\b404\b/i.test(why))
    return cause(
      pod,
      'image-missing',
      why,
      'Push the image again with `gati-deploy image`: the registry does not have it, or the nodes reach another registry under the name in `image.repository`.',
    );
  if (/parse image name|invalid reference/i.test(why))
    return cause(pod, 'image-pull', why, 'Correct the name in `image.repository`.');
  return cause(
    pod,
    'image-pull',
    why,
    'Check that the nodes reach the registry in `image.repository`: its name, the network, and its certificate.',
  );
}

function deniedCause(pod: Pod, why: string, events: KubeEvent[]): Cause {
  const unread = events.findLast(({ reason }) => reason === 'FailedToRetrieveImagePullSecret');
  const missing = /secrets? \(([\w., -]+)\)/.exec(unread?.message ?? '')?.[1];
  const fix =
    'create a Secret of type kubernetes.io/dockerconfigjson in the namespace, and name it in `kubernetes.pullSecret`.';
  return cause(
    pod,
    'image-denied',
    why,
    missing
      ? `Create the Secret \`${missing}\` of \`kubernetes.pullSecret\` in the namespace, of type kubernetes.io/dockerconfigjson.`
      : `Let the nodes read the registry: ${fix}`,
  );
}

function startCause(pod: Pod, message: string): Cause {
  if (/exec format error/i.test(message)) return formatCause(pod, message);
  return cause(
    pod,
    'start-failed',
    message,
    'Check the image in `image.base`: it must have `node` in /nodejs/bin, /usr/local/bin or /usr/bin.',
  );
}

const formatCause = (pod: Pod, message: string): Cause =>
  cause(
    pod,
    'image-platform',
    message,
    'The image is for another architecture than the node: set `image.platforms` to that of the nodes.',
  );

/** Exit codes of a server that got SIGTERM, or SIGKILL after it. */
const isStopped = (code: number): boolean => code === 0 || code === 143 || code === 137;

/** Returns the kind of probe that ended a container: `startup` or `liveness`. */
function killingProbe(events: KubeEvent[]): string | undefined {
  const patterns = events.map(({ message = '' }) =>
    /failed (startup|liveness) probe/.exec(message),
  );
  return patterns.findLast((match) => match !== null)?.[1];
}

/** `3`, or `139 (SIGSEGV)` for a process that a signal ended. */
function describeExit(code: number): string {
  const [signal] =
    Object.entries(os.constants.signals).find(([, each]) => each === code - 128) ?? [];
  return signal ? `${code} (${signal})` : String(code);
}

/** A container that ended, now or before its last start. */
function endCause(
  pod: Pod,
  { name, state, lastState, restartCount }: ContainerStatus,
  events: KubeEvent[],
): Cause | undefined {
  const isEnded = state?.terminated !== undefined;
  const ended = state?.terminated ?? lastState?.terminated;
  if (!ended) return undefined;
  if (ended.reason !== 'OOMKilled' && isStopped(ended.exitCode) && killingProbe(events))
    return undefined;
  const logsOf = { pod: pod.metadata.name, container: name, isPrevious: !isEnded };
  const since = ended.finishedAt;
  const again = restartCount > 0 ? `, started again ${restartCount} times` : '';
  if (ended.reason === 'OOMKilled')
    return {
      ...cause(
        pod,
        'out-of-memory',
        `the container used more memory than its limit and was killed${again}`,
        'Raise `resources.memory` and `resources.memoryLimit` in gati.deploy.yaml.',
      ),
      since,
      logsOf,
    };
  if (/exec format error/i.test(ended.message ?? '')) return formatCause(pod, ended.message!);
  if (ended.reason === 'StartError' || ended.reason === 'ContainerCannotRun')
    return startCause(pod, ended.message ?? ended.reason);
  return {
    ...cause(
      pod,
      'crash',
      `${name === 'app' ? 'the server' : `the container ${name}`} ended with exit code ${describeExit(ended.exitCode)}${again}`,
      'Read the last log lines of the server below. Correct the cause and deploy again.',
    ),
    since,
    logsOf,
  };
}

/** A container that runs and is not ready. */
function probeCause(
  pod: Pod,
  { name, state, restartCount }: ContainerStatus,
  events: KubeEvent[],
): Cause | undefined {
  const probe = killingProbe(events) ?? '';
  const unhealthy = events.filter(({ reason }) => reason === 'Unhealthy');
  const failed =
    unhealthy.findLast(({ message = '' }) => message.toLowerCase().startsWith(probe)) ??
    unhealthy.at(-1);
  if (!failed) return undefined;
  const started = state?.running?.startedAt;
  return {
    ...cause(
      pod,
      'probe-failing',
      failed.message ?? 'a probe fails',
      'GET /readyz responds 503 while the health check of a module fails, and names the module. A server that needs longer to start needs a longer `rollout.timeout`.',
    ),
    since: started,
    logsOf: {
      pod: pod.metadata.name,
      container: name,
      isPrevious: started === undefined && restartCount > 0,
    },
  };
}

function configFix(message: string): string {
  const [, kind, name] = /(secret|configmap) "?([\w.-]+)"? not found/i.exec(message) ?? [];
  const [, key, holder] = /find key ([\w.-]+) in Secret \S*?([\w.-]+)$/i.exec(message) ?? [];
  if (/runAsNonRoot|run as root/i.test(message))
    return 'Build the image with gati-deploy, which sets a numeric user.';
  if (key && holder)
    return `Add the key \`${key}\` to the Secret \`${holder}\`, or correct \`env\` in gati.deploy.yaml.`;
  if (name && kind?.toLowerCase() === 'configmap')
    return `Create the ConfigMap \`${name}\` in the namespace.`;
  return name
    ? `Create the Secret \`${name}\` in the namespace, or correct \`env\` in gati.deploy.yaml.`
    : 'Correct the name and the key of the Secret in `env` of gati.deploy.yaml.';
}

export function cause(pod: Pod, code: Cause['code'], why: string, fix: string): Cause {
  return {
    code,
    object: `Pod ${pod.metadata.name}`,
    why: why.trim().slice(0, 1000),
    fix,
    since: pod.metadata.creationTimestamp,
  };
}
