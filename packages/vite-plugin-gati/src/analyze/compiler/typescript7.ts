import {
  API,
  type Checker,
  DiagnosticCategory,
  type NodeHandle,
  ObjectFlags,
  type Project,
  SignatureKind,
  type Snapshot,
  type Symbol,
  SymbolFlags,
  type Type,
  TypeFlags,
} from 'typescript-7/unstable/sync';
import type { Node, SourceFile } from 'typescript-7/unstable/ast';
import { closeCompiler } from './close-compiler.ts';
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

class View implements TypeView {
  readonly raw: Type;
  readonly tag: TypeTag;
  readonly value?: string | number | boolean | bigint;
  readonly texts?: readonly string[];
  readonly unresolved?: boolean;
  readonly reference?: boolean;
  members?: readonly TypeView[];
  properties?: readonly PropertyView[];
  indexes?: readonly IndexView[];
  typeArguments?: readonly TypeView[];
  tuple?: TupleView | null;
  returns?: readonly TypeView[];

  constructor(raw: Type) {
    this.raw = raw;
    this.tag = typeTagOf(raw.flags, TypeFlags);
    if (raw.isLiteralType()) this.value = raw.value;
    if (raw.isTemplateLiteralType()) this.texts = raw.texts;
    if (this.tag === 'any' && raw.isErrorType()) this.unresolved = true;
    if (raw.isTypeReference()) this.reference = true;
  }
}

class SymbolHandle implements SymbolView {
  readonly raw: Symbol;
  readonly name: string;
  readonly flags: number;
  readonly declarations: readonly DeclarationView[];

  constructor(raw: Symbol) {
    this.raw = raw;
    this.name = raw.name;
    this.flags = raw.flags;
    this.declarations = raw.declarations.map((handle) => toDeclaration(handle));
  }
}

function toDeclaration(handle: NodeHandle): DeclarationView {
  return { file: handle.path, node: () => handle.resolve() };
}

/**
 * The compiler of TypeScript 7, in its own process. A question is a round trip of about 50 µs, so
 * several nodes are sent as one question. Relies on: the API of `typescript/unstable`, which may
 * change in any release.
 */
export class TypeScript7Compiler implements Compiler {
  readonly engine = 'typescript-7';
  readonly #api: API;
  readonly #options: CompilerOptions;
  #snapshot: Snapshot;
  #project: Project;
  #checker: Checker;
  #types = new WeakMap<Type, View>();
  #symbols = new WeakMap<Symbol, SymbolHandle>();
  #targets = new Map<SymbolHandle, SymbolHandle>();
  #exports = new Map<string, Map<string, SymbolView>>();

  constructor(options: CompilerOptions) {
    this.#options = options;
    this.#api = new API({ cwd: options.root, fs: { readFile: (file) => options.overlay(file) } });
    options.setParser((file) => {
      try {
        return { files: this.#api.parseConfigFile(file).fileNames };
      } catch {
        return undefined;
      }
    });
    // Printing the configuration sends a request to the compiler, and the compiler does not respond
    // while it waits for the overlay. So print the configuration before the compiler needs it.
    options.overlay(options.configFile);
    this.#snapshot = this.#api.updateSnapshot({ openProjects: [options.configFile] });
    this.#project = this.#open();
    this.#checker = this.#project.checker;
  }

  #open(): Project {
    const project = this.#snapshot.getProject(this.#options.configFile);
    if (!project) throw new Error(`TypeScript did not open ${this.#options.configFile}`);
    return project;
  }

