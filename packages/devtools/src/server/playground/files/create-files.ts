import { createHash, randomUUID } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import type {
  Environments,
  PlaygroundFileList,
  SavedContent,
  SavedRequest,
} from '../../../api/playground.ts';
import { PanelError } from '../../../http/problem.ts';
import type { FileVersion, PlaygroundFiles } from '../../ports.ts';
import { checkContent, checkEnvironments, findSecret } from './check-content.ts';
import { freeSlug, isSlug, toSlug } from './slug.ts';

/** Folder of the files, from the root of the project. */
export const PLAYGROUND_FOLDER = '.gati/playground';

const ENVIRONMENTS = 'environments';
/** Maximum number of bytes of a file. */
const MAX_BYTES = 256 * 1024;
/** Maximum number of files that are listed. */
const MAX_FILES = 500;
/**
 * Stores requests and environments as files in `.gati/playground` of a project. A name from outside
 * never becomes a path: it has to be a slug. Symbolic links are not followed.
 *
 * @param root of the project
 */
export function createPlaygroundFiles(root: string): PlaygroundFiles {
  const folder = path.join(root, PLAYGROUND_FOLDER);
  const fileOf = (slug: string): string => path.join(folder, `${slug}.yaml`);

  async function listSlugs(): Promise<string[]> {
    const entries = await fs.readdir(folder, { withFileTypes: true }).catch(ifMissing([]));
    return entries
      .filter((entry) => entry.isFile() && entry.name.endsWith('.yaml'))
      .map(({ name }) => name.slice(0, -'.yaml'.length))
      .filter(isSlug)
      .sort()
      .slice(0, MAX_FILES);
  }

  /** Returns the text of a file; `undefined` if there is none. */
  async function read(slug: string): Promise<string | undefined> {
    const stat = await fs.lstat(fileOf(slug)).catch(ifMissing(undefined));
    if (!stat) return undefined;
    if (!stat.isFile()) throw new Error('is not a file');
    if (stat.size > MAX_BYTES) throw new Error(`has more than ${MAX_BYTES} bytes`);
    return fs.readFile(fileOf(slug), 'utf8');
  }

  async function readRequest(slug: string): Promise<SavedRequest | undefined> {
    const text = await read(slug);
    if (text === undefined) return undefined;
    return { slug, revision: hash(text), content: checkContent(await parse(text)) };
  }

  async function readEnvironments(): Promise<Environments> {
    const text = await read(ENVIRONMENTS);
    if (text === undefined) return { environments: {}, secrets: [], revision: '' };
    return { ...checkEnvironments(await parse(text)), revision: hash(text) };
  }

  /** Readers see the old file or the new one, never a part. */
  async function write(slug: string, text: string): Promise<void> {
    await makeFolder(root, folder);
    const temporary = path.join(folder, `.${randomUUID()}.tmp`);
    await fs.writeFile(temporary, text, { flag: 'wx' });
    await fs.rename(temporary, fileOf(slug));
  }

  /**
   * Returns the text of a file that the panel knows.
   *
   * @throws {PanelError} 409 when the file has changed since
   */
  async function readKnown({ slug, revision }: FileVersion): Promise<string> {
    if (!isSlug(slug)) throw new PanelError(400, 'invalid_input', 'There is no file of this name.');
    const text = await read(slug);
    if (text === undefined || hash(text) !== revision)
      throw new PanelError(409, 'file_changed', `${slug}.yaml has changed. Open it again.`);
    return text;
  }

  return {
    async list(): Promise<PlaygroundFileList> {
      const requests: SavedRequest[] = [];
      const problems: PlaygroundFileList['problems'] = [];
      const attempt = async (slug: string, work: () => Promise<unknown>): Promise<void> => {
        await work().catch((error: unknown) =>
          problems.push({ file: `${slug}.yaml`, reason: String((error as Error).message) }),
        );
      };
      for (const slug of await listSlugs())
        await attempt(slug, async () => {
          const request = await readRequest(slug);
          if (request) requests.push(request);
        });
      let environments: Environments = { environments: {}, secrets: [], revision: '' };
      await attempt(ENVIRONMENTS, async () => (environments = await readEnvironments()));
      return { folder: PLAYGROUND_FOLDER, requests, environments, problems };
    },
    async save(content: SavedContent, known) {
      refuseSecrets(content);
      const before = known && (await readKnown(known));
      const slug = known?.slug ?? freeSlug(toSlug(content.name), await takenNames(folder));
      const { updateYaml } = await import('./yaml-file.ts');
      const text = updateYaml(before, { ...content });
      if (text.length > MAX_BYTES)
        throw new PanelError(413, 'too_large', `A file has at most ${MAX_BYTES} bytes.`);
      await write(slug, text);
      return { slug, revision: hash(text) };
    },
    async remove(known) {
      await readKnown(known);
      await fs.rm(fileOf(known.slug));
    },
    async saveEnvironments({ revision, environments, secrets }) {
      const before = await read(ENVIRONMENTS);
      if ((before === undefined ? '' : hash(before)) !== revision)
        throw new PanelError(409, 'file_changed', 'environments.yaml has changed. Open it again.');
      refuseSecrets(environments);
      const { updateYaml } = await import('./yaml-file.ts');
      await write(ENVIRONMENTS, updateYaml(before, { environments, secrets }));
    },
  };
}

/** All names in the folder, so that no file of another kind is replaced. */
const takenNames = async (folder: string): Promise<Set<string>> =>
  new Set(
    (await fs.readdir(folder).catch(ifMissing([]))).map((name) =>
      name.toLowerCase().replace(/\.yaml$/, ''),
    ),
  );

/** @throws {PanelError} 409 when the folder is a link, which may lead out of the project */
async function makeFolder(root: string, folder: string): Promise<void> {
  await fs.mkdir(folder, { recursive: true });
  const [real, realRoot] = await Promise.all([fs.realpath(folder), fs.realpath(root)]);
  if (real !== path.join(realRoot, PLAYGROUND_FOLDER))
    throw new PanelError(409, 'not_a_folder', `${PLAYGROUND_FOLDER} is a link.`);
}

/** @throws {PanelError} 400 when a secret-looking name has a value that is no variable */
function refuseSecrets(value: unknown): void {
  const name = findSecret(value);
  if (name !== undefined)
    throw new PanelError(
      400,
      'secret_in_file',
      `${name} looks like a secret. Use a variable: {{${name}}}.`,
    );
}

/** Most starts of a server need no YAML. */
const parse = async (text: string): Promise<unknown> =>
  (await import('./yaml-file.ts')).parseYaml(text);

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

function ifMissing<Value>(value: Value): (error: unknown) => Value {
  return (error) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return value;
    throw error;
  };
}
