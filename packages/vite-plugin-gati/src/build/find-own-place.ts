import type { ESTree } from 'vite';

const CREATED_REQUIRE = /^createRequire\(\s*import\.meta\.url\s*\)$/;

/**
 * Returns the first expression that depends on the place of its module, unless a comment
 * `@vite-ignore` is before it.
 */
export function findOwnPlace(program: unknown, code: string): string | undefined {
  const required = new Set<string>();
  let found: ESTree.Node | undefined;
  const visit = (value: unknown): void => {
    if (found || typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) return value.forEach(visit);
    const node = value as ESTree.Node;
    if (isHarmless(node, code)) return;
    if (node.type === 'VariableDeclarator' && node.init && isCreatedRequire(node.init, code))
      required.add(code.slice(node.id.start, node.id.end));
    if (isOwnPlace(node, code) || isRelativeRequire(node, code, required)) {
      if (!code.slice(0, node.start).trimEnd().endsWith('@vite-ignore */')) found = node;
      return;
    }
    Object.values(node).forEach(visit);
  };
  visit(program);
  return found && code.slice(found.start, found.end);
}

/** Some generated clients write `globalThis['__dirname'] = …` without using it. */
const isHarmless = (node: ESTree.Node, code: string): boolean =>
  (node.type === 'AssignmentExpression' && code.slice(node.left.start).startsWith('globalThis[')) ||
  // `process.argv[1] === fileURLToPath(import.meta.url)` is false in the source and in the bundle.
  (node.type === 'BinaryExpression' && /^[!=]==?$/.test(node.operator));

function isOwnPlace(node: ESTree.Node, code: string): boolean {
  const text = (part: ESTree.Node | undefined): string =>
    part ? code.slice(part.start, part.end) : '';
  if (node.type === 'MemberExpression')
    return /^import\.meta\.(?:dirname|filename)$/.test(text(node));
  if (node.type === 'Identifier')
    return (
      /^__(?:dir|file)name$/.test(node.name) &&
      !new RegExp(`\\b(?:const|let|var)\\s+${node.name}\\b`).test(code)
    );
  return (
    node.type === 'CallExpression' &&
    text(node.callee) === 'fileURLToPath' &&
    text(node.arguments[0]) === 'import.meta.url'
  );
}

const isCreatedRequire = (node: ESTree.Node, code: string): boolean =>
  CREATED_REQUIRE.test(code.slice(node.start, node.end));

/**
 * `require('./file')` where `require` was created for the module, and in CommonJS
 * `require('./folder/' + name)`, which a bundler does not follow. Also `require.resolve` of these.
 */
function isRelativeRequire(node: ESTree.Node, code: string, required: Set<string>): boolean {
  if (node.type !== 'CallExpression') return false;
  const [first] = node.arguments;
  if (!first || !readStart(first).startsWith('.')) return false;
  const callee = code.slice(node.callee.start, node.callee.end).replace(/\.resolve$/, '');
  return (
    required.has(callee) ||
    CREATED_REQUIRE.test(callee) ||
    (callee === 'require' && !isConstant(first))
  );
}

/** Returns the text that the value of an expression starts with, as far as it is constant. */
function readStart(node: ESTree.Node): string {
  if (node.type === 'BinaryExpression' && node.operator === '+') return readStart(node.left);
  if (node.type === 'TemplateLiteral') return node.quasis[0]!.value.raw;
  return node.type === 'Literal' && typeof node.value === 'string' ? node.value : '';
}

const isConstant = (node: ESTree.Node): boolean =>
  node.type === 'Literal' || (node.type === 'TemplateLiteral' && node.expressions.length === 0);
