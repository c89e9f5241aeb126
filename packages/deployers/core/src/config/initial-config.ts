const EXAMPLE_HOST = 'registry.example.com/team';
/** Characters that the name of a repository can't have. */
const NOT_IN_NAME = /[^a-z0-9]+/g;

/**
 * Returns the repository of the first `gati.deploy.yaml`, until a person sets the real one.
 *
 * @param app the name of the app, from `package.json`
 */
export function exampleRepository(app = ''): string {
  const name = app
    .toLowerCase()
    .replace(/^@[^/]*\//, '')
    .replace(NOT_IN_NAME, ' ')
    .trim();
  return `${EXAMPLE_HOST}/${name.replaceAll(' ', '-').slice(0, 100) || 'app'}`;
}

/** Prints a new `gati.deploy.yaml`. */
export function printInitialConfig(repository: string): string {
  return `# yaml-language-server: $schema=./node_modules/gati-deploy/schema.json

image:
  repository: ${repository}
`;
}
