import type { ESTree } from 'vite';

/** Syntax that a version of Node can't run. */
export interface UnsupportedSyntax {
  /** Name in messages, with its article. */
  what: string;
  fix: string;
  start: number;
  end: number;
}

/** Cheap test whether code may have such syntax. */
export const MAY_BE_UNSUPPORTED: RegExp =
  /@[\w$([]|\baccessor\b|\busing\b|\(\?[ims]*-?[ims]+:|\(\?<[A-Za-z_$]/;

/** Node that has the features of regular expressions below (V8 12.5). */
const NODE_WITH_MODIFIERS = 23;

/** Finds decorators and regular expressions that Node can't run and that the bundler does not lower. */
export function findUnsupportedSyntax(
  program: unknown,
  node: number,
): UnsupportedSyntax | undefined {
  let found: UnsupportedSyntax | undefined;
  const visit = (value: unknown): void => {
    if (found || typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) return value.forEach(visit);
    found = check(value as ESTree.Node, node);
    Object.values(value).forEach(visit);
  };
  visit(program);
  return found;
}

/** Whether code has a declaration with `using`. */
export function hasUsing(program: unknown): boolean {
  let found = false;
  const visit = (value: unknown): void => {
    if (found || typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) return value.forEach(visit);
    const { type, kind } = value as { type?: string; kind?: string };
    if (type === 'VariableDeclaration' && kind?.endsWith('using')) found = true;
    Object.values(value).forEach(visit);
  };
  visit(program);
  return found;
}

function check(node: ESTree.Node, major: number): UnsupportedSyntax | undefined {
  const { decorators } = node as { decorators?: ESTree.Node[] };
  const [decorator] = decorators ?? [];
  if (decorator || node.type === 'AccessorProperty') {
    const { start, end } = decorator ?? node;
    return {
      what: decorator ? 'A decorator' : 'The keyword `accessor`',
      fix: 'Call the function yourself, or set `experimentalDecorators` in tsconfig.json, which the build lowers.',
      start,
      end,
    };
  }
  const { regex, start, end } = node as {
    regex?: { pattern: string; flags: string };
  } & ESTree.Node;
  if (!regex || major >= NODE_WITH_MODIFIERS) return undefined;
  if (/\(\?(?:[ims]+(?:-[ims]*)?|-[ims]+):/.test(regex.pattern))
    return { what: 'A modifier in a regular expression', fix: REGEX_FIX, start, end };
  const names = [...regex.pattern.matchAll(/\(\?<([A-Za-z_$][\w$]*)>/g)].map(([, name]) => name);
  return new Set(names).size < names.length
    ? { what: 'A group name that occurs twice in a regular expression', fix: REGEX_FIX, start, end }
    : undefined;
}

const REGEX_FIX =
  'Write the expression without it, or build for Node 24: `environments: { gati: { build: { target: "node24" } } }`.';
