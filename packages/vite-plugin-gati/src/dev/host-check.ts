import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Connect, ViteDevServer } from 'vite';

/**
 * Returns Vite's own check of the `Host` header against `server.allowedHosts`, which protects
 * against DNS rebinding. It responds 403, or calls `next`. Requests that do not pass through the
 * middleware of Vite need it too.
 */
export function hostCheck({ middlewares }: ViteDevServer): Connect.NextHandleFunction {
  // Relies on: the name of Vite's middleware. There is none if every host may call, or with HTTPS,
  // where the certificate names the hosts.
  const found = middlewares.stack.find(
    ({ handle }) => typeof handle === 'function' && handle.name === 'hostValidationMiddleware',
  );
  return (
    (found?.handle as Connect.NextHandleFunction | undefined) ?? ((_req, _res, next) => next())
  );
}

/** Whether a request passes the check, for requests that have no response object. */
export async function isHostAllowed(
  check: Connect.NextHandleFunction,
  req: IncomingMessage,
): Promise<boolean> {
  let allowed = false;
  const ignored = { writeHead: () => ignored, end: () => ignored };
  await check(req, ignored as unknown as ServerResponse, () => (allowed = true));
  return allowed;
}
