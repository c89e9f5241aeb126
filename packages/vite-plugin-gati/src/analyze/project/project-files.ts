import { fileURLToPath } from 'node:url';
import { emitGlobalTypes } from '../../emit/global-types.ts';
import { readText } from '../../files/read-text.ts';
import type { FolderFile, RouteFile, Scan } from '../../scan/types.ts';
import type { FileChanges, CompilerOptions, ParsedConfig } from '../compiler/compiler.ts';
import {
  annotate,
  annotateGuard,
  annotateMiddleware,
  applyInsertions,
  type Insertion,
  originalPosition,
  withoutInsertions,
} from './annotate.ts';
import { CONFIG_FILE, printAnalysisConfig } from './analysis-config.ts';
import { GLOBALS } from './globals.ts';

/** The part of a scan that the types of a project depend on. */
export type RegisteredFiles = Pick<
  Scan,
  'routes' | 'folders' | 'modules' | 'foreign' | 'effects' | 'config'
>;

const NOTHING: RegisteredFiles = { routes: [], folders: [], modules: [], effects: [] };

export interface FilePlace {
  /** Path from the root, with `/`. */
  file: string;
  line: number;
  column: number;
}

/** The project as the compiler sees it: the files on disk, with an overlay for what Gati adds. */
export class ProjectFiles {
  readonly root: string;
  readonly configFile: string;
  #registered: RegisteredFiles = NOTHING;
  /**
   * The part of the project that the compiler is shown: all of it, or the routes requested so far.
   */
  #shown: RegisteredFiles = NOTHING;
  /** Absolute files of the shown routes; `undefined` to show all. */
  #focus: Set<string> | undefined = new Set();
  #routes = new Map<string, RouteFile>();
  #folders = new Map<string, FolderFile>();
  #registry = printRegistry(NOTHING);
  #config: string | undefined;
  #parse: ((file: string) => ParsedConfig | undefined) | undefined;
  /** The project's parsed configurations, by file. */
  readonly #parsed = new Map<string, ParsedConfig | undefined>();
  readonly #annotated = new Map<string, { text: string; insertions: Insertion[] }>();
  readonly #globalsFile = findGlobals();

  /** @param root absolute, with `/` */
  constructor(root: string) {
    this.root = root;
    this.configFile = `${root}/${CONFIG_FILE}`;
  }

  get registered(): RegisteredFiles {
    return this.#registered;
  }

  get registryFile(): string {
    return `${this.root}/.gati/types/gati.d.ts`;
  }

