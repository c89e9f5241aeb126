import { isListed, type Resolution } from '@gati/contract';
import { send } from '../response/respond.ts';
import type { Call } from '../request/call.ts';
import { sendProblem } from '../response/respond-error.ts';
import { NO_STORE, versionLink } from '../response/headers.ts';
import { type ListedRelease, describeRelease, type VersionEntry } from './entry.ts';
import type { VersionTable } from './table.ts';

export type UnresolvedVersion = Exclude<Resolution<VersionEntry>, { status: 200 }>;

const VERSIONS_PATH = '/versions';
/**
 * Characters of a host name. Any other `Host` is not repeated, since people may paste the command
 * into a shell.
 */
const SAFE_HOST = /^[\w.-]+(?::\d+)?$|^\[[\da-f:.]+\](?::\d+)?$/i;

/**
 * Responds when the version selects no release: with 300 and the list of versions, or with 400, 406
 * or 410.
 */
export function respondVersionError(
  call: Call,
  resolution: UnresolvedVersion,
  table: VersionTable,
  base: string,
): void {
  switch (resolution.status) {
    case 300: {
      const versions = describeReleases(resolution.options, base);
      const detail =
        'More than one version is live. Request one with X-API-Version or ?api-version=.';
      const links = versions.map(
        ({ version }) => `${versionLink(version, 'alternate')}; title="${version}"`,
      );
      const curl = printCurl(call, versions[0]?.version ?? '');
      return sendProblem(call, 300, 'version_missing', { detail, versions, curl }, [
        ...NO_STORE,
        'link',
        links.join(', '),
      ]);
    }
    case 400: {
      const extra = {
        detail: resolution.message,
        versions: describeHistory(table, base),
      };
      return sendProblem(call, 400, `version_${resolution.reason}`, extra, NO_STORE.slice());
    }
    default: {
      const code = resolution.status === 406 ? 'version_unknown' : 'version_retired';
      const extra = {
        detail: resolution.message,
        versions: describeReleases(resolution.options, base),
      };
      return sendProblem(call, resolution.status, code, extra, NO_STORE.slice());
    }
  }
}

/**
 * Returns the function that responds to `GET /versions` or `GET /versions/:version`; `undefined`
 * for any other request.
 */
export function versionsResponder(
  table: VersionTable,
  method: string,
  path: string,
  base: string,
): ((call: Call) => void) | undefined {
  if (method !== 'GET' && method !== 'HEAD') return undefined;
  if (path === VERSIONS_PATH)
    return (call) => sendJson(call, JSON.stringify({ versions: describeHistory(table, base) }));
  if (!path.startsWith(`${VERSIONS_PATH}/`)) return undefined;
  const document = table.entries.find(
    ({ version }) => version === path.slice(VERSIONS_PATH.length + 1),
  )?.served.document;
  return document && ((call) => void sendDocument(call, document));
}

async function sendDocument(
  call: Call,
  document: () => Promise<string | undefined>,
): Promise<void> {
  const text = await document().catch((error: unknown) => {
    call.app.logger.error('an OpenAPI document could not be read', { error });
    return undefined;
  });
  if (text === undefined)
    sendProblem(call, 404, 'not_found', {
      detail: 'The document of this version is not available.',
    });
  else sendJson(call, text);
}

function sendJson(call: Call, text: string): void {
  send(
    call,
    200,
    ['content-type', 'application/json', ...call.release.headers, 'cache-control', 'no-cache'],
    text,
  );
}

function describeHistory({ entries }: VersionTable, base: string): ListedRelease[] {
  return describeReleases(
    entries.filter(({ status }) => isListed(status)),
    base,
  );
}

function describeReleases(entries: readonly VersionEntry[], base: string): ListedRelease[] {
  return entries.map((entry) => describeRelease(entry, base));
}

function printCurl({ exchange }: Call, version: string): string {
  const { method, target } = exchange;
  const host = exchange.header('host');
  const origin =
    host !== undefined && SAFE_HOST.test(host) && target.startsWith('/') ? `http://${host}` : '';
  const verb = method === 'GET' || !/^[A-Z]+$/.test(method) ? '' : ` -X ${method}`;
  return `curl${verb} -H 'X-API-Version: ${version}' '${origin}${target.replaceAll("'", '%27')}'`;
}
