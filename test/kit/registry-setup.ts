import fs from 'node:fs';
import type { TestProject } from 'vitest/node';
import { createFolder } from './files.ts';
import { startRegistry } from './registry.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    registryEnv: Record<string, string>;
  }
}

/** Global setup of the project `packed`: starts one registry for all its test files. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = createFolder('registry');
  const registry = await startRegistry(folder);
  project.provide(
    'registryEnv',
    JSON.parse(JSON.stringify(registry.env)) as Record<string, string>,
  );
  return async () => {
    await registry.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  };
}
