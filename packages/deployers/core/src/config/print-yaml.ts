import { stringify } from 'yaml';

/**
 * Prints YAML that parsers of version 1.1 read correctly: for them, a plain `yes`, `on` or `0o7` is
 * not a text. Kubernetes, Argo CD and Docker Compose have such parsers.
 */
export const printYaml = (value: unknown): string =>
  stringify(value, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false });
