import fs from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';

const NODE_MODULES = fileURLToPath(new URL('../../../../node_modules', import.meta.url));

export interface TestApp {
  root: string;
  write(file: string, text: string): Promise<void>;
  read(file: string): Promise<string>;
  remove(file: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  dispose(): Promise<void>;
}

/** A folder with these files and the workspace's packages; dispose removes it. */
export async function createTestApp(files: Record<string, string>): Promise<TestApp> {
  const root = temporaryFolder('app');
  await fs.symlink(NODE_MODULES, path.join(root, 'node_modules'), 'junction');
  const at = (file: string): string => path.join(root, file);
  const app: TestApp = {
    root,
    async write(file, text) {
      await fs.mkdir(path.dirname(at(file)), { recursive: true });
      await fs.writeFile(at(file), text);
    },
    read: (file) => fs.readFile(at(file), 'utf8'),
    remove: (file) => fs.rm(at(file)),
    async rename(from, to) {
      await fs.mkdir(path.dirname(at(to)), { recursive: true });
      await fs.rename(at(from), at(to));
    },
    dispose: () => fs.rm(root, { recursive: true, force: true, maxRetries: 3 }),
  };
  await app.write(
    'package.json',
    JSON.stringify({ name: 'test-app', version: '1.2.3', type: 'module', private: true }),
  );
  for (const [file, text] of Object.entries(files)) await app.write(file, text);
  return app;
}
