import type { Contract } from '@gati/contract';
import { quote } from '@gati/contract/internal';
import { type ClientSettings, toClientParts } from './client-parts.ts';
import { printValue } from './client-values.ts';
import { RUNTIME_VALUES } from './runtime-names.ts';

export interface ClientEmitOptions extends ClientSettings {
  /** The declaration file that has `Client`. By default, the printed text contains it. */
  methods?: string;
  /** The module that exports the client's runtime. */
  runtime?: string;
}

/**
 * Returns the text of `.gati/generated/client.ts`: the types of all routes, and the client that
 * calls them. The same contract gives the same bytes.
 */
export function emitClient(
  contract: Contract,
  { runtime = 'vite-plugin-gati/client', methods, ...settings }: ClientEmitOptions,
): string {
  const { imports, ownImports, types, printClient, values } = toClientParts(contract, settings);
  const client = methods
    ? `import type { Client } from ${quote(methods)};\nexport type { Client };\n`
    : printClient();
  return `// Written by Gati from the contract of the app; changes here are lost.
/* eslint-disable */
import { ${RUNTIME_VALUES.join(', ')} } from ${quote(runtime)};
import type { ${(methods ? ownImports : imports).join(', ')} } from ${quote(runtime)};

${[types, client, ...values.map(printValue)].join('\n')}`;
}
