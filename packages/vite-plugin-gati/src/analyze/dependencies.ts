import type { Compiler } from './compiler/compiler.ts';
import type { ImportGraph } from './project/import-graph.ts';
import type { ProjectFiles } from './project/project-files.ts';
import type { Subject } from './subjects.ts';

export interface Dependencies {
  /** From the root, sorted. */
  files: string[];
  /** An import does not resolve, so a new file may change the result. */
  hasUnresolved: boolean;
}

/**
 * Returns the files that a subject's result depends on: its imports, and the files behind
 * `gctx.modules` and `gctx.config` if one of its files names them.
 */
export function findDependencies(
  subject: Subject,
  files: ProjectFiles,
  compiler: Compiler,
  graph: ImportGraph,
): Dependencies {
  const { modules, config } = files.registered;
  const roots = [subject.file, ...subject.extraFiles].map((file) => files.absolute(file));
  graph.load(compiler, roots);
  const imported = roots.map((root) => graph.closure(root));
  const words = imported.flatMap((closure) => closure.words);
  const mentions = (word: string): boolean => words.some((set) => set.has(word));
  const viaContext = modules
    .filter(({ name }) => name.split(/[^\w$]+/).every(mentions))
    .map(({ file }) => files.absolute(file));
  if (config !== undefined && mentions('config')) viaContext.push(files.absolute(config));
  graph.load(compiler, viaContext);
  const closures = [...imported, ...viaContext.map((file) => graph.closure(file))];
  const all = new Set(closures.flatMap((closure) => [...closure.files]));
  // The registry is printed from the scan, which is part of the cache key.
  all.delete(files.registryFile);
  return {
    files: [...all].map((file) => files.relative(file)).sort(),
    hasUnresolved: closures.some((closure) => closure.hasUnresolved),
  };
}
