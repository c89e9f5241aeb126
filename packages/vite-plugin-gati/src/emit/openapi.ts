import { type Contract, type Manifest, toOpenApi } from '@gati/contract';
import type { DocumentFacts } from './document-facts.ts';

/**
 * A build writes the document into `.gati` and into its output. Printing a large one takes long.
 */
const printed = new WeakMap<Contract, { key: string; text: string }>();

/** Returns the text of `openapi.json`. */
export function toOpenApiFile({ name, release, contract }: Manifest, facts: DocumentFacts): string {
  const options = { title: name, version: release.version, ...facts };
  const key = JSON.stringify(options);
  const known = printed.get(contract);
  if (known?.key === key) return known.text;
  const text = `${JSON.stringify(toOpenApi(contract, options), undefined, 2)}\n`;
  printed.set(contract, { key, text });
  return text;
}
