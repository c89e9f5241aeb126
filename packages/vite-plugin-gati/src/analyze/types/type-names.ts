import { createHash } from 'node:crypto';
import { hasFlag, type Compiler, type SymbolView, type TypeView } from '../compiler/compiler.ts';
import { isLibrary } from './builtins.ts';

/** The name of a type, and the symbol that declares it. */
export interface TypeName {
  name: string;
  symbol: SymbolView;
}

/**
 * Returns the name of a type in `$defs`: its alias, interface, class or enum, with its arguments
 * (`Page_User`). `undefined` for a type without a name.
 */
export function typeName(compiler: Compiler, type: TypeView): TypeName | undefined {
  const alias = compiler.alias(type);
  if (alias) {
    if (
      alias.symbol.name.startsWith('__Gati') ||
      alias.symbol.declarations.some(({ file }) => isLibrary(file))
    )
      return undefined;
    return {
      symbol: alias.symbol,
      name: withArguments(compiler, alias.symbol.name, alias.typeArguments),
    };
  }
  const symbol = compiler.symbol(type);
  if (
    !symbol ||
    symbol.name.startsWith('__') ||
    symbol.name.startsWith('\u00fe') ||
    !(symbol.flags & 0x1_e0)
  )
    return undefined;
  if (symbol.declarations.some(({ file }) => isLibrary(file))) return undefined;
  if (symbol.name === 'default') return undefined;
  const own =
    hasFlag(symbol, 'interface') || hasFlag(symbol, 'class')
      ? compiler.typeArguments(type).filter((each) => each.tag !== 'parameter')
      : [];
  return { symbol, name: withArguments(compiler, symbol.name, own) };
}

function withArguments(
  compiler: Compiler,
  name: string,
  typeArguments: readonly TypeView[],
): string {
  const parts = typeArguments.slice(0, 8).map((each) => argumentName(compiler, each, 0));
  return toIdentifier([name, ...parts].join('_'));
}

function argumentName(compiler: Compiler, type: TypeView, depth: number): string {
  if (type.tag === 'literal') return String(type.value);
  if (type.tag === 'union' || type.tag === 'object' || type.tag === 'intersection') {
    const alias = compiler.alias(type);
    const inner = (list: readonly TypeView[]): string =>
      depth < 3 ? list.map((each) => `_${argumentName(compiler, each, depth + 1)}`).join('') : '';
    if (alias && !alias.symbol.name.startsWith('__'))
      return alias.symbol.name + inner(alias.typeArguments);
    const symbol = compiler.symbol(type);
    if (symbol && !symbol.name.startsWith('__'))
      return symbol.name + inner(compiler.typeArguments(type).filter((each) => each !== type));
    const text = compiler.text(type).replaceAll('readonly ', '');
    // The compiler chooses the order in a union, so the name must not depend on it.
    return createHash('sha256')
      .update([...text].sort().join(''))
      .digest('hex')
      .slice(0, 6);
  }
  return type.tag;
}

/** Turns text into an identifier: letters, digits, `_` and `$`, no digit first. */
export function toIdentifier(text: string): string {
  const name = text.replace(/[^A-Za-z0-9_$]+/g, '_');
  return /^[A-Za-z_$]/.test(name) ? name : `_${name}`;
}
