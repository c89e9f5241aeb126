import { execFile, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { root } from '@gati/test-kit/repository';
import { startBuiltServer } from '@gati/test-kit/servers';

const VERSION = '4.32.5';
const VENV = path.join(root, '.cache', `schemathesis-${VERSION}`);
const COMMAND = path.join(VENV, 'bin/st');
/** Schemathesis reads them from the folder in which it runs. */
const CONFIGURATION = ['schemathesis.toml', 'hooks.py'];
const VERSION_PARAMETER = '#/components/parameters/ApiVersion';
/** Milliseconds that one run may take. */
const LIMIT = 1_800_000;

/** Members of a Schemathesis report that the test reads. */
interface Report {
  test_cases: { generated: number };
  failures: unknown[];
  errors: unknown[];
}

/** A run: how many cases, and what Schemathesis printed if it found anything. */
export interface Outcome {
  cases: number;
  findings: string;
}

/** Installs Schemathesis from PyPI into `.cache`, once. */
export function installSchemathesis(): void {
  if (fs.existsSync(COMMAND)) return;
  fs.rmSync(VENV, { recursive: true, force: true });
  const run = (file: string, ...args: string[]): unknown =>
    execFileSync(file, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  run('python3', '-m', 'venv', VENV);
  run(path.join(VENV, 'bin/pip'), 'install', '-q', `schemathesis==${VERSION}`);
}

interface RunOptions {
  /** Cases for each operation at most, beside those that cover the schema. */
  examples: number;
  /** Arguments that choose operations. */
  only?: string[];
  env?: Record<string, string>;
}

/** Starts the built server of an app and runs Schemathesis against it. */
export async function runSchemathesis(
  app: string,
  { examples, only = [], env = {} }: RunOptions,
): Promise<Outcome> {
  const document = writeDocument(app);
  for (const file of CONFIGURATION)
    fs.copyFileSync(path.join(root, 'test/schemathesis', file), path.join(app, file));
  const report = path.join(app, 'report.json');
  fs.rmSync(report, { force: true });
  const server = await startBuiltServer(app, {
    PATH: process.env['PATH'],
    GATI_WORKERS: '2',
    GATI_EFFECTS: 'memory:',
    // Schemathesis adds parts that the document does not describe.
    GATI_LIMITS: 'fields=1000,files=1000,parts=2000',
    ...env,
  });
  const args = ['run', document, '--url', server.url, '--no-color'];
  const counts = ['--max-examples', String(examples), ...only];
  const reports = ['--report', 'json', '--report-json-path', report, '--workers', '2'];
  const { stdout } = await promisify(execFile)(COMMAND, [...args, ...counts, ...reports], {
    cwd: app,
    timeout: LIMIT,
    maxBuffer: 256 * 1_048_576,
  }).catch((error: { stdout: string; stderr: string }) => {
    if (!fs.existsSync(report)) throw new Error(`${error.stdout}\n${error.stderr}`);
    return error;
  });
  const found = JSON.parse(fs.readFileSync(report, 'utf8')) as Report;
  const isClean = found.failures.length === 0 && found.errors.length === 0;
  return { cases: found.test_cases.generated, findings: isClean ? '' : stdout };
}

interface Operation {
  parameters?: { $ref?: string }[];
  requestBody?: {
    content: Record<string, { encoding?: Record<string, { contentType?: string }> }>;
  };
}

/**
 * Writes the document for Schemathesis, without two parts:
 *
 * - The parameter `X-API-Version`. It allows only the version of the document, but the server
 *   takes all ranges that contain this version.
 * - Bodies of `application/x-www-form-urlencoded` with a field that is JSON: Schemathesis ignores
 *   `contentType` of its encoding there.
 */
function writeDocument(app: string): string {
  const text = fs.readFileSync(path.join(app, 'dist/openapi.json'), 'utf8');
  const document = JSON.parse(text) as { paths: Record<string, Record<string, Operation>> };
  for (const operation of Object.values(document.paths).flatMap((item) => Object.values(item))) {
    operation.parameters = operation.parameters?.filter(({ $ref }) => $ref !== VERSION_PARAMETER);
    const content = operation.requestBody?.content ?? {};
    const form = content['application/x-www-form-urlencoded'];
    if (Object.values(form?.encoding ?? {}).some(({ contentType }) => contentType !== undefined))
      delete content['application/x-www-form-urlencoded'];
  }
  const file = path.join(app, 'openapi.json');
  fs.writeFileSync(file, JSON.stringify(document));
  return file;
}
