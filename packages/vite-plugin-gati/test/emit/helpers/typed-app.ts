import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'tsdown';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';

const packages = fileURLToPath(new URL('../../../..', import.meta.url));
const require = createRequire(import.meta.url);

export const COMPILERS = {
  'TypeScript 5.9': require.resolve('typescript-5/bin/tsc'),
  'TypeScript 6.0': require.resolve('typescript/bin/tsc'),
  'TypeScript 7': path.join(path.dirname(require.resolve('typescript-7/package.json')), 'bin/tsc'),
} as const;

export interface TypedApp {
  root: string;
  write(files: Record<string, string>): void;
  /** Errors as `file(line,column): message`. */
  check(compiler: keyof typeof COMPILERS, options?: Record<string, unknown>): Promise<string[]>;
  remove(): void;
}

/**
 * Creates a folder outside of the repository with the built declarations of the packages, and
 * without any other, such as Node's types.
 */
export async function createTypedApp(): Promise<TypedApp> {
  const root = temporaryFolder('types');
  await install(root, 'contract', '@gati/contract', { index: 'src/index.ts' });
  await install(root, 'runtime-h3', '@gati/runtime-h3', {
    types: 'src/global-types.ts',
    test: 'src/testing/index.ts',
  });
  await install(root, 'vite-plugin-gati', 'vite-plugin-gati', { client: 'src/client/index.ts' });
  fs.copyFileSync(
    path.join(packages, 'vite-plugin-gati/types.d.ts'),
    path.join(root, 'node_modules/vite-plugin-gati/types.d.ts'),
  );
  fs.writeFileSync(
    path.join(root, 'package.json'),
    JSON.stringify({ name: 'typed-app', type: 'module' }),
  );
  const write = (files: Record<string, string>): void => {
    for (const [file, text] of Object.entries(files)) {
      fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
      fs.writeFileSync(path.join(root, file), text);
    }
  };
  return {
    root,
    write,
    async check(compiler, options = {}) {
      const compilerOptions = { ...OPTIONS, ...options };
      write({ 'tsconfig.json': JSON.stringify({ compilerOptions, include: ['src'] }) });
      const output = await run(COMPILERS[compiler], root);
      return output.split('\n').filter((line) => line.includes('error TS'));
    },
    remove: () => fs.rmSync(root, { recursive: true, force: true }),
  };
}

/** The options of `create-vite` templates. */
const OPTIONS = {
  target: 'ES2022',
  lib: ['ES2022', 'DOM', 'DOM.Iterable'],
  module: 'ESNext',
  moduleResolution: 'bundler',
  verbatimModuleSyntax: true,
  moduleDetection: 'force',
  strict: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  noFallthroughCasesInSwitch: true,
  erasableSyntaxOnly: true,
  skipLibCheck: true,
  noEmit: true,
  types: [],
};

async function install(
  root: string,
  folder: string,
  name: string,
  entry: Record<string, string>,
): Promise<void> {
  const source = path.join(packages, folder);
  const target = path.join(root, 'node_modules', name);
  await build({
    config: false,
    cwd: source,
    entry,
    format: 'esm',
    platform: 'neutral',
    outDir: path.join(target, 'dist'),
    dts: { oxc: true, emitDtsOnly: true },
    fixedExtension: true,
    tsconfig: path.join(packages, '../tsconfig.json'),
    deps: { neverBundle: [/^@gati\//, /^node:/] },
    logLevel: 'silent',
  });
  fs.copyFileSync(path.join(source, 'package.json'), path.join(target, 'package.json'));
}

function run(script: string, cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, '-p', '.', '--pretty', 'false'], {
      cwd,
      timeout: 60_000,
    });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', reject);
    child.on('close', (code) =>
      code === null ? reject(new Error(`tsc was killed\n${output}`)) : resolve(output),
    );
  });
}
