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

/** Without parentheses, `satisfies` and `!`, which say nothing of the value. */
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

/** The name that a property is written with, unless it is computed. */
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

/** Calls back for a node and all below it; `false` keeps out of what is below. */
export function visit(node: Node, look: (node: Node) => boolean | void): void {
  if (look(node) === false) return;
  node.forEachChild((child) => {
    visit(child, look);
    return undefined;
  });
}

const ASSIGNMENTS_FROM: number = K.EqualsToken;

export function isAssignment(compiler: Compiler, operator: Node): boolean {
  const kind = compiler.kind(operator);
  return kind === ASSIGNMENTS_FROM || ASSIGNMENT_KINDS.has(kind);
}

const ASSIGNMENT_KINDS = new Set<number>([
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

/** Whether evaluating the expression can do anything but give a value. Functions in it do nothing until they are called. */
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

/** Names that are assigned somewhere below, functions included. */
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