  compilerOptions(): CompilerOptions {
    return {
      root: this.root,
      configFile: this.configFile,
      overlay: (file) => this.overlay(file),
      setParser: (parse) => (this.#parse = parse),
    };
  }

  absolute(file: string): string {
    return `${this.root}/${file}`;
  }

  /** Returns a name from the root; it begins with `..` for a file outside of the root. */
  relative(file: string): string {
    const prefix = `${this.root}/`;
    if (file.startsWith(prefix)) return file.slice(prefix.length);
    if (file.toLowerCase().startsWith(prefix.toLowerCase())) return file.slice(prefix.length);
    const from = this.root.split('/');
    const to = file.split('/');
    let same = 0;
    while (same < from.length && from[same] === to[same]) same++;
    return [...from.slice(same).map(() => '..'), ...to.slice(same)].join('/');
  }

  /** Stores what the scan found. Returns the files of the overlay that changed. */
  register(registered: RegisteredFiles): string[] {
    this.#registered = registered;
    this.#routes = new Map(registered.routes.map((route) => [this.absolute(route.file), route]));
    this.#folders = new Map(registered.folders.map((each) => [this.absolute(each.file), each]));
    return this.#show();
  }

  /**
   * Shows the compiler the routes of these files (absolute) too, or all routes. So one contract can
   * be read before the compiler has read the whole app. Returns the files of the overlay that
   * changed.
   */
  focus(files: Iterable<string> | 'all'): string[] {
    if (this.#focus === undefined) return [];
    if (files === 'all') this.#focus = undefined;
    else {
      const other = [...files].filter((file) => this.#routes.has(file) && !this.#focus?.has(file));
      if (other.length === 0) return [];
      for (const file of other) this.#focus.add(file);
    }
    return this.#show();
  }

  get isFocused(): boolean {
    return this.#focus !== undefined;
  }

  #show(): string[] {
    const changed: string[] = [];
    const focus = this.#focus;
    const registered = this.#registered;
    const shown = focus
      ? {
          ...registered,
          routes: registered.routes.filter(({ file }) => focus.has(this.absolute(file))),
        }
      : registered;
    const files = (from: RegisteredFiles): string => JSON.stringify(rootFiles(from));
    const otherFiles = files(shown) !== files(this.#shown);
    this.#shown = shown;
    const registry = printRegistry(shown);
    if (registry !== this.#registry) changed.push(this.registryFile);
    this.#registry = registry;
    if (otherFiles) {
      this.#config = undefined;
      changed.push(this.configFile);
    }
    return changed;
  }

  /** Forgets what was derived from files that changed. */
  touch(changes: FileChanges): void {
    for (const file of [...changes.changed, ...changes.created, ...changes.deleted]) {
      this.#annotated.delete(file);
      if (/(^|\/)tsconfig[^/]*\.json$/.test(file)) this.#forgetConfig();
    }
    // A configuration may include a new file, or list a deleted one.
    if (changes.created.length > 0 || changes.deleted.length > 0) this.#forgetConfig();
  }

  /** Returns the text that the compiler reads instead of a file on disk. */
  overlay(file: string): string | undefined {
    if (file === this.configFile) return (this.#config ??= this.#toConfig());
    if (file === this.registryFile) return this.#registry;
    if (file === this.#globalsFile) return GLOBALS;
    if (file.endsWith('/vite-plugin-gati/types.d.ts')) return 'export {};\n';
    const route = this.#routes.get(file);
    if (!route && !this.#folders.has(file)) return undefined;
    const { insertions, text } = this.#annotate(file, route);
    return insertions.length > 0 ? text : undefined;
  }

  /** Converts a position in the analysed text to a place in the file on disk. */
  place(file: string, text: string, position: number): FilePlace {
    const annotated = this.#annotated.get(file);
    const original = annotated ? originalPosition(position, annotated.insertions) : position;
    const lineStart = text.lastIndexOf('\n', position - 1) + 1;
    const originalStart = annotated ? originalPosition(lineStart, annotated.insertions) : lineStart;
    let line = 1;
    for (
      let index = text.indexOf('\n');
      index !== -1 && index < position;
      index = text.indexOf('\n', index + 1)
    )
      line++;
    return { file: this.relative(file), line, column: original - originalStart + 1 };
  }

  /** Removes the insertions from the analysed text of a file. */
  original(file: string, text: string): string {
    return withoutInsertions(text, this.#annotated.get(file)?.insertions ?? []);
  }

  #annotate(file: string, route: RouteFile | undefined): { text: string; insertions: Insertion[] } {
    let found = this.#annotated.get(file);
    if (!found) {
      // A file that was deleted since the scan has no text. The compiler itself notices the
      // deletion.
      const text = readText(file) ?? '';
      const insertions = route ? annotate(file, text, route) : this.#annotateFolder(file, text);
      found = { insertions, text: applyInsertions(text, insertions) };
      this.#annotated.set(file, found);
    }
    return found;
  }

  #annotateFolder(file: string, text: string): Insertion[] {
    const found = this.#folders.get(file);
    if (!found) return [];
    const annotateRole = found.role === 'guard' ? annotateGuard : annotateMiddleware;
    return annotateRole(file, text, found.folder);
  }

  #toConfig(): string {
    const files = rootFiles(this.#shown).map((file) => this.absolute(file));
    return printAnalysisConfig(
      { root: this.root, files, declarations: [this.#globalsFile, this.registryFile] },
      (file) => {
        if (!this.#parsed.has(file)) this.#parsed.set(file, this.#parse?.(file));
        return this.#parsed.get(file);
      },
    );
  }

  #forgetConfig(): void {
    this.#config = undefined;
    this.#parsed.clear();
  }
}

/** Prints `.gati/types/gati.d.ts`, which may not be on disk yet. */
function printRegistry(registered: RegisteredFiles): string {
  return emitGlobalTypes({ ...registered, versions: [], diagnostics: [] });
}

function rootFiles({ routes, modules, effects, config }: RegisteredFiles): string[] {
  const around = routes.flatMap((route) => [...route.guards, ...route.middleware]);
  const all = [...routes, ...modules, ...effects].map(({ file }) => file);
  return [...new Set([...all, ...around, ...(config ? [config] : [])])].sort();
}

/** Finds `types.d.ts` of this package, next to `src` or `dist`. */
function findGlobals(): string {
  const here = fileURLToPath(import.meta.url).replaceAll('\\', '/');
  const folder = here.slice(0, Math.max(here.lastIndexOf('/src/'), here.lastIndexOf('/dist/')));
  return `${folder}/types.d.ts`;
}
