import {
  type Identifier,
  type Node,
  type StringLiteral,
  SyntaxKind as K,
} from 'typescript-7/unstable/ast';
import type { Compiler } from './compiler.ts';

const WRAPPERS = new Set<number>([
  K.ParenthesizedExpression,
  K.SatisfiesExpression,
  K.NonNullExpression,
]);
const FUNCTIONS = new Set<number>([
  K.ArrowFunction,
  K.FunctionDeclaration,
  K.FunctionExpression,
  K.MethodDeclaration,
  K.Constructor,
  K.GetAccessor,
  K.SetAccessor,
]);
const EFFECTS = new Set<number>([
  K.CallExpression,
  K.NewExpression,
  K.AwaitExpression,
  K.YieldExpression,
  K.TaggedTemplateExpression,
  K.DeleteExpression,
  K.PostfixUnaryExpression,
]);

/** Removes parentheses, `satisfies` and `!`, which do not change the value. */
export function unwrap(compiler: Compiler, node: Node): Node {
  let inner = node;
  while (WRAPPERS.has(compiler.kind(inner)))
    inner = (inner as unknown as { expression: Node }).expression;
  return inner;
}

export function isFunctionNode(compiler: Compiler, node: Node): boolean {
  return FUNCTIONS.has(compiler.kind(node));
}

export function isIdentifier(compiler: Compiler, node: Node | undefined): node is Identifier {
  return node !== undefined && compiler.kind(node) === K.Identifier;
}

export function isStringLiteral(compiler: Compiler, node: Node | undefined): node is StringLiteral {
  return (
    node !== undefined &&
    (compiler.kind(node) === K.StringLiteral ||
      compiler.kind(node) === K.NoSubstitutionTemplateLiteral)
  );
}

export function hasModifier(compiler: Compiler, node: Node, modifier: number): boolean {
  const { modifiers } = node as { modifiers?: readonly Node[] };
  return modifiers?.some((each) => compiler.kind(each) === modifier) ?? false;
}

/** Returns the name of a property; `undefined` if it is computed. */
export function propertyName(compiler: Compiler, name: Node): string | undefined {
  const kind = compiler.kind(name);
  if (kind === K.ComputedPropertyName) {
    const inner = (name as unknown as { expression: Node }).expression;
    return isStringLiteral(compiler, inner) ? inner.text : undefined;
  }
  if (
    kind === K.Identifier ||
    kind === K.StringLiteral ||
    kind === K.NumericLiteral ||
    kind === K.NoSubstitutionTemplateLiteral
  )
    return (name as unknown as { text: string }).text;
  return undefined;
}

/** Calls `look` for a node and its descendants. `false` skips the descendants. */
export function visit(node: Node, look: (node: Node) => boolean | void): void {
  if (look(node) === false) return;
  node.forEachChild((child) => {
    visit(child, look);
    return undefined;
  });
}

export function isAssignment(compiler: Compiler, operator: Node): boolean {
  return ASSIGNMENT_KINDS.has(compiler.kind(operator));
}

const ASSIGNMENT_KINDS = new Set<number>([
  K.EqualsToken,
  K.PlusEqualsToken,
  K.MinusEqualsToken,
  K.AsteriskEqualsToken,
  K.AsteriskAsteriskEqualsToken,
  K.SlashEqualsToken,
  K.PercentEqualsToken,
  K.LessThanLessThanEqualsToken,
  K.GreaterThanGreaterThanEqualsToken,
  K.GreaterThanGreaterThanGreaterThanEqualsToken,
  K.AmpersandEqualsToken,
  K.BarEqualsToken,
  K.CaretEqualsToken,
  K.BarBarEqualsToken,
  K.AmpersandAmpersandEqualsToken,
  K.QuestionQuestionEqualsToken,
]);

/**
 * Whether the evaluation of an expression can have side effects. A function inside of the
 * expression counts as free of side effects, because its body runs only when it is called.
 */
export function hasEffects(compiler: Compiler, node: Node): boolean {
  let found = false;
  visit(node, (each) => {
    const kind = compiler.kind(each);
    if (found || FUNCTIONS.has(kind)) return false;
    if (EFFECTS.has(kind)) found = true;
    else if (
      kind === K.BinaryExpression &&
      isAssignment(compiler, (each as unknown as { operatorToken: Node }).operatorToken)
    )
      found = true;
    else if (kind === K.PrefixUnaryExpression) {
      const operator = compiler.toKind((each as unknown as { operator: number }).operator);
      if (operator === K.PlusPlusToken || operator === K.MinusMinusToken) found = true;
    }
    return !found;
  });
  return found;
}

/** Returns the names that a node or its descendants assign, nested functions included. */
export function assignedNames(compiler: Compiler, node: Node): Node[] {
  const names: Node[] = [];
  const target = (part: Node): void =>
    visit(part, (each) => void (isIdentifier(compiler, each) && names.push(each)));
  visit(node, (each) => {
    const kind = compiler.kind(each);
    const { left, operatorToken, operand, operator } = each as unknown as {
      left: Node;
      operatorToken: Node;
      operand: Node;
      operator: number;
    };
    if (kind === K.BinaryExpression && isAssignment(compiler, operatorToken)) {
      const inner = unwrap(compiler, left);
      if (
        compiler.kind(inner) !== K.PropertyAccessExpression &&
        compiler.kind(inner) !== K.ElementAccessExpression
      )
        target(inner);
    } else if (
      (kind === K.PrefixUnaryExpression || kind === K.PostfixUnaryExpression) &&
      isIdentifier(compiler, operand)
    ) {
      const token = compiler.toKind(operator);
      if (token === K.PlusPlusToken || token === K.MinusMinusToken) names.push(operand);
    }
  });
  return names;
}
