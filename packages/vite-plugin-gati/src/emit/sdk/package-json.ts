import { toPackageName } from './sdk-names.ts';

/** What an SDK takes over from its app's `package.json`; `private`, scripts and dependencies are the app's own. */
const COPIED_FIELDS = [
  'description',
  'keywords',
  'homepage',
  'bugs',
  'license',
  'author',
  'contributors',
  'funding',
  'repository',
  'publishConfig',
];

/** The `package.json` of an SDK: ESM and CJS with types each, nothing that it depends on. */
export function toPackageJson(
  app: { name: string; version: string },
  fields: Record<string, unknown>,
): string {
  const { description = `Typed client of ${app.name}`, ...carried } = Object.fromEntries(
    COPIED_FIELDS.flatMap((key) => (fields[key] === undefined ? [] : [[key, fields[key]]])),
  );
  const entry = (extension: 'm' | 'c'): object => ({
    types: `./dist/index.d.${extension}ts`,
    default: `./dist/index.${extension}js`,
  });
  return `${JSON.stringify(
    {
      name: toPackageName(app.name),
      version: app.version,
      description,
      ...carried,
      type: 'module',
      sideEffects: false,
      // The three that older resolvers read; whoever reads `exports` reads nothing else.
      main: './dist/index.cjs',
      module: './dist/index.mjs',
      types: './dist/index.d.cts',
      exports: {
        '.': { import: entry('m'), require: entry('c') },
        './openapi.json': './openapi.json',
        './package.json': './package.json',
      },
      files: ['dist', 'src', 'docs', 'openapi.json', 'CHANGELOG.md'],
      engines: { node: '>=20' },
    },
    undefined,
    2,
  )}\n`;
}
