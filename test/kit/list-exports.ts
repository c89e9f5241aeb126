import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { UserConfig } from 'tsdown';
import ts from 'typescript';

const packages = fileURLToPath(new URL('../../packages', import.meta.url));

/**
 * Lists what each entry of a package exports, read from the source file that `tsdown.config.ts`
 * builds the entry from: one section per entry of `package.json`, one line per name with its kind.
 * A name is a value if importing the entry provides it, and a type otherwise.
 */
export async function listExports(packageName: string): Promise<string> {
  const folder = path.join(packages, packageName);
  const { name, exports } = JSON.parse(
    fs.readFileSync(path.join(folder, 'package.json'), 'utf8'),
  ) as { name: string; exports: Record<string, string | { types: string; default?: string }> };
  const sources = await sourcesOf(folder);
  const entries = Object.entries(exports).flatMap(([key, target]) => {
    if (typeof target === 'string') return [];
    const built = target.default && /^\.\/dist\/(.+)\.mjs$/.exec(target.default)?.[1];
    const source = built ? sources[built] : target.types;
    if (source === undefined) throw new Error(`no source of ${name}${key.slice(1)}`);
    return [{ title: `${name}${key.slice(1)}`, file: path.join(folder, source) }];
  });
  const program = createProgram(entries.map(({ file }) => file));
  const sections = await Promise.all(
    entries.map(async ({ title, file }) => {
      const lines = file.endsWith('.d.ts')
        ? listGlobals(program, file)
        : listModule(program, file, Object.keys((await import(file)) as object));
      return `${[`# ${title}`, ...lines].join('\n')}\n`;
    }),
  );
  return sections.join('\n');
}

async function sourcesOf(folder: string): Promise<Record<string, string>> {
  const { default: config } = (await import(path.join(folder, 'tsdown.config.ts'))) as {
    default: UserConfig | UserConfig[];
  };
  const [library] = [config].flat();
  return library!.entry as Record<string, string>;
}

/** A program over relative imports only: names and kinds need neither Node's types nor `lib`. */
function createProgram(files: string[]): ts.Program {
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    allowImportingTsExtensions: true,
    noLib: true,
    types: [],
    noEmit: true,
  };
  const host = ts.createCompilerHost(options);
  host.resolveModuleNameLiterals = (literals, containingFile) =>
    literals.map(({ text }) => ({
      resolvedModule: text.startsWith('.')
        ? {
            resolvedFileName: path.resolve(path.dirname(containingFile), text),
            extension: ts.Extension.Ts,
          }
        : undefined,
    }));
  return ts.createProgram(files, options, host);
}

function listModule(program: ts.Program, file: string, values: string[]): string[] {
  const checker = program.getTypeChecker();
  const symbol = checker.getSymbolAtLocation(program.getSourceFile(file)!);
  const known = symbol ? checker.getExportsOfModule(symbol) : [];
  const lines = known.map((each) => {
    const target = each.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(each) : each;
    return values.includes(each.name)
      ? `${valueKind(target)} ${each.name}`
      : `${target.flags & ts.SymbolFlags.Interface ? 'interface' : 'type'} ${each.name}`;
  });
  const missing = values.filter((value) => !known.some(({ name }) => name === value));
  return [...lines, ...missing.map((value) => `value ${value}`)].sort();
}

function valueKind({ flags }: ts.Symbol): string {
  if (flags & ts.SymbolFlags.Class) return 'class';
  return flags & ts.SymbolFlags.Function ? 'function' : 'const';
}

/** Global types and ambient modules of a declaration file that is a script. */
function listGlobals(program: ts.Program, file: string): string[] {
  return program
    .getSourceFile(file)!
    .statements.flatMap((statement) => {
      if (ts.isInterfaceDeclaration(statement)) return `interface ${statement.name.text}`;
      if (ts.isTypeAliasDeclaration(statement)) return `type ${statement.name.text}`;
      return ts.isModuleDeclaration(statement) ? `module ${statement.name.text}` : [];
    })
    .sort();
}