  update(changes: FileChanges): void {
    const before = this.#snapshot;
    this.#options.overlay(this.#options.configFile);
    this.#snapshot = this.#api.updateSnapshot({
      fileChanges: {
        changed: [...changes.changed],
        created: [...changes.created],
        deleted: [...changes.deleted],
      },
    });
    // Disposes of the old snapshot only now, because the new one reuses its data.
    before.dispose();
    this.#project = this.#open();
    this.#checker = this.#project.checker;
    this.#types = new WeakMap();
    this.#symbols = new WeakMap();
    this.#targets = new Map();
    this.#exports = new Map();
  }

  close(): void {
    closeCompiler(this.#api);
  }

  kind(node: Node): number {
    return node.kind;
  }

  toKind(kind: number): number {
    return kind;
  }

  source(file: string): SourceFile | undefined {
    return this.#project.program.getSourceFile(file);
  }

  errors(file: string): { position: number; code: number; text: string }[] {
    const found = this.#project.program
      .getSemanticDiagnostics(file)
      .filter(({ category }) => category === DiagnosticCategory.Error);
    return found.map(({ pos, code, text }) => ({ position: pos, code, text }));
  }

  symbolsAt(nodes: readonly Node[]): (SymbolView | undefined)[] {
    if (nodes.length === 0) return [];
    return this.#checker.getSymbolAtLocation(nodes).map((symbol) => symbol && this.#symbol(symbol));
  }

  typesAt(nodes: readonly Node[]): TypeView[] {
    if (nodes.length === 0) return [];
    return this.#checker
      .getTypeAtLocation(nodes)
      .map((type) => this.#view(type ?? this.#checker.getUnknownType()));
  }

  shorthandValue(node: Node): SymbolView | undefined {
    const symbol = this.#checker.getShorthandAssignmentValueSymbol(node);
    return symbol && this.#symbol(symbol);
  }

  target(symbol: SymbolView): SymbolView {
    const from = symbol as SymbolHandle;
    if (!(from.flags & SymbolFlags.Alias)) return from;
    let to = this.#targets.get(from);
    if (!to) {
      to = this.#symbol(this.#checker.getAliasedSymbol(from.raw));
      this.#targets.set(from, to);
    }
    return to;
  }

  moduleExports(file: string): Map<string, SymbolView> {
    let found = this.#exports.get(file);
    if (!found) {
      const source = this.source(file);
      const symbol = source && this.#checker.getSymbolAtLocation(source);
      const list = symbol ? this.#checker.getExportsOfModule(symbol) : [];
      found = new Map(list.map((item) => [item.name, this.#symbol(item)]));
      this.#exports.set(file, found);
    }
    return found;
  }

  declaredType(symbol: SymbolView): TypeView {
    return this.#view(this.#checker.getDeclaredTypeOfSymbol((symbol as SymbolHandle).raw));
  }

  typesOf(symbols: readonly SymbolView[]): TypeView[] {
    if (symbols.length === 0) return [];
    const raw = symbols.map((symbol) => (symbol as SymbolHandle).raw);
    return this.#checker
      .getTypeOfSymbol(raw)
      .map((type) => this.#view(type ?? this.#checker.getUnknownType()));
  }

  callParameters(call: Node): { declared: TypeView[]; filled: TypeView[] } {
    const signature = this.#checker.getResolvedSignature(call);
    const target = signature?.getTarget();
    if (!signature || !target) return { declared: [], filled: [] };
    const raw = (list: readonly Symbol[]): TypeView[] =>
      this.typesOf(list.map((item) => this.#symbol(item)));
    return { declared: raw(target.getParameters()), filled: raw(signature.getParameters()) };
  }

  members(type: TypeView): readonly TypeView[] {
    const view = type as View;
    return (view.members ??=
      (view.raw as { getTypes?(): readonly Type[] })
        .getTypes?.()
        ?.map((each) => this.#view(each)) ?? []);
  }

  properties(type: TypeView): readonly PropertyView[] {
    const view = type as View;
    return (view.properties ??= this.#properties(view));
  }

  #properties(view: View): PropertyView[] {
    const symbols = this.#checker
      .getPropertiesOfType(view.raw)
      .map((symbol) => this.#symbol(symbol));
    const types = this.typesOf(symbols);
    return symbols.map((symbol, index) => ({
      name: symbol.name,
      optional: (symbol.flags & SymbolFlags.Optional) !== 0,
      type: types[index]!,
      symbol,
    }));
  }

  property(type: TypeView, name: string): TypeView | undefined {
    const symbol = this.#checker.getPropertyOfType((type as View).raw, name);
    return symbol && this.typesOf([this.#symbol(symbol)])[0];
  }

  indexes(type: TypeView): readonly IndexView[] {
    const view = type as View;
    return (view.indexes ??= this.#checker
      .getIndexInfosOfType(view.raw)
      .map((info) => ({ key: this.#view(info.keyType), value: this.#view(info.valueType) })));
  }

  returns(type: TypeView): readonly TypeView[] {
    const view = type as View;
    return (view.returns ??= this.#checker
      .getSignaturesOfType(view.raw, SignatureKind.Call)
      .map((signature) => {
        return this.#view(
          this.#checker.getReturnTypeOfSignature(signature) ?? this.#checker.getUnknownType(),
        );
      }));
  }

  constructs(type: TypeView): boolean {
    return (
      this.#checker.getSignaturesOfType((type as View).raw, SignatureKind.Construct).length > 0
    );
  }

  typeArguments(type: TypeView): readonly TypeView[] {
    const view = type as View;
    if (!view.raw.isTypeReference()) return [];
    return (view.typeArguments ??= this.#checker
      .getTypeArguments(view.raw)
      .map((each) => this.#view(each)));
  }

  tuple(type: TypeView): TupleView | undefined {
    const view = type as View;
    if (view.tuple === undefined) {
      const target = view.raw.isTypeReference() ? view.raw.getTarget() : undefined;
      view.tuple = target?.isTupleType()
        ? {
            elements: (target.elementFlags ?? []).map((flag) =>
              flag & 12 ? 'rest' : flag & 2 ? 'optional' : 'required',
            ),
          }
        : null;
    }
    return view.tuple ?? undefined;
  }

  symbol(type: TypeView): SymbolView | undefined {
    const symbol = (type as View).raw.getSymbol();
    return symbol && this.#symbol(symbol);
  }

  alias(type: TypeView): AliasView | undefined {
    const { raw } = type as View;
    const symbol = raw.getAliasSymbol();
    return (
      symbol && {
        symbol: this.#symbol(symbol),
        typeArguments: raw.getAliasTypeArguments().map((each) => this.#view(each)),
      }
    );
  }

  baseTypes(type: TypeView): readonly TypeView[] {
    const { raw } = type as View;
    const target =
      raw.isTypeReference() &&
      !(((raw as { objectFlags?: number }).objectFlags ?? 0) & ObjectFlags.ClassOrInterface)
        ? raw.getTarget()
        : raw;
    return target.getBaseTypes()?.map((each) => this.#view(each)) ?? [];
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

  #view(raw: Type): View {
    let view = this.#types.get(raw);
    if (!view) {
      view = new View(raw);
      this.#types.set(raw, view);
    }
    return view;
  }

  #symbol(raw: Symbol): SymbolHandle {
    let view = this.#symbols.get(raw);
    if (!view) {
      view = new SymbolHandle(raw);
      this.#symbols.set(raw, view);
    }
    return view;
  }
}
