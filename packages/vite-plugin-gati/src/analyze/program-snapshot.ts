import type { Node } from 'typescript-7/unstable/ast';
import { SyntaxKind as K } from 'typescript-7/unstable/ast';
import type { Compiler, SymbolView, TypeView } from './compiler/compiler.ts';
import type { ProjectFiles } from './project/project-files.ts';
import { builtinOf } from './types/builtins.ts';
import { SchemaWriter } from './types/schema-writer.ts';
import type { KnownHttpError } from './interpret/state/values.ts';
import { assignedNames, isFunctionNode, visit } from './compiler/syntax.ts';

/** The errors that a function throws, for any arguments. */
export interface ThrowSummary {
  errors: KnownHttpError[];
  /** The function can return to its caller. */
  returns: boolean;
}

/**
 * Stores the results of the compiler for one state of the program. The next edit begins a new
 * snapshot.
 */
export class ProgramSnapshot {
  readonly compiler: Compiler;
  readonly files: ProjectFiles;
  readonly requests: SchemaWriter;
  readonly responses: SchemaWriter;
  readonly summaries: Map<Node, ThrowSummary> = new Map();
  readonly summarizing: Set<Node> = new Set();
  /** Number of times that recursion cut a summary short. */
  cuts = 0;
  readonly #types = new Map<Node, TypeView>();
  readonly #symbols = new Map<Node, SymbolView | undefined>();
  readonly #prepared = new Set<Node>();

  constructor(compiler: Compiler, files: ProjectFiles) {
    this.compiler = compiler;
    this.files = files;
    this.requests = new SchemaWriter(compiler, 'request');
    this.responses = new SchemaWriter(compiler, 'response');
  }

  type(node: Node): TypeView {
    let type = this.#types.get(node);
    if (!type) {
      type = this.compiler.typesAt([node])[0]!;
      this.#types.set(node, type);
    }
    return type;
  }

  symbol(node: Node): SymbolView | undefined {
    if (!this.#symbols.has(node)) this.#symbols.set(node, this.compiler.symbolsAt([node])[0]);
    return this.#symbols.get(node);
  }

  /** Returns the type that a promise resolves to, and any other type as it is. */
  promised(type: TypeView): TypeView {
    if (type.tag !== 'object') return type;
    const builtin = builtinOf(this.compiler.symbol(type));
    const [inner] = builtin?.kind === 'promise' ? this.compiler.typeArguments(type) : [];
    return inner ? this.promised(inner) : type;
  }

  /** Returns the declared symbol of a name, through imports. */
  target(node: Node): SymbolView | undefined {
    const symbol = this.symbol(node);
    return symbol && this.compiler.target(symbol);
  }

  /**
   * Loads the symbols and types that a walk through these functions needs, with two questions to
   * the compiler.
   */
  prepare(roots: readonly Node[]): void {
    const names: Node[] = [];
    const values: Node[] = [];
    for (const root of roots) {
      if (this.#prepared.has(root)) continue;
      this.#prepared.add(root);
      visit(root, (node) => this.#gather(node, names, values));
    }
    const newNames = names.filter((node) => !this.#symbols.has(node));
    for (const [index, symbol] of this.compiler.symbolsAt(newNames).entries())
      this.#symbols.set(newNames[index]!, symbol);
    const newValues = values.filter((node) => !this.#types.has(node));
    for (const root of roots) this.#findShared(root);
    for (const [index, type] of this.compiler.typesAt(newValues).entries())
      this.#types.set(newValues[index]!, type);
  }

  readonly #shared = new Set<SymbolView>();
  readonly #searched = new Set<Node>();

  /** Whether a variable is declared outside of all functions, or a nested function assigns it. */
  isShared(symbol: SymbolView): boolean {
    if (this.#shared.has(symbol)) return true;
    for (
      let node = symbol.declarations[0]?.node()?.parent as Node | undefined;
      node;
      node = node.parent as Node | undefined
    ) {
      if (isFunctionNode(this.compiler, node)) return false;
    }
    return true;
  }

  /** Finds the variables that a nested function assigns. */
  #findShared(root: Node): void {
    if (this.#searched.has(root)) return;
    this.#searched.add(root);
    visit(root, (node) => {
      if (node === root || !isFunctionNode(this.compiler, node)) return;
      for (const name of assignedNames(this.compiler, node)) {
        const symbol = this.symbol(name);
        const declaration = symbol?.declarations[0]?.node();
        if (symbol && declaration && (declaration.pos < node.pos || declaration.end > node.end))
          this.#shared.add(symbol);
      }
    });
  }

  /** Collects the names and values that the interpreter reads. `false` skips type nodes. */
  #gather(node: Node, names: Node[], values: Node[]): boolean | void {
    const kind = this.compiler.kind(node);
    const parent = node.parent as Node | undefined;
    const parentKind = parent ? this.compiler.kind(parent) : 0;
    if (kind >= K.FirstTypeNode && kind <= K.LastTypeNode) {
      const isResult =
        parent &&
        isFunctionNode(this.compiler, parent) &&
        (parent as unknown as { type?: Node }).type === node;
      if (isResult) values.push(node);
      return false;
    }
    if (kind === K.Identifier) {
      const isMember =
        parentKind === K.PropertyAccessExpression &&
        (parent as unknown as { name: Node }).name === node;
      const called =
        isMember &&
        this.compiler.kind(parent!.parent) === K.CallExpression &&
        (parent!.parent as unknown as { expression: Node }).expression === parent;
      if (!isMember || called) names.push(node);
    }
    if (
      parentKind === K.PropertyAssignment &&
      (parent as unknown as { initializer: Node }).initializer === node &&
      !isStructural(kind)
    )
      values.push(node);
    else if (
      parentKind === K.ShorthandPropertyAssignment &&
      (parent as unknown as { name: Node }).name === node
    )
      values.push(node);
    else if (parentKind === K.ReturnStatement && !isStructural(kind)) values.push(node);
    else if (parentKind === K.ExpressionStatement && kind === K.CallExpression) values.push(node);
    else if (parentKind === K.SpreadAssignment && !isStructural(kind)) values.push(node);
    else if (
      parentKind === K.CallExpression &&
      isResponseCall(this.compiler, parent!) &&
      (parent as unknown as { expression: Node }).expression !== node &&
      !isStructural(kind)
    )
      values.push(node);
    return undefined;
  }
}

/** Whether the interpreter reads a node by its syntax, without its type. */
function isStructural(kind: number): boolean {
  return (
    kind === K.ObjectLiteralExpression ||
    kind === K.StringLiteral ||
    kind === K.NumericLiteral ||
    kind === K.ArrowFunction ||
    kind === K.FunctionExpression ||
    kind === K.TrueKeyword ||
    kind === K.FalseKeyword
  );
}

/** Whether a call looks like `res.json()`, `res.text()` or `res.stream()`. */
function isResponseCall(compiler: Compiler, call: Node): boolean {
  const callee = (call as unknown as { expression: Node }).expression;
  if (compiler.kind(callee) !== K.PropertyAccessExpression) return false;
  const { name } = callee as unknown as { name: { text: string } };
  return name.text === 'json' || name.text === 'text' || name.text === 'stream';
}
