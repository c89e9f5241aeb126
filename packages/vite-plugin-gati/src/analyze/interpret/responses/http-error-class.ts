import {
  type ClassDeclaration,
  type ImportDeclaration,
  type Node,
  SyntaxKind as K,
} from 'typescript-7/unstable/ast';
import { hasFlag, type SymbolView } from '../../compiler/compiler.ts';
import { isStringLiteral } from '../../compiler/syntax.ts';
import type { InterpreterApi } from '../interpreter-api.ts';

/** Whether a class is `HttpError` or a subclass. */
export function isHttpErrorClass(
  walk: InterpreterApi,
  symbol: SymbolView,
  alias: SymbolView = symbol,
): boolean {
  let current: SymbolView | undefined = symbol;
  if (isHttpError(walk, alias)) return true;
  for (let depth = 0; current && depth < 12; depth++) {
    if (isHttpError(walk, current)) return true;
    const declaration = classDeclaration(walk, current);
    current = declaration && baseClassSymbol(walk, declaration);
  }
  return false;
}

/**
 * Whether a symbol is the runtime's class: by the file that declares it, or by its import if that
 * can't be resolved.
 */
export function isHttpError(walk: InterpreterApi, symbol: SymbolView): boolean {
  if (symbol.name !== 'HttpError' && !hasFlag(symbol, 'alias')) return false;
  for (const declaration of symbol.declarations) {
    if (hasFlag(symbol, 'alias')) {
      if (importedName(walk, declaration.node()) === 'HttpError') return true;
    } else if (/\/(@gati\/)?runtime-h3\//.test(declaration.file)) return true;
  }
  return false;
}

function importedName(walk: InterpreterApi, node: Node | undefined): string | undefined {
  if (!node || walk.compiler.kind(node) !== K.ImportSpecifier) return undefined;
  const { propertyName, name } = node as unknown as {
    propertyName?: { text: string };
    name: { text: string };
  };
  let parent: Node = node;
  while (walk.compiler.kind(parent) !== K.ImportDeclaration) {
    if (!parent.parent) return undefined;
    parent = parent.parent;
  }
  const { moduleSpecifier } = parent as ImportDeclaration;
  const from = isStringLiteral(walk.compiler, moduleSpecifier) ? moduleSpecifier.text : '';
  return from === '@gati/runtime-h3' ||
    from.startsWith('@gati/runtime-h3/') ||
    from === 'vite-plugin-gati/runtime'
    ? (propertyName ?? name).text
    : undefined;
}

/** Returns the declaration of a class of the project. */
export function classDeclaration(
  walk: InterpreterApi,
  symbol: SymbolView,
): ClassDeclaration | undefined {
  const target = walk.compiler.target(symbol);
  for (const declaration of target.declarations) {
    if (declaration.file.endsWith('.d.ts') || declaration.file.includes('/node_modules/')) continue;
    const node = declaration.node();
    if (!node) continue;
    const kind = walk.compiler.kind(node);
    if (kind === K.ClassDeclaration || kind === K.ClassExpression) return node as ClassDeclaration;
    const { initializer } = node as unknown as { initializer?: Node };
    if (
      kind === K.VariableDeclaration &&
      initializer &&
      walk.compiler.kind(initializer) === K.ClassExpression
    )
      return initializer as ClassDeclaration;
  }
  return undefined;
}

export function baseClassSymbol(
  walk: InterpreterApi,
  declaration: ClassDeclaration,
): SymbolView | undefined {
  const clause = declaration.heritageClauses?.find(
    (each) =>
      walk.compiler.toKind((each as unknown as { token: number }).token) === K.ExtendsKeyword,
  );
  const expression = clause?.types[0]?.expression;
  const symbol = expression && walk.snapshot.symbol(expression);
  if (!symbol) return undefined;
  const target = walk.compiler.target(symbol);
  return target.declarations.length > 0 ? target : symbol;
}
