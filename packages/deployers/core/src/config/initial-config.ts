/** Prints a new `gati.deploy.yaml`. */
export function printInitialConfig(repository = 'registry.example.com/team/app'): string {
  return `# yaml-language-server: $schema=./node_modules/gati-deploy/schema.json

image:
  repository: ${repository}
`;
}
