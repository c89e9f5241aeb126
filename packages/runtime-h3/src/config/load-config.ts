import { GatiError } from '@gati/contract';
import type { Loader } from '../types/bundle.ts';

/** The part of Standard Schema v1 (https://standardschema.dev) that is used here. */
interface StandardSchema {
  '~standard': {
    validate(value: unknown): StandardResult | Promise<StandardResult>;
  };
}
type StandardResult = { value: unknown; issues?: undefined } | { issues: readonly StandardIssue[] };
interface StandardIssue {
  message: string;
  path?: readonly (PropertyKey | { key: PropertyKey })[];
}

export interface LoadedConfig {
  /** `gctx.config`. */
  value: Record<string, unknown>;
  /** Environment values that the config is made of and that must not be read in logs. */
  secrets: string[];
}

/** `.env` is read by whoever starts the app: Vite in development, `gati run`. */
const FIXES = {
  development: 'Set these names in .env or in the environment.',
  production: 'Set these names in the environment.',
  test: 'Give them to the app, `testApp({ env: { … } })`, or set them in the environment; tests read no .env.',
};

/** Checks the environment against `src/config.ts`. Throws `GATI_CONFIG_INVALID` with every bad name; values are never in it. */
export async function loadConfig(
  config: Loader<unknown> | undefined,
  env: Record<string, string | undefined>,
  mode: keyof typeof FIXES,
): Promise<LoadedConfig> {
  if (!config) return { value: {}, secrets: [] };
  const schema = await config();
  if (!isStandardSchema(schema)) {
    throw configError(
      ['its default export is not a Standard Schema'],
      'Export one as default: `export default z.object({ DATABASE_URL: z.url() })`.',
    );
  }
  const result = await schema['~standard'].validate({ ...env });
  if (result.issues) {
    throw configError(
      result.issues.map((issue) => describe(issue, env)),
      FIXES[mode],
    );
  }
  const value = result.value as Record<string, unknown>;
  return { value, secrets: secretsOf(Object.keys(value), env) };
}

function isStandardSchema(value: unknown): value is StandardSchema {
  // ArkType's schemas are functions.
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    '~standard' in value
  );
}

function describe(issue: StandardIssue, env: Record<string, string | undefined>): string {
  const path = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part));
  const name = path.join('.') || 'environment';
  const value = env[path[0] ?? ''];
  if (path.length > 0 && value === undefined) return `${name} is missing`;
  // Some validators quote what they were given.
  const quoted = value !== undefined && value !== '' && issue.message.includes(value);
  return `${name}: ${quoted ? 'is not valid' : issue.message}`;
}

/** Below this many characters a value is no secret worth the damage that hiding it does to other text. */
const SHORTEST_SECRET = 6;
const PUBLIC_VALUE = /^(?:true|false|\d+|development|production|staging|test)$/;

function secretsOf(names: string[], env: Record<string, string | undefined>): string[] {
  const values = names.map((name) => env[name]).filter((value) => value !== undefined);
  // The longest first, so that one that contains another is hidden whole.
  return values
    .filter((value) => value.length >= SHORTEST_SECRET && !PUBLIC_VALUE.test(value))
    .sort((a, b) => b.length - a.length);
}

function configError(lines: string[], fix: string): GatiError {
  return new GatiError({
    code: 'GATI_CONFIG_INVALID',
    message: `src/config.ts does not accept the environment:\n${lines.map((line) => `  - ${line}`).join('\n')}`,
    fix,
    file: 'src/config.ts',
  });
}
