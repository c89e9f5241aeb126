import { type ESTree, parseSync } from 'vite';
import { constantString, constantValue } from './constant-value.ts';
import { type Place, toFrame, toPlace } from './code-frame.ts';
import type { FileRole } from './layout.ts';

/** What one file says by itself, before it is seen among others. Plain data. */
export interface FileFacts {
  exports: { values: string[]; types: string[] };
  /** There is an `export *`, so any name may be exported. */
  open: boolean;
  /** The exported constants that the scan reads: `route`, `name`, `version`, `effect`, `to`. */
  constants: Record<string, Constant>;
  /** Those of an effect: `schedule`, `retry` … What is no constant is not here. */
  settings: Record<string, Setting>;
  /** Why the file could not be read as a module. */
  syntax?: { message: string; place: Place; frame: string };
}

export interface ScannedFile {
  /** From the root, with `/`. */
  file: string;
  role: FileRole;
  facts: FileFacts;
  /** The file has a syntax error, and exports and constants are those of its last good text. */
  kept?: boolean;
}

export interface Constant {
  /** Absent: exported, but not as a constant string. */
  value?: string;
  place: Place;
  frame: string;
}

export interface Setting {
  value: unknown;
  place: Place;
  frame: string;
}

const READ = new Set(['route', 'name', 'version', 'effect', 'to']);
const SETTINGS = new Set(['schedule', 'timezone', 'retry', 'concurrency', 'rateLimit', 'timeout']);

/** Reads exports and constant strings of a module from its syntax tree; no code runs and no type is looked at. */
export function readFacts(file: string, text: string): FileFacts {
  const parsed = parseSync(file, text);
  const { module, errors } = parsed;
  const facts: FileFacts = {
    exports: { values: [], types: [] },
    open: false,
    constants: {},
    settings: {},
  };
  const [error] = errors;
  if (error) {
    const place = toPlace(text, error.labels[0]?.start ?? 0);
    facts.syntax = { message: error.message, place, frame: toFrame(text, place) };
  }
  // Most exports say by their first words what they are; the syntax tree, which costs most of the time, is made for the others.
  let tree: Map<string, Local> | undefined;
  const locals = (): Map<string, Local> => (tree ??= localKinds(parsed.program));
  const initialiser = (name: string): ESTree.Expression | null | undefined =>
    locals().get(name)?.init;
  const values = new Set<string>();
  const types = new Set<string>();
  const entries = module.staticExports.flatMap(({ start, end, entries }) =>
    entries.map((entry) => ({ entry, start, end })),
  );
  for (const { entry, start, end } of entries) {
    if (entry.exportName.kind === 'None') {
      facts.open = true;
      continue;
    }
    const name = entry.exportName.kind === 'Default' ? 'default' : (entry.exportName.name ?? '');
    const find = (): Local | undefined =>
      toLocal(text.slice(start, end), name) ?? locals().get(entry.localName.name ?? '');
    const local = entry.moduleRequest ? undefined : find();
    if (entry.isType || local?.kind === 'type') types.add(name);
    else values.add(name);
    if (local?.kind === 'class') types.add(name);
    if (READ.has(name) && !entry.isType) {
      const place = toPlace(text, entry.exportName.start ?? entry.start);
      const value =
        local?.text ?? (local?.init ? constantString(local.init, initialiser) : undefined);
      facts.constants[name] = { value, place, frame: toFrame(text, place) };
    }
    if (SETTINGS.has(name) && !entry.isType) {
      const constant = constantValue(initialiser(entry.localName.name ?? ''), initialiser);
      const place = toPlace(text, entry.exportName.start ?? entry.start);
      if (constant) facts.settings[name] = { ...constant, place, frame: toFrame(text, place) };
    }
  }
  facts.exports = { values: [...values].sort(), types: [...types].sort() };
  return facts;
}

interface Local {
  kind: 'value' | 'type' | 'class';
  /** Of a `const`. */
  init?: ESTree.Expression | null;
  /** Of a `const` that is plainly a string. */
  text?: string;
}

const PLAIN = /^export\s+(?:default\s+)?(?:async\s+)?function\b|^export\s+const\s+(?!enum\b)[\w$]/;
const TYPE = /^export\s+(?:type|interface)\s+[\w$]/;
const STRING =
  /^export\s+const\s+[\w$]+\s*=\s*(?:'([^'\\\n]*)'|"([^"\\\n]*)")(?:\s*as\s+const)?\s*;?\s*$/;

/** What an export statement declares by this name, if its first words say so. */
function toLocal(statement: string, name: string): Local | undefined {
  if (TYPE.test(statement)) return { kind: 'type' };
  if (!PLAIN.test(statement)) return undefined;
  if (!READ.has(name)) return { kind: 'value' };
  const string = STRING.exec(statement);
  const text = string?.[1] ?? string?.[2];
  return text === undefined ? undefined : { kind: 'value', text };
}

function localKinds(program: ESTree.Program): Map<string, Local> {
  const locals = new Map<string, Local>();
  for (const statement of program.body) {
    const declaration =
      statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    if (!declaration) continue;
    if (declaration.type === 'VariableDeclaration') {
      for (const { id, init } of declaration.declarations) {
        if (id.type === 'Identifier')
          locals.set(id.name, {
            kind: 'value',
            init: declaration.kind === 'const' ? init : undefined,
          });
      }
    } else if (
      declaration.type === 'TSTypeAliasDeclaration' ||
      declaration.type === 'TSInterfaceDeclaration'
    ) {
      if (!locals.has(declaration.id.name)) locals.set(declaration.id.name, { kind: 'type' });
    } else if (
      declaration.type === 'ClassDeclaration' ||
      declaration.type === 'TSEnumDeclaration'
    ) {
      if (declaration.id) locals.set(declaration.id.name, { kind: 'class' });
    } else if (declaration.type === 'FunctionDeclaration' && declaration.id) {
      locals.set(declaration.id.name, { kind: 'value' });
    }
  }
  return locals;
}
