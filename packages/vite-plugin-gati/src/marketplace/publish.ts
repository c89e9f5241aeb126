import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { isObject } from '@gati/contract/data';
import { GITHUB_ACTIONS } from '@gati/contract/internal';
import type { ConformanceCheck } from '@gati/runtime-h3/modules/host';
import { stringify } from 'yaml';
import { readPackage } from './read-package.ts';

const run = promisify(execFile);
/** Milliseconds to pack the package, and to import it. */
const PACK_TIMEOUT = 120_000;
const IMPORT_TIMEOUT = 20_000;

const WORKFLOWS = '.github/workflows';
/** The workflow that {@link writeWorkflow} writes, from the root. */
export const WORKFLOW_FILE: string = `${WORKFLOWS}/publish.yml`;

type Manifest = Record<string, unknown>;

/** Checks the package in a folder as `gati modules add` would, before it is published. */
export async function checkPackage(root: string): Promise<ConformanceCheck[]> {
  const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as Manifest;
  const { name, version, keywords, repository, license } = manifest;
  const checks = [
    check(
      'has the keyword `gati-module`',
      Array.isArray(keywords) && keywords.includes('gati-module'),
      'Add it to `keywords` of package.json: `gati modules search` looks for it.',
    ),
    check(
      'names its repository and its licence',
      repository !== undefined && typeof license === 'string',
      'Add `repository` and `license` to package.json: the provenance is compared with `repository`.',
    ),
    check(
      'is published by a workflow with a provenance',
      hasWorkflow(root),
      `Run \`gati modules publish\`: it writes ${WORKFLOW_FILE}.`,
    ),
  ];
  try {
    const bytes = await pack(root);
    const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
    const described = {
      name: String(name),
      version: String(version),
      publishedAt: undefined,
      integrity,
      tarball: '',
      claimsProvenance: false,
      manifest,
    };
    const { descriptor } = readPackage(bytes, described);
    checks.push({ name: 'may be installed', ok: true, detail: `${bytes.length} bytes` });
    if (descriptor)
      checks.push(await checkMethods(root, manifest, Object.keys(descriptor.methods)));
  } catch (error) {
    checks.push({ name: 'may be installed', ok: false, detail: (error as Error).message });
  }
  return checks;
}

const check = (name: string, ok: boolean, fix: string): ConformanceCheck => ({
  name,
  ok,
  detail: ok ? 'yes' : fix,
});

/** Packs the package as npm publishes it. */
async function pack(root: string): Promise<Buffer> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'gati-pack-'));
  try {
    await run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], {
      cwd: root,
      timeout: PACK_TIMEOUT,
      shell: process.platform === 'win32',
    });
    const [file] = fs.readdirSync(folder);
    if (file === undefined) throw new Error('npm has packed nothing');
    return fs.readFileSync(path.join(folder, file));
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** Prints the names of the functions that a module exports, or of its default export. */
const LIST_FUNCTIONS = `
const all = await import(process.argv[1]);
const { default: own = {} } = all;
const functions = { ...all, ...own };
console.log(JSON.stringify(typeof own.setup === 'function' ? null : Object.keys(functions).filter((name) => typeof functions[name] === 'function')));
process.exit(0);
`;

/**
 * Imports the package in a separate process. Only then does a module with \`setup\` show its
 * methods.
 */
async function checkMethods(
  root: string,
  { name, exports, main }: Manifest,
  methods: string[],
): Promise<ConformanceCheck> {
  const title = 'exports the methods of its descriptor';
  const entry = exports === undefined ? `./${String(main ?? 'index.js')}` : String(name);
  const target = entry.startsWith('./') ? pathToFileURL(path.join(root, entry)).href : entry;
  try {
    const { stdout } = await run(
      process.execPath,
      ['--input-type=module', '--eval', LIST_FUNCTIONS, target],
      { cwd: root, timeout: IMPORT_TIMEOUT },
    );
    const found = JSON.parse(stdout.trim().split('\n').at(-1)!) as string[] | null;
    const missing = found === null ? [] : methods.filter((method) => !found.includes(method));
    const ok = missing.length === 0;
    return { name: title, ok, detail: ok ? methods.join(', ') : `it lacks ${missing.join(', ')}` };
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    const line = stderr.split('\n').find((text) => /Error/.test(text));
    return { name: title, ok: false, detail: line ?? (error as Error).message.slice(0, 300) };
  }
}

function hasWorkflow(root: string): boolean {
  try {
    return fs.readdirSync(path.join(root, WORKFLOWS)).some((file) => {
      const text = fs.readFileSync(path.join(root, WORKFLOWS, file), 'utf8');
      return text.includes('id-token: write') && text.includes('npm publish');
    });
  } catch {
    return false;
  }
}

/**
 * Writes a workflow that publishes each release of GitHub with trusted publishing, without a token.
 * Returns whether it wrote one: it keeps an existing workflow that publishes.
 */
export function writeWorkflow(root: string): boolean {
  if (hasWorkflow(root) || fs.existsSync(path.join(root, WORKFLOW_FILE))) return false;
  fs.mkdirSync(path.join(root, WORKFLOWS), { recursive: true });
  fs.writeFileSync(path.join(root, WORKFLOW_FILE), printWorkflow());
  return true;
}

function printWorkflow(): string {
  const { checkout, node } = GITHUB_ACTIONS;
  const workflow = {
    name: 'Publish',
    on: { release: { types: ['published'] } },
    permissions: {},
    jobs: {
      publish: {
        'runs-on': 'ubuntu-24.04',
        'timeout-minutes': 15,
        // npm exchanges the token of the workflow for the right to publish, and signs the
        // provenance.
        permissions: { contents: 'read', 'id-token': 'write' },
        steps: [
          { uses: checkout[0], with: { 'persist-credentials': false } },
          { uses: node[0], with: { 'node-version': 24 } },
          { run: 'npm ci --ignore-scripts' },
          { run: 'npm run build --if-present' },
          { run: 'npx gati modules publish --dry-run' },
          { run: 'npm publish --access public --ignore-scripts' },
        ],
      },
    },
  };
  let text = stringify(workflow, { lineWidth: 0 });
  for (const [action, version] of Object.values(GITHUB_ACTIONS))
    text = text.replace(action, `${action} # ${version}`);
  return text;
}

/** Whether a folder contains the package of a module. */
export function isModulePackage(root: string): boolean {
  try {
    const manifest: unknown = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
    return isObject(manifest) && isObject(manifest['gati']);
  } catch {
    return false;
  }
}
