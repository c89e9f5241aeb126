import { createProject, type Project, type ProjectAnalysis, type ProjectInput } from './project.ts';
import type { GatiOptions } from './options.ts';

/**
 * State that the sub-plugins of one `gati()` share. It lives as long as one Vite server or one
 * build. Its {@link Project} outlives restarts of the server (see {@link retainProject}).
 */
export interface PluginContext {
  readonly options: GatiOptions;
  /**
   * Set by `gati build --check`: breaking changes since the last release fail the build, unless
   * they are allowed. If absent, they only make the release a major one.
   */
  check?: { allowMajor: boolean };
  /** The project. Throws before `open` is called. */
  readonly project: Project;
  /** Sets the root, once the configuration is resolved. */
  open(root: string): void;
  /** Returns the scan and the contract of the files. Cached until `invalidate`. */
  analysis(): Promise<ProjectAnalysis>;
  /** Makes the next `analysis` read the files again. */
  invalidate(): void;
  /**
   * Releases the project. Its compiler ends when no plugin uses the project any more. The next
   * access opens a project again.
   */
  close(): Promise<void>;
}

/** Replacements for parts of a project, for tests. */
export type ProjectParts = Pick<ProjectInput, 'createAnalyzer' | 'engine'>;

export function createContext(options: GatiOptions = {}, parts: ProjectParts = {}): PluginContext {
  let root: string | undefined;
  let project: Project | undefined;
  let analysis: Promise<ProjectAnalysis> | undefined;
  return {
    options,
    get project() {
      if (root === undefined)
        throw new Error('gati: the project is used before the configuration is resolved');
      return (project ??= retainProject(root, options, parts));
    },
    open(resolvedRoot) {
      root = resolvedRoot;
    },
    analysis() {
      if (!analysis) {
        const started = (analysis = this.project.analyze());
        started.catch(() => {
          if (analysis === started) analysis = undefined;
        });
      }
      return analysis;
    },
    invalidate() {
      analysis = undefined;
    },
    async close() {
      const opened = project;
      project = undefined;
      analysis = undefined;
      if (opened) await releaseProject(opened);
    },
  };
}

/**
 * Open projects by root and options. A restarted server shares the project of the previous one,
 * with its parsed files and its running compiler.
 */
const projects = new Map<string, { project: Project; users: number }>();

const keyOf = (root: string, options: GatiOptions): string => JSON.stringify([root, options]);

function retainProject(root: string, options: GatiOptions, parts: ProjectParts): Project {
  const key = keyOf(root, options);
  const entry = projects.get(key) ?? {
    project: createProject({ root, options, ...parts }),
    users: 0,
  };
  entry.users++;
  projects.set(key, entry);
  return entry.project;
}

async function releaseProject(project: Project): Promise<void> {
  for (const [key, entry] of projects) {
    if (entry.project !== project) continue;
    entry.users--;
    if (entry.users > 0) return;
    projects.delete(key);
    await project.close();
  }
}
