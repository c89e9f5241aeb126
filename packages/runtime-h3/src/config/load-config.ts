import { GatiError } from '@gati/contract';
import type { Loader } from '../types/bundle.ts';
import type { StandardIssue } from '../types/standard-schema.ts';
import { isStandardSchema } from '../validate/standard-schema.ts';

export interface LoadedConfig {
  /** `gctx.config` */
  value: Record<string, unknown>;
  /** Values of the environment that logs must not contain, longest first. */
  secrets: string[];
}

/** Vite in development and `gati run` read `.env`. A production server and tests do not. */
const FIXES = {
  development: 'Set these variables in .env or in the environment.',
  production: 'Set these variables in the environment.',
  test: 'Pass them with `testApp({ env: { … } })` or set them in the environment; tests do not read .env.',
};

/**
 * Validates the environment with the schema of `src/config.ts`.
 * @throws {GatiError} GATI_CONFIG_INVALID when variables are missing or invalid, or the file
 * exports no Standard Schema. The error names all such variables, but not their values.
 */
export async function loadConfig(
  config: Loader<unknown> | undefined,
  env: Record<string, string | undefined>,
  mode: keyof typeof FIXES,
): Promise<LoadedConfig> {
  if (!config) return { value: {}, secrets: [] };
  const schema = await config();
  if (!isStandardSchema(schema)) {
    throw configError(
      'src/config.ts does not export a Standard Schema as default.',
      'Export one as default: `export default z.object({ DATABASE_URL: z.url() })`.',
    );
  }
  const result = await schema['~standard'].validate({ ...env });
  if (result.issues) {
    const issues = result.issues.map((issue) => `  - ${describeIssue(issue, env)}`);
    throw configError(
      `src/config.ts does not accept the environment:\n${issues.join('\n')}`,
      FIXES[mode],
    );
  }
  const value = result.value as Record<string, unknown>;
  return { value, secrets: listSecrets(Object.keys(value), env) };
}

function describeIssue(issue: StandardIssue, env: Record<string, string | undefined>): string {
  const path = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part));
  const name = path.join('.') || 'environment';
  const value = env[path[0] ?? ''];
  if (path.length > 0 && value === undefined) return `${name} is missing`;
  // Some validators quote the value in their message.
  const isQuoted = value !== undefined && value !== '' && issue.message.includes(value);
  return `${name}: ${isQuoted ? 'is not valid' : issue.message}`;
}

/** Characters from which a value is hidden. Hiding a shorter one would damage unrelated text. */
const SHORTEST_SECRET = 6;
const PUBLIC_VALUE = /^(?:true|false|\d+|development|production|staging|test)$/;

function listSecrets(names: string[], env: Record<string, string | undefined>): string[] {
  const values = names.map((name) => env[name]).filter((value) => value !== undefined);
  // Longest first, so that a value that contains another one is hidden completely.
  return values
    .filter((value) => value.length >= SHORTEST_SECRET && !PUBLIC_VALUE.test(value))
    .sort((a, b) => b.length - a.length);
}

function configError(message: string, fix: string): GatiError {
  return new GatiError({
    code: 'GATI_CONFIG_INVALID',
    message,
    fix,
    file: 'src/config.ts',
  });
}
