import { createProject, type Project, type ProjectAnalysis, type ProjectInput } from './project.ts';
import type { GatiOptions } from './options.ts';

/**
 * What the sub-plugins of one `gati()` share. It lives as long as one Vite server or one build;
 * the {@link Project} below it outlives server restarts (see `retainProject`).
 */
export interface PluginContext {
  readonly options: GatiOptions;
  /** Breaks since the last release end a build, unless they are allowed. Absent: they only make it a major one. */
  check?: { allowMajor: boolean };
  /** Asserts that the configuration is resolved. */
  readonly project: Project;
  /** Called once the root is known. */
  open(root: string): void;
  /** Scan and contract as the files stand; asked again only after `invalidate`. */
  analysis(): Promise<ProjectAnalysis>;
  /** Files changed; the next `analysis` looks again. */
  invalidate(): void;
  /** Ends the compiler. A later use opens the project again. */
  close(): Promise<void>;
}

/** Other parts than the package's own. */
export type ProjectParts = Pick<ProjectInput, 'createAnalyzer' | 'engine'>;

export function createContext(options: GatiOptions = {}, parts: ProjectParts = {}): PluginContext {
  let root: string | undefined;
  let project: Project | undefined;
  let analysis: Promise<ProjectAnalysis> | undefined;
  return {
    options,
    get project() {
      if (root === undefined)
        throw new Error('gati: the project is asked for before the configuration is resolved');
      return (project ??= retainProject(root, options, parts));
    },
    open(found) {
      root = found;
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

/** A restarted server gets the project of the one before: parsed files and the running compiler stay. */
const shared = new Map<string, { project: Project; users: number }>();

const keyOf = (root: string, options: GatiOptions): string => JSON.stringify([root, options]);

function retainProject(root: string, options: GatiOptions, parts: ProjectParts): Project {
  const key = keyOf(root, options);
  const entry = shared.get(key) ?? {
    project: createProject({ root, options, ...parts }),
    users: 0,
  };
  entry.users++;
  shared.set(key, entry);
  return entry.project;
}

async function releaseProject(project: Project): Promise<void> {
  for (const [key, entry] of shared) {
    if (entry.project !== project) continue;
    entry.users--;
    if (entry.users > 0) return;
    shared.delete(key);
    await project.close();
  }
}
