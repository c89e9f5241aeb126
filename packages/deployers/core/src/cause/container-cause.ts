import type { Cause } from './causes.ts';
import type { ContainerStatus, KubeEvent, Pod, Snapshot } from './snapshot.ts';

/** Returns the reason why the container of a pod does not run, or is not ready. */
export function containerCause(pod: Pod, { events }: Snapshot): Cause | undefined {
  const status = pod.status?.containerStatuses?.find(({ name }) => name === 'app');
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
  return endCause(pod, status, about) ?? probeCause(pod, status, about);
}

function imageCause(pod: Pod, message = '', events: KubeEvent[]): Cause {
  const failed = events.findLast(
    ({ reason, message: text = '' }) => reason === 'Failed' && /failed to pull|pull/i.test(text),
  );
  // While a pod waits for the next try, its status does not contain the reason of the last failure.
  const why =
    message.startsWith('Back-off') && failed?.message
      ? failed.message
      : message || "the image can't be pulled";
  if (/no match for platform|no matching manifest|does not match the specified platform/i.test(why))
    return cause(
      pod,
      'image-platform',
      why,
      'Add the platform of the nodes to `image.platforms`, or choose a base that has it.',
    );
  if (/unauthorized|authentication required|no basic auth|denied|forbidden|401|403/i.test(why))
    return cause(
      pod,
      'image-denied',
      why,
      'Let the nodes read the registry: create a Secret of type kubernetes.io/dockerconfigjson in the namespace, and name it in `kubernetes.pullSecret`.',
    );
  if (/not found|manifest unknown|name unknown|404/i.test(why))
    return cause(
      pod,
      'image-missing',
      why,
      'Push the image again with `gati-deploy image`: the registry does not have it, or the nodes reach another registry under the name in `image.repository`.',
    );
  return cause(
    pod,
    'image-pull',
    why,
    'Check that the nodes reach the registry in `image.repository`: its name, the network, and its certificate.',
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

/** A container that ended, now or before its last start. */
function endCause(
  pod: Pod,
  { state, lastState, restartCount }: ContainerStatus,
  events: KubeEvent[],
): Cause | undefined {
  const isEnded = state?.terminated !== undefined;
  const ended = state?.terminated ?? lastState?.terminated;
  if (!ended) return undefined;
  const probed = events.findLast(({ message = '' }) =>
    /failed (?:startup|liveness) probe/.test(message),
  );
  if (probed && (ended.exitCode === 143 || ended.exitCode === 137) && ended.reason !== 'OOMKilled')
    return undefined;
  const logsOf = { pod: pod.metadata.name, isPrevious: !isEnded };
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
      `the server ended with exit code ${ended.exitCode}${again}`,
      'Read the last log lines of the server below. Correct the cause and deploy again.',
    ),
    since,
    logsOf,
  };
}

/** A container that runs and is not ready. */
function probeCause(
  pod: Pod,
  { state, restartCount }: ContainerStatus,
  events: KubeEvent[],
): Cause | undefined {
  const failed = events.findLast(({ reason }) => reason === 'Unhealthy');
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
    logsOf: { pod: pod.metadata.name, isPrevious: started === undefined && restartCount > 0 },
  };
}

function configFix(message: string): string {
  const name = /(secret|configmap) "?([\w.-]+)"? not found/i.exec(message)?.[2];
  if (/runAsNonRoot|run as root/i.test(message))
    return 'Build the image with gati-deploy, which sets a numeric user.';
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
