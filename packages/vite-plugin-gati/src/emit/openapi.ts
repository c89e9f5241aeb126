import { type Manifest, toOpenApi } from '@gati/contract';

/** `openapi.json`. */
export function toOpenApiFile({ name, release, contract }: Manifest, base: string): string {
  return `${JSON.stringify(toOpenApi(contract, { title: name, version: release.version, base }), undefined, 2)}\n`;
}
