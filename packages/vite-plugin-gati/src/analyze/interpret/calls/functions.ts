import {
  type FunctionDeclaration,
  type Node,
  SyntaxKind as K,
  type VariableDeclaration,
} from 'typescript-7/unstable/ast';
import { unwrap } from '../../compiler/syntax.ts';
import type { FunctionNode } from '../state/values.ts';
import type { InterpreterApi } from '../interpreter-api.ts';

/** Finds the function of the project behind a name, if its body can be followed. */
export function findFunction(walk: InterpreterApi, name: Node): FunctionNode | undefined {
  const target = walk.snapshot.target(name);
  for (const declaration of target?.declarations ?? []) {
    if (declaration.file.endsWith('.d.ts') || declaration.file.includes('/node_modules/')) continue;
    const node = declaration.node();
    const fn = node && toFunction(walk, node);
    if (fn) return fn;
  }
  return undefined;
}

function toFunction(walk: InterpreterApi, node: Node): FunctionNode | undefined {
  const kind = walk.compiler.kind(node);
  if (kind === K.FunctionDeclaration || kind === K.MethodDeclaration)
    return (node as FunctionDeclaration).body ? (node as FunctionNode) : undefined;
  if (kind === K.VariableDeclaration && !isConstVariable(walk, node)) return undefined;
  const { initializer } = node as VariableDeclaration;
  if (
    (kind === K.VariableDeclaration ||
      kind === K.PropertyAssignment ||
      kind === K.PropertyDeclaration) &&
    initializer
  ) {
    const inner = unwrap(walk.compiler, initializer);
    const innerKind = walk.compiler.kind(inner);
    if (innerKind === K.ArrowFunction || innerKind === K.FunctionExpression)
      return inner as FunctionNode;
  }
  return undefined;
}

function isConstVariable(walk: InterpreterApi, declaration: Node): boolean {
  const list = declaration.parent;
  // 2 is `NodeFlags.Const` in both compilers.
  return (
    list !== undefined &&
    walk.compiler.kind(list) === K.VariableDeclarationList &&
    (list.flags & 2) !== 0
  );
}

/** Whether a function is a generator, whose body does not run when it is called. */
export function hasGenerator(fn: FunctionNode): boolean {
  return 'asteriskToken' in fn && fn.asteriskToken !== undefined;
}

/** Finds the constructor of a class of the project. */
export function findConstructor(walk: InterpreterApi, name: Node): FunctionNode | undefined {
  for (const declaration of walk.snapshot.target(name)?.declarations ?? []) {
    if (declaration.file.endsWith('.d.ts') || declaration.file.includes('/node_modules/')) continue;
    const node = declaration.node();
    if (!node || walk.compiler.kind(node) !== K.ClassDeclaration) continue;
    const found = (node as unknown as { members: readonly Node[] }).members.find(
      (member) => walk.compiler.kind(member) === K.Constructor,
    );
    if (found && (found as FunctionDeclaration).body) return found as FunctionNode;
  }
  return undefined;
}
