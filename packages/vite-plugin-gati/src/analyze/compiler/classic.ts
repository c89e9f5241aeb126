import { createRequire } from 'node:module';
import { SyntaxKind, type Node, type SourceFile } from 'typescript-7/unstable/ast';
import type ts from 'typescript';
import type {
  AliasView,
  DeclarationView,
  FileChanges,
  Compiler,
  CompilerOptions,
  IndexView,
  PropertyView,
  SymbolView,
  TupleView,
  TypeTag,
  TypeView,
} from './compiler.ts';
import { typeTagOf } from './type-tags.ts';

type TypeScript = typeof ts;

class View implements TypeView {
  readonly raw: ts.Type;
  readonly tag: TypeTag;
  readonly value?: string | number | boolean | bigint;
  readonly texts?: readonly string[];
  readonly unresolved?: boolean;
  readonly reference?: boolean;

  constructor(raw: ts.Type, api: TypeScript) {
    this.raw = raw;
    this.tag = typeTagOf(raw.flags, api.TypeFlags);
    if (this.tag === 'literal') this.value = literalValue(raw, api);
    if (this.tag === 'template') this.texts = (raw as ts.TemplateLiteralType).texts;
    if (this.tag === 'any' && (raw as { intrinsicName?: string }).intrinsicName === 'error')
      this.unresolved = true;
    if (
      raw.flags & api.TypeFlags.Object &&
      (raw as ts.ObjectType).objectFlags & api.ObjectFlags.Reference
    )
      this.reference = true;
  }
}

function literalValue(raw: ts.Type, api: TypeScript): string | number | boolean | bigint {
  if (raw.flags & api.TypeFlags.BooleanLiteral)
    return (raw as unknown as { intrinsicName: string }).intrinsicName === 'true';
  const { value } = raw as ts.LiteralType;
  return typeof value === 'object'
    ? BigInt(`${value.negative ? '-' : ''}${value.base10Value}`)
    : value;
}

class SymbolHandle implements SymbolView {
  readonly raw: ts.Symbol;
  readonly name: string;
  readonly flags: number;
  readonly declarations: readonly DeclarationView[];

  constructor(raw: ts.Symbol) {
    this.raw = raw;
    this.name = raw.name;
    this.flags = raw.flags;
    this.declarations = (raw.declarations ?? []).map((node) => ({
      file: node.getSourceFile().fileName,
      node: () => toNode(node),
    }));
  }
}

const toNode = (node: ts.Node): Node => node as unknown as Node;
const fromNode = (node: Node): ts.Node => node as unknown as ts.Node;

/**
 * Loads the project's own `typescript` if it is 5.9 or 6.0, else the one installed next to this
 * package. TypeScript 7 has no such API.
 */
export function loadClassic(root: string): TypeScript | undefined {
  for (const from of [`${root}/package.json`, import.meta.url]) {
    try {
      const api = createRequire(from)('typescript') as TypeScript;
      if (typeof api.createProgram === 'function') return api;
    } catch {
      // TypeScript is not installed there. The loop tries the next place.
    }
  }
  return undefined;
}

/** The classic API, in this process: slower than TypeScript 7, but without a native program. */
export class ClassicCompiler implements Compiler {
  readonly engine = 'typescript-classic';
  readonly #api: TypeScript;
  readonly #options: CompilerOptions;
  /** Kinds of TypeScript 7 by the kinds of this version. */
  readonly #kinds: number[] = [];
  readonly #sources = new Map<string, ts.SourceFile>();
  #program: ts.Program;
  #checker: ts.TypeChecker;
  #types = new WeakMap<ts.Type, View>();
  #symbols = new WeakMap<ts.Symbol, SymbolHandle>();

  constructor(api: TypeScript, options: CompilerOptions) {
    this.#api = api;
    this.#options = options;
    for (const [name, kind] of Object.entries(api.SyntaxKind)) {
      if (typeof kind !== 'number' || /^(First|Last)[A-Z]/.test(name)) continue;
      const same = (SyntaxKind as unknown as Record<string, number>)[name];
      if (same !== undefined) this.#kinds[kind] = same;
    }
    options.setParser((file) => {
      const parsed = api.getParsedCommandLineOfConfigFile(
        file,
        {},
        { ...api.sys, onUnRecoverableConfigFileDiagnostic: () => {} },
      );
      return parsed && { files: parsed.fileNames };
    });
    this.#program = this.#build();
    this.#checker = this.#program.getTypeChecker();
  }

