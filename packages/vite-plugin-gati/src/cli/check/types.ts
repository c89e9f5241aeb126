import fs from 'node:fs';
import path from 'node:path';
import type { Diagnostic } from '@gati/contract';
import type * as TypeScript from 'typescript-7/unstable/sync';
import { normalizePath } from 'vite';
import { closeCompiler } from '../../analyze/compiler/close-compiler.ts';
import { placeOf, printFrame } from '../../scan/code-frame.ts';
import { applyInsertions, type Insertion, toOriginal } from './annotate.ts';
import { fallbackConfig, findConfigs } from './tsconfigs.ts';

export interface TypeCheck {
  /** Absolute, with `/`. */
  root: string;
  /** Source files to check even if no `tsconfig.json` includes them. Absolute. */
  files: string[];
  /** Text to insert into a file before it is checked, by absolute file name. */
  insertions: Map<string, Insertion[]>;
}

/** Matches errors about components, whose types only the checker of their framework knows. */
const COMPONENT = /Cannot find module '[^']+\.(?:vue|svelte|astro|mdx)'/;
/** TS18003: no inputs were found in a config file. */
const NO_INPUTS = 18_003;

/**
 * Returns all type errors of an app, checked with its own `tsconfig.json` files, in order of place.
 */
export async function checkTypes(check: TypeCheck): Promise<Diagnostic[]> {
  const { root, files, insertions } = check;
  const { API, DiagnosticCategory } = await import('typescript-7/unstable/sync');
  const fallback = normalizePath(path.join(root, '.gati/tsconfig.check.json'));
  const virtualFiles = editedFiles(insertions);
  const api = new API({
    cwd: root,
    fs: {
      readFile: (file) => virtualFiles.get(file),
      fileExists: (file) => (file === fallback ? true : undefined),
    },
  });
  const configs = findConfigs(root).map(normalizePath);
  const covered = new Set<string>();
  const found = new Map<string, Diagnostic>();

  function collect(config: string): void {
    const program = api.updateSnapshot({ openProjects: [config] }).getProject(config)?.program;
    if (!program) return;
    for (const file of program.getSourceFileNames()) covered.add(file);
    for (const error of allDiagnostics(program)) {
      if (error.category !== DiagnosticCategory.Error || isForeign(error)) continue;
      // A config that includes no file of the app says nothing about it: its sources are checked
      // below.
      if (error.code === NO_INPUTS) continue;
      const diagnostic = toDiagnostic(error, check);
      found.set(JSON.stringify(diagnostic), diagnostic);
    }
  }

  try {
    for (const config of configs) collect(config);
    const rest = files.map(normalizePath).filter((file) => !covered.has(file));
    if (rest.length > 0) {
      const ambient = normalizePath(path.join(root, 'src/gati-env.d.ts'));
      const inputs = fs.existsSync(ambient) ? [ambient, ...rest] : rest;
      virtualFiles.set(fallback, fallbackConfig(root, inputs));
      collect(fallback);
    }
    return [...found.values()].sort(comparePlaces);
  } finally {
    closeCompiler(api);
  }
}

/** Returns the texts with their insertions, by file with `/`. */
function editedFiles(insertions: TypeCheck['insertions']): Map<string, string> {
  const edited = new Map<string, string>();
  for (const [file, list] of insertions) {
    if (list.length === 0) continue;
    edited.set(normalizePath(file), applyInsertions(fs.readFileSync(file, 'utf8'), list));
  }
  return edited;
}

function allDiagnostics(program: TypeScript.Program): readonly TypeScript.Diagnostic[] {
  return [
    ...program.getConfigFileParsingDiagnostics(),
    ...program.getSyntacticDiagnostics(),
    ...program.getProgramDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...program.getSemanticDiagnostics(),
  ];
}

const isForeign = ({ fileName, text }: TypeScript.Diagnostic): boolean =>
  fileName?.includes('/node_modules/') === true || COMPONENT.test(text);

function comparePlaces(a: Diagnostic, b: Diagnostic): number {
  return (
    compare(a.file, b.file) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)
  );
}

const compare = (a = '', b = ''): number => (a < b ? -1 : a > b ? 1 : 0);

function toDiagnostic(error: TypeScript.Diagnostic, { root, insertions }: TypeCheck): Diagnostic {
  const diagnostic: Diagnostic = {
    code: `TS${error.code}`,
    level: 'error',
    message: toText(error),
    fix: 'Make the types agree, or correct the declaration that the message names.',
  };
  if (error.fileName === undefined) return diagnostic;
  const file = path.isAbsolute(error.fileName) ? error.fileName : path.join(root, error.fileName);
  diagnostic.file = normalizePath(path.relative(root, file));
  if (!fs.existsSync(file)) return diagnostic;
  const text = fs.readFileSync(file, 'utf8');
  const place = placeOf(text, toOriginal(error.pos, insertions.get(file) ?? []));
  return { ...diagnostic, ...place, frame: printFrame(text, place) };
}

/** Returns a message and the messages that explain it, each indented by its depth. */
function toText({ text, messageChain }: TypeScript.Diagnostic, depth = 0): string {
  const rest = (messageChain ?? []).map((one) => toText(one, depth + 1));
  return [`${'  '.repeat(depth)}${text}`, ...rest].join('\n');
}
