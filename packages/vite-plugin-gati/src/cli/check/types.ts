import fs from 'node:fs';
import path from 'node:path';
import type { Diagnostic } from '@gati/contract';
import { normalizePath } from 'vite';
import type * as TypeScript from 'typescript-7/unstable/sync';
import { closeCompiler } from '../../analyze/compiler/close-compiler.ts';
import { printFrame, placeOf } from '../../scan/code-frame.ts';
import { applyInsertions, type Insertion, toOriginal } from './annotate.ts';
import { fallbackConfig, findConfigs } from './tsconfigs.ts';

export interface TypeCheck {
  /** Absolute, with `/`. */
  root: string;
  /** Source files that must be looked at even where no `tsconfig.json` names them. Absolute. */
  files: string[];
  /** What is put into a file before it is looked at, by absolute name. */
  insertions: Map<string, Insertion[]>;
}

/** Components are typed by their framework's own checker. */
const COMPONENT = /Cannot find module '[^']+\.(?:vue|svelte|astro|mdx)'/;

/** All type errors of an app, as its own `tsconfig.json` has it. */
export async function checkTypes({ root, files, insertions }: TypeCheck): Promise<Diagnostic[]> {
  const { API, DiagnosticCategory } = await import('typescript-7/unstable/sync');
  const fallback = normalizePath(path.join(root, '.gati/tsconfig.check.json'));
  const virtual = new Map<string, string>();
  for (const [file, list] of insertions) {
    if (list.length > 0)
      virtual.set(normalizePath(file), applyInsertions(fs.readFileSync(file, 'utf8'), list));
  }
  const api = new API({
    cwd: root,
    fs: {
      readFile: (file) => virtual.get(file),
      fileExists: (file) => (file === fallback ? true : undefined),
    },
  });
  try {
    const configs = findConfigs(root).map(normalizePath);
    const found = new Map<string, Diagnostic>();
    const collect = (config: string, covered: Set<string>): void => {
      const project = api.updateSnapshot({ openProjects: [config] }).getProject(config);
      if (!project) return;
      const { program } = project;
      for (const file of program.getSourceFileNames()) covered.add(file);
      const all = [
        ...program.getConfigFileParsingDiagnostics(),
        ...program.getSyntacticDiagnostics(),
        ...program.getProgramDiagnostics(),
        ...program.getGlobalDiagnostics(),
        ...program.getSemanticDiagnostics(),
      ];
      for (const one of all) {
        if (
          one.category !== DiagnosticCategory.Error ||
          one.fileName?.includes('/node_modules/') ||
          COMPONENT.test(one.text)
        )
          continue;
        const diagnostic = toDiagnostic(one, root, insertions);
        // A solution file without files of its own is fine.
        if (one.code === NO_INPUTS && configs.length > 1) continue;
        found.set(JSON.stringify(diagnostic), diagnostic);
      }
    };
    const covered = new Set<string>();
    for (const config of configs) collect(config, covered);
    const rest = files.map(normalizePath).filter((file) => !covered.has(file));
    if (rest.length > 0) {
      const ambient = normalizePath(path.join(root, 'src/gati-env.d.ts'));
      virtual.set(
        fallback,
        fallbackConfig(root, fs.existsSync(ambient) ? [ambient, ...rest] : rest),
      );
      collect(fallback, covered);
    }
    return [...found.values()].sort(
      (a, b) =>
        compare(a.file, b.file) ||
        (a.line ?? 0) - (b.line ?? 0) ||
        (a.column ?? 0) - (b.column ?? 0),
    );
  } finally {
    closeCompiler(api);
  }
}

/** TS18003: no inputs were found in a config file. */
const NO_INPUTS = 18_003;

const compare = (a = '', b = ''): number => (a < b ? -1 : a > b ? 1 : 0);

function toDiagnostic(
  one: TypeScript.Diagnostic,
  root: string,
  insertions: Map<string, Insertion[]>,
): Diagnostic {
  const diagnostic: Diagnostic = {
    code: `TS${one.code}`,
    level: 'error',
    message: toText(one),
    fix: 'Make the types agree, or correct the declaration that the message names.',
  };
  if (one.fileName === undefined) return diagnostic;
  const file = path.isAbsolute(one.fileName) ? one.fileName : path.join(root, one.fileName);
  diagnostic.file = normalizePath(path.relative(root, file));
  if (!fs.existsSync(file)) return diagnostic;
  const text = fs.readFileSync(file, 'utf8');
  const place = placeOf(text, toOriginal(one.pos, insertions.get(file) ?? []));
  return { ...diagnostic, ...place, frame: printFrame(text, place) };
}

function toText({ text, messageChain }: TypeScript.Diagnostic, depth = 0): string {
  const rest = (messageChain ?? []).map((one) => toText(one, depth + 1));
  return [`${'  '.repeat(depth)}${text}`, ...rest].join('\n');
}
