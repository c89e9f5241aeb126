import type { ESTree } from 'vite';

/** Returns the initialiser of a constant of the same file. */
export type Initialisers = (name: string) => ESTree.Expression | null | undefined;

/** Maximum depth of nested expressions that are read. A constant written by hand is not deeper. */
const DEPTH = 8;

/**
 * Returns the value of an expression of literals, templates, arithmetic, objects, lists and constants of
 * the same file. It neither runs the file nor resolves types. `undefined` means that the expression
 * is not constant.
 */
export function constantValue(
  node: ESTree.Expression | null | undefined,
  of: Initialisers,
  depth = 0,
): { value: unknown } | undefined {
  if (!node || depth > DEPTH) return undefined;
  const inner = (
    expression: ESTree.Expression | null | undefined,
  ): { value: unknown } | undefined => constantValue(expression, of, depth + 1);
  switch (node.type) {
    case 'Literal':
      return node.value === null || ['string', 'number', 'boolean'].includes(typeof node.value)
        ? { value: node.value }
        : undefined;
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSTypeAssertion':
    case 'ParenthesizedExpression':
      return inner(node.expression);
    case 'Identifier':
      return inner(of(node.name));
    case 'UnaryExpression': {
      const argument = inner(node.argument);
      return node.operator === '-' && typeof argument?.value === 'number'
        ? { value: -argument.value }
        : undefined;
    }
    case 'BinaryExpression':
      return calculate(node.operator, inner(node.left as ESTree.Expression), inner(node.right));
    case 'TemplateLiteral':
      return template(node, inner);
    case 'ObjectExpression':
      return object(node, inner);
    case 'ArrayExpression':
      return array(node, inner);
    default:
      return undefined;
  }
}

/** Returns the value of an expression that is a constant string, else `undefined`. */
export function constantString(
  node: ESTree.Expression | null | undefined,
  of: Initialisers,
): string | undefined {
  const value = constantValue(node, of)?.value;
  return typeof value === 'string' ? value : undefined;
}

type Inner = (expression: ESTree.Expression | null | undefined) => { value: unknown } | undefined;

function calculate(
  operator: string,
  left: { value: unknown } | undefined,
  right: { value: unknown } | undefined,
): { value: number } | undefined {
  const [a, b] = [left?.value, right?.value];
  if (typeof a !== 'number' || typeof b !== 'number') return undefined;
  if (operator === '+') return { value: a + b };
  if (operator === '-') return { value: a - b };
  if (operator === '*') return { value: a * b };
  if (operator === '/') return { value: a / b };
  if (operator === '**') return { value: a ** b };
  return undefined;
}

function template(
  { quasis, expressions }: ESTree.TemplateLiteral,
  inner: Inner,
): { value: string } | undefined {
  let text = quasis[0]?.value.cooked ?? undefined;
  for (const [index, expression] of expressions.entries()) {
    const value = inner(expression)?.value;
    const next = quasis[index + 1]?.value.cooked;
    if (text === undefined || typeof value !== 'string' || next === undefined || next === null)
      return undefined;
    text += value + next;
  }
  return text === undefined ? undefined : { value: text };
}

function object(
  { properties }: ESTree.ObjectExpression,
  inner: Inner,
): { value: Record<string, unknown> } | undefined {
  const value: Record<string, unknown> = {};
  for (const property of properties) {
    if (property.type !== 'Property' || property.computed) return undefined;
    const { key } = property;
    const name =
      key.type === 'Identifier' ? key.name : key.type === 'Literal' ? String(key.value) : undefined;
    const found = inner(property.value as ESTree.Expression);
    if (name === undefined || name === '__proto__' || found === undefined) return undefined;
    value[name] = found.value;
  }
  return { value };
}

function array(
  { elements }: ESTree.ArrayExpression,
  inner: Inner,
): { value: unknown[] } | undefined {
  const value: unknown[] = [];
  for (const element of elements) {
    const found = element?.type === 'SpreadElement' ? undefined : inner(element);
    if (found === undefined) return undefined;
    value.push(found.value);
  }
  return { value };
}
