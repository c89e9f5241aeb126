/**
 * Fields that an SDK copies from the app's `package.json`. It never copies `private`, scripts or
 * dependencies.
 */
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

/**
 * Returns the `package.json` of an SDK: ES module and CommonJS with their types, no dependencies.
 */
export function toPackageJson(
  app: { name: string; packageName: string; version: string },
  fields: Record<string, unknown>,
): string {
  const { description = `Typed client of ${app.name}`, ...copied } = Object.fromEntries(
    COPIED_FIELDS.flatMap((key) => (fields[key] === undefined ? [] : [[key, fields[key]]])),
  );
  const entry = (extension: 'm' | 'c'): object => ({
    types: `./dist/index.d.${extension}ts`,
    default: `./dist/index.${extension}js`,
  });
  return `${JSON.stringify(
    {
      name: app.packageName,
      version: app.version,
      description,
      ...copied,
      type: 'module',
      sideEffects: false,
      // Older resolvers need these three fields. Resolvers that know `exports` ignore them.
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
