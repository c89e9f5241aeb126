import { type ESTree, parseSync } from 'vite';
import { type Place, toFrame, toPlace } from './frame.ts';
import type { FileRole } from './layout.ts';

/** What one file says by itself, before it is seen among others. Plain data. */
export interface FileFacts {
  exports: { values: string[]; types: string[] };
  /** There is an `export *`, so any name may be exported. */
  open: boolean;
  /** The exported constants that the scan reads: `route`, `name`, `version`, `effect`. */
  constants: Record<string, Constant>;
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

const READ = new Set(['route', 'name', 'version', 'effect']);

/** Reads exports and constant strings of a module from its syntax tree; no code runs and no type is looked at. */
export function readFacts(file: string, text: string): FileFacts {
  const { program, module, errors } = parseSync(file, text);
  const facts: FileFacts = { exports: { values: [], types: [] }, open: false, constants: {} };
  const [error] = errors;
  if (error) {
    const place = toPlace(text, error.labels[0]?.start ?? 0);
    facts.syntax = { message: error.message, place, frame: toFrame(text, place) };
  }
  const locals = localKinds(program);
  const values = new Set<string>();
  const types = new Set<string>();
  for (const entry of module.staticExports.flatMap((declaration) => declaration.entries)) {
    if (entry.exportName.kind === 'None') {
      facts.open = true;
      continue;
    }
    const name = entry.exportName.kind === 'Default' ? 'default' : (entry.exportName.name ?? '');
    const local = entry.moduleRequest ? undefined : locals.get(entry.localName.name ?? '');
    if (entry.isType || local?.kind === 'type') types.add(name);
    else values.add(name);
    if (local?.kind === 'class') types.add(name);
    if (READ.has(name) && !entry.isType) {
      const place = toPlace(text, entry.exportName.start ?? entry.start);
      facts.constants[name] = { value: constantString(local?.init, locals), place, frame: toFrame(text, place) };
    }
  }
  facts.exports = { values: [...values].sort(), types: [...types].sort() };
  return facts;
}

interface Local {
  kind: 'value' | 'type' | 'class';
  /** Of a `const`. */
  init?: ESTree.Expression | null;
}

function localKinds(program: ESTree.Program): Map<string, Local> {
  const locals = new Map<string, Local>();
  for (const statement of program.body) {
    const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    if (!declaration) continue;
    if (declaration.type === 'VariableDeclaration') {
      for (const { id, init } of declaration.declarations) {
        if (id.type === 'Identifier') locals.set(id.name, { kind: 'value', init: declaration.kind === 'const' ? init : undefined });
      }
    } else if (declaration.type === 'TSTypeAliasDeclaration' || declaration.type === 'TSInterfaceDeclaration') {
      if (!locals.has(declaration.id.name)) locals.set(declaration.id.name, { kind: 'type' });
    } else if (declaration.type === 'ClassDeclaration' || declaration.type === 'TSEnumDeclaration') {
      if (declaration.id) locals.set(declaration.id.name, { kind: 'class' });
    } else if (declaration.type === 'FunctionDeclaration' && declaration.id) {
      locals.set(declaration.id.name, { kind: 'value' });
    }
  }
  return locals;
}

/** Literals, templates and sums of constants of the same file; the types of a handler need no more, and no less can be trusted. */
function constantString(node: ESTree.Expression | null | undefined, locals: Map<string, Local>, depth = 0): string | undefined {
  if (!node || depth > 8) return undefined;
  const inner = (expression: ESTree.Expression): string | undefined => constantString(expression, locals, depth + 1);
  switch (node.type) {
    case 'Literal':
      return typeof node.value === 'string' ? node.value : undefined;
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSTypeAssertion':
    case 'ParenthesizedExpression':
      return inner(node.expression);
    case 'Identifier':
      return constantString(locals.get(node.name)?.init, locals, depth + 1);
    case 'TemplateLiteral': {
      let text = node.quasis[0]?.value.cooked ?? undefined;
      for (const [index, expression] of node.expressions.entries()) {
        const value = inner(expression);
        const next = node.quasis[index + 1]?.value.cooked;
        if (text === undefined || value === undefined || next === undefined || next === null) return undefined;
        text += value + next;
      }
      return text;
    }
    default:
      return undefined;
  }
}
