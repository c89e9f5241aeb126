import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { OUTSIDE_CACHE } from './outside-cache.ts';
import { findBinary, type Missing } from './process.ts';

/** Version of the package that contains Google's descriptions of its APIs. */
export const GOOGLE_API_CLIENT = '2.202.0';
const FOLDER = path.join(OUTSIDE_CACHE, `google-api-python-client-${GOOGLE_API_CLIENT}`);
const DOCUMENTS = path.join('googleapiclient', 'discovery_cache', 'documents');
const LIMIT = 240_000;

/**
 * Returns the folder of Google's discovery documents, `container.v1.json` and so on. Installs the
 * package with them once, outside the checkout.
 */
export function findDescriptions(): string | Missing {
  const documents = path.join(FOLDER, DOCUMENTS);
  if (existsSync(documents)) return documents;
  const python = findBinary('python3');
  if (!python) return { reason: 'there is no python3 to install google-api-python-client with' };
  const building = `${FOLDER}-${process.pid}`;
  try {
    mkdirSync(path.dirname(FOLDER), { recursive: true });
    const run = (file: string, args: string[]): unknown =>
      execFileSync(file, args, { stdio: 'pipe', timeout: LIMIT });
    run(python, ['-m', 'venv', path.join(building, 'venv')]);
    const wheel = `google-api-python-client==${GOOGLE_API_CLIENT}`;
    const pip = ['-m', 'pip', 'install', '-q', '--no-deps', '--target', building, wheel];
    run(path.join(building, 'venv/bin/python'), pip);
    for (const name of readdirSync(building))
      if (name !== 'googleapiclient')
        rmSync(path.join(building, name), { recursive: true, force: true });
    // Another test file may have installed it by now.
    if (!existsSync(FOLDER)) renameSync(building, FOLDER);
    return documents;
  } catch (error) {
    if (existsSync(documents)) return documents;
    return {
      reason: `google-api-python-client can't be installed (Debian: apt-get install python3-venv): ${(error as Error).message.slice(0, 300)}`,
    };
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
}
