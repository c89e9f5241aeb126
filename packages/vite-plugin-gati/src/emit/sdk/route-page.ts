import type { Contract, RouteContract } from '@gati/contract';
import { describeSecurity, STATUS_TITLES } from '@gati/contract/internal';
import type { RouteTypes } from '../client/route-types.ts';
import { toExampleCall } from './example-call.ts';

/** Returns the page of a route: its description, a call, its responses and its types. */
export function toPage(route: RouteContract, types: RouteTypes, contract: Contract): string {
  const { id, summary, description, deprecated, method } = route;
  return [
    `# \`${id}\``,
    deprecated && `**Deprecated${deprecated === true ? '' : `: ${deprecated}`}**`,
    summary,
    description === summary ? undefined : description,
    requires(route),
    fence(
      method === 'WS'
        ? `const connection = ${toExampleCall(route, contract)};`
        : `const result = await ${toExampleCall(route, contract)};`,
    ),
    method === 'WS' ? '' : responseRows(route),
    '## Types',
    fence(types.text.trimEnd()),
    'The types that these refer to are in [`dist/index.d.mts`](../dist/index.d.mts).',
  ]
    .filter((part) => part)
    .join('\n\n')
    .concat('\n');
}

function requires({ security = [] }: RouteContract): string | undefined {
  const needed = describeSecurity(security);
  if (needed === '') return undefined;
  const isOptional = security.some((schemes) => schemes.length === 0);
  return `${isOptional ? 'Takes' : 'Requires'} credentials: ${needed}.`;
}

function responseRows({ responses }: RouteContract): string {
  const rows = Object.entries(responses).map(([status, response]) => {
    const { description, contentType, stream, headers } = response;
    const title =
      status === 'default'
        ? 'any other response of the handler'
        : (description ?? STATUS_TITLES[Number(status)] ?? '');
    const where = status.startsWith('2')
      ? stream
        ? '`data`: iterate over it with `for await`'
        : '`data`'
      : status.startsWith('3')
        ? ''
        : '`error`';
    const sent = Object.keys(headers?.properties ?? {}).map((name) => `\`${name}\``);
    const notes = sent.length > 0 ? `${title}${title && '. '}Headers: ${sent.join(', ')}` : title;
    return `| ${status === 'default' ? 'other' : status} | ${cell(notes)} | ${contentType ? `\`${contentType}\`` : 'nothing'} | ${contentType ? where : ''} |`;
  });
  return [
    '| status | | content | in the result |',
    '|---|---|---|---|',
    ...rows,
    '| any other | a [problem](https://www.rfc-editor.org/rfc/rfc9457): the request is invalid, the version is retired, the server failed | `application/problem+json` | `error` |',
    '| 0 | no response: no connection, a timeout, an abort | nothing | `error` |',
  ].join('\n');
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');

function fence(code: string): string {
  return `\`\`\`ts\n${code}\n\`\`\``;
}
