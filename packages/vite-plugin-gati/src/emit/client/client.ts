import type { Contract } from '@gati/contract';
import { quote } from '@gati/contract/internal';
import { type ClientSettings, printValue, RUNTIME_VALUES, toClientParts } from './client-parts.ts';

export interface ClientEmitOptions extends ClientSettings {
  /** Where the client's runtime is imported from. */
  runtime?: string;
}

/** The text of `.gati/generated/client.ts`: the types of all routes, and the client that calls them. Same contract, same bytes. */
export function emitClient(
  contract: Contract,
  { runtime = 'vite-plugin-gati/client', ...settings }: ClientEmitOptions,
): string {
  const { imports, types, values } = toClientParts(contract, settings);
  return `// Written by Gati from the contract of the app; changes here are lost.
/* eslint-disable */
import { ${RUNTIME_VALUES.join(', ')} } from ${quote(runtime)};
import type { ${imports.join(', ')} } from ${quote(runtime)};

${[types, ...values.map(printValue)].join('\n')}`;
}
