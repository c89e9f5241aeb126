import { GatiError } from '@gati/contract';
import { isObject } from '@gati/contract/data';
import { escapeControls } from '@gati/contract/internal';

const SHOWN = 1000;

/** The `Status` with which an API server explains an error. */
export interface KubeStatus {
  message?: string;
  reason?: string;
  details?: { causes?: { reason?: string; message?: string; field?: string }[] };
}

/** Returns the error of a response of the API server. */
export function kubeError(what: string, status: number, value: unknown): GatiError {
  const { message = '', details, reason } = (isObject(value) ? value : {}) as KubeStatus;
  const said = escapeControls(message.slice(0, SHOWN)).replace(/\.$/, '');
  const conflicts = (details?.causes ?? []).filter(
    ({ reason: why }) => why === 'FieldManagerConflict',
  );
  if (status === 409 && conflicts.length > 0) {
    const fields = conflicts
      .slice(0, 10)
      .map(({ field, message: by }) => `${field} (${by?.replace(/^conflict with /, '')})`);
    return new GatiError({
      code: 'GATI_DEPLOY_CONFLICT',
      message: `${what}: other tools own fields of it: ${escapeControls(fields.join(', '))}.`,
      fix: 'Run it again with `--take-over` to replace their values, or remove these fields from the other tools.',
    });
  }
  return new GatiError(
    {
      code: 'GATI_DEPLOY_CLUSTER',
      message: `${what}: the cluster responded ${status}${said ? ` (${said})` : ''}.`,
      fix: fixFor(status, reason, said),
    },
    { cause: { status, reason } },
  );
}

/** Returns the status of the response that caused an error, if a response caused it. */
export function statusOf(error: unknown): number | undefined {
  const { cause } = (error ?? {}) as { cause?: { status?: number } };
  return cause?.status;
}

export function unreachableError(server: URL, cause: unknown): GatiError {
  return new GatiError(
    {
      code: 'GATI_DEPLOY_CLUSTER',
      message: `The cluster at ${server.origin} can't be reached: ${(cause as Error).message}.`,
      fix: 'Check the context of the kubeconfig, and that this machine reaches the cluster (VPN, allow list). Then run the same command again: it continues.',
    },
    { cause },
  );
}

function fixFor(status: number, reason: string | undefined, said: string): string {
  if (status === 401)
    return 'The credentials are missing or expired: log in again, then run the same command, which continues.';
  if (status === 403 && /exceeded quota/.test(said))
    return 'Ask for a larger quota of the namespace, or lower `resources` and `scale`.';
  if (status === 403 && /denied|violates|admission|policy/i.test(said))
    return 'A policy of the cluster rejects the object: change the setting that it names, or ask for an exception.';
  if (status === 403)
    return 'Grant this account the permission that the message names: docs/guide/deploy.md lists all of them.';
  if (status === 404) return 'Check that the namespace and the API exist in this cluster.';
  if (status === 422 || status === 400)
    return 'Correct the setting that the message names in gati.deploy.yaml.';
  if (reason === 'Timeout' || status >= 500)
    return 'The API server is busy or restarts: run the same command again, which continues.';
  return 'Run the same command again, which continues.';
}