  #build(before?: ts.Program, filesCameOrWent = false): ts.Program {
    const api = this.#api;
    const readFile = (file: string): string | undefined =>
      this.#options.overlay(file) ?? api.sys.readFile(file);
    const fileExists = (file: string): boolean =>
      this.#options.overlay(file) !== undefined || api.sys.fileExists(file);
    const config = api.getParsedCommandLineOfConfigFile(
      this.#options.configFile,
      {},
      { ...api.sys, readFile, fileExists, onUnRecoverableConfigFileDiagnostic: () => {} },
    );
    const options: ts.CompilerOptions = {
      ...config?.options,
      noEmit: true,
      incremental: false,
      composite: false,
      tsBuildInfoFile: undefined,
    };
    const host = api.createCompilerHost(options);
    host.readFile = readFile;
    host.fileExists = fileExists;
    // Imports are resolved again only if files were added or removed.
    host.hasInvalidatedResolutions = () => filesCameOrWent;
    host.getSourceFile = (file, target) => {
      const known = this.#sources.get(file);
      if (known) return known;
      const text = readFile(file);
      if (text === undefined) return undefined;
      const source = api.createSourceFile(file, text, target, true);
      this.#sources.set(file, source);
      return source;
    };
    return api.createProgram({
      rootNames: config?.fileNames ?? [],
      options,
      host,
      oldProgram: before,
    });
  }

  update(changes: FileChanges): void {
    for (const file of [...changes.changed, ...changes.created, ...changes.deleted])
      this.#sources.delete(file);
    this.#program = this.#build(
      this.#program,
      changes.created.length > 0 || changes.deleted.length > 0,
    );
    this.#checker = this.#program.getTypeChecker();
    this.#types = new WeakMap();
    this.#symbols = new WeakMap();
  }

  close(): void {
    this.#sources.clear();
  }

  kind(node: Node): number {
    return this.#kinds[node.kind] ?? SyntaxKind.Unknown;
  }

  toKind(kind: number): number {
    return this.#kinds[kind] ?? SyntaxKind.Unknown;
  }

  source(file: string): SourceFile | undefined {
    return this.#program.getSourceFile(file) as unknown as SourceFile | undefined;
  }

  errors(file: string): { position: number; code: number; text: string }[] {
    const api = this.#api;
    const found = this.#program
      .getSemanticDiagnostics(this.#program.getSourceFile(file))
      .filter(({ category }) => category === api.DiagnosticCategory.Error);
    return found.map(({ start = 0, code, messageText }) => ({
      position: start,
      code,
      text: api.flattenDiagnosticMessageText(messageText, '\n'),
    }));
  }

  symbolsAt(nodes: readonly Node[]): (SymbolView | undefined)[] {
    return nodes.map((node) => {
      const symbol = this.#checker.getSymbolAtLocation(fromNode(node));
      return symbol && this.#symbol(symbol);
    });
  }

  typesAt(nodes: readonly Node[]): TypeView[] {
    return nodes.map((node) => this.#view(this.#checker.getTypeAtLocation(fromNode(node))));
  }

  shorthandValue(node: Node): SymbolView | undefined {
    const symbol = this.#checker.getShorthandAssignmentValueSymbol(fromNode(node));
    return symbol && this.#symbol(symbol);
  }

  target(symbol: SymbolView): SymbolView {
    const { raw } = symbol as SymbolHandle;
    return raw.flags & this.#api.SymbolFlags.Alias
      ? this.#symbol(this.#checker.getAliasedSymbol(raw))
      : symbol;
  }

  moduleExports(file: string): Map<string, SymbolView> {
    const source = this.#program.getSourceFile(file);
    const symbol = source && this.#checker.getSymbolAtLocation(source);
    const list = symbol ? this.#checker.getExportsOfModule(symbol) : [];
    return new Map(list.map((item) => [item.name, this.#symbol(item)]));
  }

  declaredType(symbol: SymbolView): TypeView {
    return this.#view(this.#checker.getDeclaredTypeOfSymbol((symbol as SymbolHandle).raw));
  }

  typesOf(symbols: readonly SymbolView[]): TypeView[] {
    return symbols.map((symbol) =>
      this.#view(this.#checker.getTypeOfSymbol((symbol as SymbolHandle).raw)),
    );
  }

  callParameters(call: Node): { declared: TypeView[]; filled: TypeView[] } {
    const signature = this.#checker.getResolvedSignature(fromNode(call) as ts.CallLikeExpression);
    const target = (signature as { target?: ts.Signature } | undefined)?.target;
    if (!signature || !target) return { declared: [], filled: [] };
    const types = (from: ts.Signature): TypeView[] =>
      this.typesOf(from.getParameters().map((item) => this.#symbol(item)));
    return { declared: types(target), filled: types(signature) };
  }

  members(type: TypeView): readonly TypeView[] {
    return (
      ((type as View).raw as Partial<ts.UnionOrIntersectionType>).types?.map((each) =>
        this.#view(each),
      ) ?? []
    );
  }

  properties(type: TypeView): readonly PropertyView[] {
    const symbols = this.#checker
      .getPropertiesOfType((type as View).raw)
      .map((symbol) => this.#symbol(symbol));
    const types = this.typesOf(symbols);
    return symbols.map((symbol, index) => ({
      name: symbol.name,
      optional: (symbol.flags & this.#api.SymbolFlags.Optional) !== 0,
      type: types[index]!,
      symbol,
    }));
  }

  property(type: TypeView, name: string): TypeView | undefined {
    const symbol = this.#checker.getPropertyOfType((type as View).raw, name);
    return symbol && this.typesOf([this.#symbol(symbol)])[0];
  }

  indexes(type: TypeView): readonly IndexView[] {
    return this.#checker
      .getIndexInfosOfType((type as View).raw)
      .map((info) => ({ key: this.#view(info.keyType), value: this.#view(info.type) }));
  }

  returns(type: TypeView): readonly TypeView[] {
    const signatures = this.#checker.getSignaturesOfType(
      (type as View).raw,
      this.#api.SignatureKind.Call,
    );
    return signatures.map((signature) =>
      this.#view(this.#checker.getReturnTypeOfSignature(signature)),
    );
  }

  constructs(type: TypeView): boolean {
    return (
      this.#checker.getSignaturesOfType((type as View).raw, this.#api.SignatureKind.Construct)
        .length > 0
    );
  }

  typeArguments(type: TypeView): readonly TypeView[] {
    const view = type as View;
    return view.reference
      ? this.#checker.getTypeArguments(view.raw as ts.TypeReference).map((each) => this.#view(each))
      : [];
  }

  tuple(type: TypeView): TupleView | undefined {
    const { raw } = type as View;
    if (!this.#checker.isTupleType(raw)) return undefined;
    const flags = (raw as ts.TupleTypeReference).target.elementFlags;
    return {
      elements: flags.map((flag) => (flag & 12 ? 'rest' : flag & 2 ? 'optional' : 'required')),
    };
  }

  symbol(type: TypeView): SymbolView | undefined {
    const { symbol } = (type as View).raw as { symbol?: ts.Symbol };
    return symbol && this.#symbol(symbol);
  }

  alias(type: TypeView): AliasView | undefined {
    const { aliasSymbol, aliasTypeArguments } = (type as View).raw;
    return (
      aliasSymbol && {
        symbol: this.#symbol(aliasSymbol),
        typeArguments: aliasTypeArguments?.map((each) => this.#view(each)) ?? [],
      }
    );
  }

  baseTypes(type: TypeView): readonly TypeView[] {
    const view = type as View;
    const target = view.reference ? (view.raw as ts.TypeReference).target : view.raw;
    return target.isClassOrInterface()
      ? this.#checker.getBaseTypes(target).map((each) => this.#view(each))
      : [];
  }

  constraint(type: TypeView): TypeView | undefined {
    const found = this.#checker.getBaseConstraintOfType((type as View).raw);
    return found && this.#view(found);
  }

  isAssignable(from: TypeView, to: TypeView): boolean {
    return this.#checker.isTypeAssignableTo((from as View).raw, (to as View).raw);
  }

  text(type: TypeView): string {
    return this.#checker.typeToString((type as View).raw);
  }

  #view(raw: ts.Type): View {
    let view = this.#types.get(raw);
    if (!view) {
      view = new View(raw, this.#api);
      this.#types.set(raw, view);
    }
    return view;
  }

  #symbol(raw: ts.Symbol): SymbolHandle {
    let view = this.#symbols.get(raw);
    if (!view) {
      view = new SymbolHandle(raw);
      this.#symbols.set(raw, view);
    }
    return view;
  }
}
