import type { Contract, RouteContract } from '@gati/contract';
import { credentialOptions, printCredentialsExample } from '../client/credentials.ts';
import { toCallee, toExampleCall } from './example-call.ts';

export interface ReadmeInput {
  packageName: string;
  version: string;
  /** From the app's `package.json`. */
  description?: string;
  contract: Contract;
  pages: Map<RouteContract, string>;
}

/** Returns the `README.md` of an SDK. */
export function toReadme({
  packageName,
  version,
  description,
  contract,
  pages,
}: ReadmeInput): string {
  const called = contract.routes.filter(({ method }) => method !== 'WS');
  // Prefers a call with a body for the example, because it shows more than a call that only reads.
  const shown = called.find(({ body, deprecated }) => body && !deprecated) ?? called[0];
  return [
    `# ${packageName}`,
    description ?? 'The typed client of an HTTP API.',
    `Made for version **${version}** of the API: each call requests exactly that version, so it keeps working when newer versions are released.
It has no dependencies and runs in browsers and in Node 20 and later, as ES module and as CommonJS.`,
    `\`\`\`sh\nnpm install ${packageName}@${version}\n\`\`\``,
    shown && usage(packageName, shown, contract),
    RESULTS,
    credentials(contract),
    versions(version),
    OPTIONS,
    '## Routes',
    listRoutes(contract.routes, pages),
    'The API as an OpenAPI 3.1 document: [`openapi.json`](openapi.json). Changes by release: [`CHANGELOG.md`](CHANGELOG.md).',
  ]
    .filter((part) => part)
    .join('\n\n')
    .concat('\n');
}

/** Description of each option of `createClient` that authenticates the client. */
const SENT = {
  token: 'sent as `Authorization: Bearer …`',
  basic: '`{ username, password }`, sent as `Authorization: Basic …`',
  apiKey: 'the key, or an object of keys by the names of their headers or parameters',
};

function credentials(contract: Contract): string | undefined {
  const options = credentialOptions(contract);
  if (options.length === 0) return undefined;
  const rows = options.map((name) => `| \`${name}\` | ${SENT[name]} |`);
  return `## Credentials

Routes may require credentials; their pages say which. \`createClient\` takes them, and sends them to those routes only. A token or a key may
be a function, which runs for each call.

\`\`\`ts
${printCredentialsExample(contract)}
\`\`\`

| option | |
|---|---|
${rows.join('\n')}`;
}

function usage(packageName: string, route: RouteContract, contract: Contract): string {
  return `\`\`\`ts
import { createClient } from '${packageName}';

const client = createClient({ baseUrl: 'https://api.example.com' });
const result = await ${toExampleCall(route, contract)};

if (result.ok) console.log(result.status, result.data);
else console.error(result.status, result.error);
\`\`\``;
}

const RESULTS = `## Results

A call resolves to one of these; \`ok\` and \`status\` narrow the type. With \`createClient({ throwOnError: true })\` a result that is not
ok is thrown as a \`CallError\` (\`code: 'GATI_CALL_FAILED'\`) instead.

| | \`ok\` | \`status\` | |
|---|---|---|---|
| success | \`true\` | 2xx | \`data\`, \`headers\`, \`response\` |
| failure | \`false\` | 4xx, 5xx | \`error\` is the body; a \`Problem\` (RFC 9457) if the route does not declare that status, as \`problem\` always is |
| no response | \`false\` | \`0\` | \`error.code\` is \`network\`, \`timeout\`, \`aborted\` or \`bad_response\` |`;

const versions = (version: string): string => `## The version

| response | means | do |
|---|---|---|
| header \`deprecation\`, \`sunset\` | ${version} will be retired at the time in \`sunset\` | use a newer package |
| 410, \`error.code\` is \`version_retired\` | ${version} is retired | use the package of one of \`error.versions\` |
| 406, \`error.code\` is \`version_unknown\` | this server does not have ${version} | use the package of one of \`error.versions\`, or call another server |

\`createClient({ version: '^2' })\` requests another version or a range; the types stay those of ${version}.`;

const OPTIONS = `## Options

\`createClient\` and \`createCall\` take \`baseUrl\` (default: the page's origin), \`headers\` (an object, or a function that each call runs),
\`credentials\`, \`timeout\`, \`retry\` (\`{ attempts, delay, max }\` or \`false\`; idempotent calls are retried on 408, 429, 5xx and lost connections),
\`throwOnError\`, \`interceptors\`, \`version\`, \`fetch\` and \`WebSocket\`. Each call takes \`signal\`, \`timeout\`, \`retry\`, \`idempotencyKey\` and \`version\`.
\`onCall(listener)\` reports every call. With \`createCall\`, a bundler leaves out the table of routes: \`call('GET /…')\`.`;

function listRoutes(routes: RouteContract[], pages: Map<RouteContract, string>): string {
  const rows = routes.map((route) => {
    const { id, summary, deprecated } = route;
    return `| [\`${id}\`](${pages.get(route)!}) | \`${toCallee(route)}\` | ${deprecated ? '(deprecated) ' : ''}${(summary ?? '').replaceAll('|', '\\|').replaceAll(/\s+/g, ' ')} |`;
  });
  return ['| route | call | |', '|---|---|---|', ...rows].join('\n');
}
