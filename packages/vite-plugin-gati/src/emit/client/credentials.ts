import type { Contract, SecurityScheme } from '@gati/contract';
import { nameSchemes, propertyKey, quote } from '@gati/contract/internal';

type KeyScheme = Extract<SecurityScheme, { type: 'apiKey' }>;

/** Whether any route requires credentials, so that a client takes them as options. */
export function hasCredentials({ routes }: Contract): boolean {
  return routes.some(({ security }) => security?.some((schemes) => schemes.length > 0));
}

/** Returns the names of the options with which a client of this contract authenticates. */
export function credentialOptions(contract: Contract): ('token' | 'basic' | 'apiKey')[] {
  const types = new Set([...nameSchemes(contract.routes).values()].map(({ type }) => type));
  return [
    ...(types.has('bearer') || types.has('openIdConnect') ? (['token'] as const) : []),
    ...(types.has('basic') ? (['basic'] as const) : []),
    ...(keySchemes(contract).length > 0 ? (['apiKey'] as const) : []),
  ];
}

/** Prints the type of the options with which a client authenticates. */
export function printCredentials(contract: Contract): string {
  const keys = keySchemes(contract);
  const [first] = keys;
  const key =
    first && keys.length === 1
      ? `/** Sent as the ${first.in === 'query' ? 'query parameter' : 'header'} \`${first.name}\`. */
  apiKey?: Credential;`
      : `/** By the name of the header or the query parameter. */
  apiKey?: { ${keys.map(({ name }) => `${propertyKey(name)}?: Credential`).join('; ')} };`;
  const members = {
    token: `/** Sent as \`Authorization: Bearer …\`. A function is called for each call. */
  token?: Credential;`,
    basic: `/** Sent as \`Authorization: Basic …\` if there is no \`token\`. */
  basic?: { username: string; password: string };`,
    apiKey: key,
  };
  const lines = credentialOptions(contract).map((name) => `  ${members[name]}\n`);
  return `/** Credentials of \`createClient\`. They are sent only to routes that require some. */\nexport interface Credentials {\n${lines.join('')}}\n`;
}

/** Prints a call of `createClient` with each option that authenticates the client. */
export function printCredentialsExample(contract: Contract): string {
  const keys = keySchemes(contract);
  const named = keys.map(({ name }) => `${propertyKey(name)}: '…'`);
  const values = {
    token: "token: '…'",
    basic: "basic: { username: '…', password: '…' }",
    apiKey: keys.length === 1 ? "apiKey: '…'" : `apiKey: { ${named.join(', ')} }`,
  };
  const lines = credentialOptions(contract).map((name) => `  ${values[name]},\n`);
  return `const client = createClient({\n  baseUrl: 'https://api.example.com',\n${lines.join('')}});`;
}

/** Prints the client settings that select credentials: `, open: [...], keys: [...]`. */
export function printCredentialSettings(contract: Contract): string {
  if (!hasCredentials(contract)) return '';
  const open = contract.routes
    .filter(({ security }) => (security ?? []).length === 0)
    .map(({ id }) => quote(id));
  const keys = keySchemes(contract).map(
    (key) => `{ in: ${quote(key.in)}, name: ${quote(key.name)} }`,
  );
  return `${open.length > 0 ? `, open: [${open.join(', ')}]` : ''}${keys.length > 0 ? `, keys: [${keys.join(', ')}]` : ''}`;
}

/** The API keys that a client sends itself. */
function keySchemes({ routes }: Contract): KeyScheme[] {
  return [...nameSchemes(routes).values()].filter(
    (scheme): scheme is KeyScheme => scheme.type === 'apiKey' && scheme.in !== 'cookie',
  );
}
