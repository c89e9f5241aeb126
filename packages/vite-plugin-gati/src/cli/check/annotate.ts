import { MagicString } from 'magic-string';
import { type ESTree, parseSync } from 'vite';

/** Text to insert at an offset of the original, in UTF-16 units. No edit removes text. */
export interface Insertion {
  at: number;
  text: string;
}

type Callable = ESTree.Function | ESTree.ArrowFunctionExpression;

/** The types of an exported function. */
interface Shape {
  /** Type of its argument list. */
  args: string;
  /** Type of the function; `undefined` to type its parameters only. */
  value: string | undefined;
}

/**
 * Returns the annotations that give a bare handler its types in TypeScript. A handler with
 * annotations gets none.
 */
export function annotateHandler(file: string, text: string, routeId: string): Insertion[] {
  return annotate(file, text, ['handler', 'default'], (exported) => {
    const route = exported.has('route') ? 'typeof route' : `'${routeId}'`;
    return { args: `Args<${route}>`, value: `Handler<${route}>` };
  });
}

/**
 * Like {@link annotateHandler}, for the guard of a folder (`/`, `/admin`). A guard never gets the
 * type of the whole function, which would hide from handlers what it returns.
 */
export function annotateGuard(file: string, text: string, folder: string): Insertion[] {
  return annotate(file, text, ['guard'], () => ({
    args: `Parameters<Guard${inFolder(folder)}>`,
    value: undefined,
  }));
}

/** Like {@link annotateHandler}, for the middleware of a folder. */
export function annotateMiddleware(file: string, text: string, folder: string): Insertion[] {
  const value = `Middleware${inFolder(folder)}`;
  return annotate(file, text, ['middleware', 'default'], () => ({
    args: `Parameters<${value}>`,
    value,
  }));
}

const inFolder = (folder: string): string => (folder === '/' ? '' : `<'${folder}'>`);

export function applyInsertions(text: string, insertions: Insertion[]): string {
  const edited = new MagicString(text);
  for (const { at, text: added } of insertions) edited.appendLeft(at, added);
  return edited.toString();
}

/** Returns the offset in the original for an offset in the edited text. */
export function toOriginal(offset: number, insertions: Insertion[]): number {
  let added = 0;
  for (const { at, text } of [...insertions].sort((a, b) => a.at - b.at)) {
    if (offset <= at + added) break;
    added += Math.min(text.length, offset - at - added);
  }
  return offset - added;
}

function annotate(
  file: string,
  text: string,
  names: string[],
  shapeOf: (exported: Set<string>) => Shape,
): Insertion[] {
  if (!/\.[cm]?tsx?$/.test(file)) return [];
  const { program, errors } = parseSync(file, text);
  if (errors.length > 0) return [];
  const exported = new Map<string, Site>();
  const locals = new Map<string, Site>();
  for (const statement of program.body) collect(statement, exported, locals);
  const name = names.find((one) => exported.has(one));
  const site = name === undefined ? undefined : exported.get(name);
  return site?.callable ? insertionsFor(site, text, shapeOf(new Set(exported.keys()))) : [];
}

/** Positions in the declaration of a function. */
interface Site {
  callable?: Callable;
  /** End of the name of a `const` without a type. */
  nameEnd?: number;
}

function collect(
  statement: ESTree.Statement | ESTree.ModuleDeclaration,
  exported: Map<string, Site>,
  locals: Map<string, Site>,
): void {
  if (statement.type === 'ExportDefaultDeclaration') {
    const { declaration } = statement;
    if (declaration.type === 'Identifier')
      exported.set('default', locals.get(declaration.name) ?? {});
    else exported.set('default', isCallable(declaration) ? { callable: declaration } : {});
    return;
  }
  if (statement.type === 'ExportNamedDeclaration') {
    if (statement.declaration) {
      const own = new Map<string, Site>();
      collect(statement.declaration as ESTree.Statement, own, own);
      for (const [name, site] of own) {
        exported.set(name, site);
        locals.set(name, site);
      }
    }
    for (const { local, exported: alias } of statement.specifiers)
      exported.set(nameOf(alias), locals.get(nameOf(local)) ?? {});
    return;
  }
  if (statement.type === 'FunctionDeclaration' && statement.id)
    locals.set(statement.id.name, { callable: statement });
  if (statement.type !== 'VariableDeclaration') return;
  for (const { id, init } of statement.declarations) {
    if (id.type !== 'Identifier') continue;
    const typed = Boolean(id.typeAnnotation);
    locals.set(
      id.name,
      !typed && init && isCallable(init) ? { callable: init, nameEnd: id.end } : {},
    );
  }
}

function nameOf(name: ESTree.ModuleExportName): string {
  return name.type === 'Literal' ? String(name.value) : name.name;
}

function isCallable(node: { type: string }): node is Callable {
  return ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'].includes(
    node.type,
  );
}

function insertionsFor(
  { callable, nameEnd }: Site,
  text: string,
  { args, value }: Shape,
): Insertion[] {
  const params = callable!.params as ESTree.ParamPattern[];
  const first = params[0];
  const last = params.at(-1);
  if (!first || !last || !params.every(isBare)) return [];
  if (nameEnd !== undefined && value !== undefined) return [{ at: nameEnd, text: `: ${value}` }];
  if (last.type === 'RestElement')
    return params.length === 1 ? [{ at: last.end, text: `: ${args}` }] : [];
  const parenthesised = text.slice(callable!.start, first.start).includes('(');
  if (!parenthesised) {
    return [
      { at: first.start, text: '(...[' },
      { at: last.end, text: `]: ${args})` },
    ];
  }
  return [
    { at: first.start, text: '...[' },
    { at: afterComma(text, last.end), text: `]: ${args}` },
  ];
}

/** Skips a trailing comma, which an array pattern may have and a rest parameter may not. */
function afterComma(text: string, from: number): number {
  const match = /^(?:\s|\/\*[^]*?\*\/|\/\/[^\n]*\n)*,/.exec(text.slice(from));
  return from + (match?.[0].length ?? 0);
}

function isBare(param: ESTree.ParamPattern): boolean {
  if (param.type === 'TSParameterProperty') return false;
  if (param.type === 'AssignmentPattern') return isBare(param.left as ESTree.ParamPattern);
  if ('typeAnnotation' in param && param.typeAnnotation) return false;
  if ('optional' in param && param.optional) return false;
  return !(param.type === 'Identifier' && param.name === 'this');
}
