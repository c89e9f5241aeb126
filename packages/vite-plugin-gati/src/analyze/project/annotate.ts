import { type ESTree, parseSync } from 'vite';
import type { RouteFile } from '../../scan/types.ts';

export interface Insertion {
  /** Position in the text of the file. */
  at: number;
  text: string;
}

/**
 * Returns the types for the parameters of a handler without types: `handler(req, res)` becomes
 * `handler(req: __GatiReq<'GET /'>, res: __GatiRes)`. It inserts within lines, so no line moves. A
 * handler with a type stays as it is.
 */
export function annotate(file: string, text: string, route: RouteFile): Insertion[] {
  return route.handler === 'socket'
    ? []
    : annotateExport(file, text, route.handler, handlerTypes(JSON.stringify(route.id)));
}

/** Like {@link annotate}, for a `guard(req, gctx, lctx)` without types. */
export function annotateGuard(file: string, text: string, folder: string): Insertion[] {
  const name = JSON.stringify(folder);
  return annotateExport(file, text, 'guard', {
    positions: ['__GatiGuardReq', '__GatiGlobal', `__GatiGuardLocal<${name}>`],
    all: `__GatiGuardArgs<${name}>`,
  });
}

/** Like {@link annotate}, for a `middleware(req, res, gctx, lctx, next)` without types. */
export function annotateMiddleware(file: string, text: string, folder: string): Insertion[] {
  const local = `__GatiFolderLocal<${JSON.stringify(folder)}>`;
  return annotateExport(file, text, 'middleware', handlerTypes('string', local));
}

interface ParameterTypes {
  /** Type of each parameter, by position. */
  positions: string[];
  /** Type of a rest parameter in the first position. */
  all: string;
}

const handlerTypes = (route: string, local = `__GatiLocal<${route}>`): ParameterTypes => ({
  positions: [`__GatiReq<${route}>`, '__GatiRes', '__GatiGlobal', local, '() => Promise<unknown>'],
  all: `__GatiArgs<${route}>`,
});

function annotateExport(
  file: string,
  text: string,
  name: string,
  types: ParameterTypes,
): Insertion[] {
  const { program, errors } = parseSync(file, text);
  if (errors.length > 0) return [];
  const fn = findHandler(program, name);
  return fn ? annotateParameters(fn, text, types) : [];
}

export function applyInsertions(text: string, insertions: readonly Insertion[]): string {
  let result = '';
  let from = 0;
  for (const { at, text: added } of insertions) {
    result += text.slice(from, at) + added;
    from = at;
  }
  return result + text.slice(from);
}

/** Reverses {@link applyInsertions}. */
export function withoutInsertions(text: string, insertions: readonly Insertion[]): string {
  let result = '';
  let from = 0;
  let added = 0;
  for (const insertion of insertions) {
    result += text.slice(from, insertion.at + added);
    added += insertion.text.length;
    from = insertion.at + added;
  }
  return result + text.slice(from);
}

/** Converts a position in the text with insertions to the position in the file on disk. */
export function originalPosition(position: number, insertions: readonly Insertion[]): number {
  let added = 0;
  for (const { at, text } of insertions) {
    const start = at + added;
    if (position < start) break;
    if (position < start + text.length) return at;
    added += text.length;
  }
  return position - added;
}

type FunctionNode = ESTree.Function | ESTree.ArrowFunctionExpression;

/** Finds the exported function that can take types: one without a type annotation. */
function findHandler(program: ESTree.Program, name: string): FunctionNode | undefined {
  const locals = new Map<string, FunctionNode>();
  let found: ESTree.Node | null | undefined;
  let alias: string | undefined;
  for (const statement of program.body) {
    const declaration =
      statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    if (declaration?.type === 'FunctionDeclaration' && declaration.id)
      locals.set(declaration.id.name, declaration);
    if (declaration?.type === 'VariableDeclaration') {
      for (const { id, init } of declaration.declarations) {
        if (id.type === 'Identifier' && !id.typeAnnotation && isFunction(init))
          locals.set(id.name, init);
      }
    }
    if (statement.type === 'ExportDefaultDeclaration' && name === 'default')
      found = statement.declaration;
    if (statement.type === 'ExportNamedDeclaration' && !statement.source) {
      for (const { exported, local } of statement.specifiers) {
        if (exported.type === 'Identifier' && exported.name === name && local.type === 'Identifier')
          alias = local.name;
      }
    }
  }
  if (isFunction(found)) return found;
  if (found?.type === 'Identifier') return locals.get(found.name);
  return locals.get(alias ?? name);
}

function isFunction(node: ESTree.Node | null | undefined): node is FunctionNode {
  return (
    node?.type === 'ArrowFunctionExpression' ||
    node?.type === 'FunctionExpression' ||
    node?.type === 'FunctionDeclaration'
  );
}

function annotateParameters(
  handler: FunctionNode,
  text: string,
  { positions, all }: ParameterTypes,
): Insertion[] {
  const insertions: Insertion[] = [];
  for (const [index, parameter] of handler.params.entries()) {
    const type =
      parameter.type === 'RestElement' ? (index === 0 ? all : undefined) : positions[index];
    if (!type || !('typeAnnotation' in parameter) || parameter.typeAnnotation) continue;
    if (
      parameter.type !== 'Identifier' &&
      parameter.type !== 'ObjectPattern' &&
      parameter.type !== 'RestElement'
    )
      continue;
    const needsParentheses =
      handler.type === 'ArrowFunctionExpression' &&
      handler.params.length === 1 &&
      !/\(\s*$/.test(text.slice(0, parameter.start));
    if (needsParentheses) insertions.push({ at: parameter.start, text: '(' });
    insertions.push({ at: parameter.end, text: needsParentheses ? `: ${type})` : `: ${type}` });
  }
  return insertions;
}
