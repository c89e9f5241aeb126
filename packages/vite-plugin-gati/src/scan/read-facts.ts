import { type ESTree, parseSync } from 'vite';
import { constantString, constantValue } from './constant-value.ts';
import { placeOf, printFrame } from './code-frame.ts';
import type { FileFacts, Setting } from './file-facts.ts';

const CONSTANTS = new Set(['route', 'name', 'version', 'effect', 'to']);
/**
 * Settings of a route. A value that is not constant is an error, so the facts include such a value
 * too.
 */
const ROUTE_SETTINGS = new Set(['accept', 'allowCrossSite', 'security']);
const SETTINGS = new Set(['schedule', 'timezone', 'retry', 'concurrency', 'rateLimit', 'timeout']);

/**
 * Reads exports and constant strings of a module from its syntax. It runs no code and resolves no
 * type.
 */
export function readFacts(file: string, text: string): FileFacts {
  const parsed = parseSync(file, text);
  const { module, errors } = parsed;
  const facts: FileFacts = {
    exports: { values: [], types: [] },
    exportsAll: false,
    constants: {},
    settings: {},
  };
  const [error] = errors;
  if (error)
    facts.syntax = { message: error.message, ...siteOf(text, error.labels[0]?.start ?? 0) };
  // The first words of most exports show what they are. Only other exports need the syntax tree,
  // which takes most of the time.
  let tree: Map<string, Local> | undefined;
  const locals = (): Map<string, Local> => (tree ??= localKinds(parsed.program));
  const initialiser = (name: string): ESTree.Expression | null | undefined =>
    locals().get(name)?.init;
  const values = new Set<string>();
  const types = new Set<string>();
  for (const { start, end, entries } of module.staticExports) {
    for (const entry of entries) {
      if (entry.exportName.kind === 'None') {
        facts.exportsAll = true;
        continue;
      }
      const name = entry.exportName.kind === 'Default' ? 'default' : (entry.exportName.name ?? '');
      const local = entry.moduleRequest
        ? undefined
        : (localOfStatement(text.slice(start, end), name) ??
          locals().get(entry.localName.name ?? ''));
      if (entry.isType || local?.kind === 'type') types.add(name);
      else values.add(name);
      if (local?.kind === 'class') types.add(name);
      if (entry.isType) continue;
      const site = (): Site => siteOf(text, entry.exportName.start ?? entry.start);
      if (name === 'guard') facts.guardLine = site().place.line;
      if (CONSTANTS.has(name)) {
        const value =
          local?.text ?? (local?.init ? constantString(local.init, initialiser) : undefined);
        facts.constants[name] = { value, ...site() };
      }
      if (SETTINGS.has(name) || ROUTE_SETTINGS.has(name)) {
        const constant = constantValue(initialiser(entry.localName.name ?? ''), initialiser);
        if (constant || ROUTE_SETTINGS.has(name))
          facts.settings[name] = { value: constant?.value, ...site() };
      }
    }
  }
  facts.exports = { values: [...values].sort(), types: [...types].sort() };
  return facts;
}

type Site = Pick<Setting, 'place' | 'frame'>;

function siteOf(text: string, offset: number): Site {
  const place = placeOf(text, offset);
  return { place, frame: printFrame(text, place) };
}

interface Local {
  kind: 'value' | 'type' | 'class';
  /** The initialiser of a `const`. */
  init?: ESTree.Expression | null;
  /** The value of a `const` that is a string literal. */
  text?: string;
}

const PLAIN = /^export\s+(?:default\s+)?(?:async\s+)?function\b|^export\s+const\s+(?!enum\b)[\w$]/;
const TYPE = /^export\s+(?:type|interface)\s+[\w$]/;
const STRING =
  /^export\s+const\s+[\w$]+\s*=\s*(?:'([^'\\\n]*)'|"([^"\\\n]*)")(?:\s*as\s+const)?\s*;?\s*$/;

/** Returns what an export statement declares by this name, if its first words show it. */
function localOfStatement(statement: string, name: string): Local | undefined {
  if (TYPE.test(statement)) return { kind: 'type' };
  if (!PLAIN.test(statement)) return undefined;
  if (!CONSTANTS.has(name)) return { kind: 'value' };
  const string = STRING.exec(statement);
  const text = string?.[1] ?? string?.[2];
  return text === undefined ? undefined : { kind: 'value', text };
}

/** Returns the top-level declarations of a module by name. */
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
