import type { Manifest } from '@gati/contract';
import { toClientParts } from '../client/client-parts.ts';
import type { DocumentFacts } from '../document-facts.ts';
import type { EmittedFile } from '../file.ts';
import { toOpenApiFile } from '../openapi.ts';
import { toCjs, toClientDeclarations, toEsm, toSource } from './entry-files.ts';
import { toPageNames } from './sdk-names.ts';
import { toPackageJson } from './package-json.ts';
import { toPage } from './route-page.ts';
import { toReadme } from './readme.ts';

export interface SdkInput {
  /** The release that the SDK calls. */
  manifest: Manifest;
  changelog: string;
  /** Name of the package. */
  packageName: string;
  /** `''` or `/api`. */
  base: string;
  facts: DocumentFacts;
  /** The app's `package.json`. */
  fields: Record<string, unknown>;
  /** The app's licence. */
  license?: EmittedFile;
  /** The client's runtime: built files in `dist`, sources in `src/client`. */
  runtime: EmittedFile[];
}

/** Returns all files of an SDK, sorted by path. The same input gives the same bytes. */
export function toSdkFiles({
  manifest,
  changelog,
  packageName,
  base,
  facts,
  fields,
  license,
  runtime,
}: SdkInput): EmittedFile[] {
  const { name, contract, release } = manifest;
  const parts = toClientParts(contract, { version: release.version, base, sdk: packageName });
  const pages = toPageNames(contract.routes);
  const files: EmittedFile[] = [
    {
      path: 'package.json',
      text: toPackageJson({ name, packageName, version: release.version }, fields),
    },
    {
      path: 'README.md',
      text: toReadme({
        packageName,
        version: release.version,
        description: typeof fields['description'] === 'string' ? fields['description'] : undefined,
        contract,
        pages,
      }),
    },
    { path: 'CHANGELOG.md', text: changelog },
    { path: 'openapi.json', text: toOpenApiFile(manifest, facts) },
    ...(license ? [license] : []),
    { path: 'src/index.ts', text: toSource(parts) },
    { path: 'dist/index.mjs', text: toEsm(parts) },
    { path: 'dist/index.cjs', text: toCjs(parts) },
    ...toDeclarationFiles(parts),
    ...runtime,
    ...contract.routes.map((route) => ({
      path: pages.get(route)!,
      text: toPage(route, parts.routes.get(route)!, contract),
    })),
  ];
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function toDeclarationFiles(parts: Parameters<typeof toClientDeclarations>[0]): EmittedFile[] {
  const { esm, cjs, map } = toClientDeclarations(parts);
  return (
    [
      ['index.d.mts', esm],
      ['index.d.cts', cjs],
    ] as const
  ).flatMap(([name, text]) => [
    { path: `dist/${name}`, text: `${text.trimEnd()}\n//# sourceMappingURL=${name}.map\n` },
    { path: `dist/${name}.map`, text: map(name) },
  ]);
}
