import { canonicalJson, type Defs, refName, resolveRef, type Schema } from '@gati/contract';
import { toCheckUnit, withoutAnnotations } from './check-unit.ts';
import { toStringifyUnit } from './stringify-unit.ts';
import { createRepeatTest } from './repeated-checks.ts';
import { definitionOf } from './tighten-schema.ts';
import type { External, Unit } from './unit.ts';

/** Names that the printed code needs from `@gati/runtime-h3/checks`. */
export const HELPERS = [
  'codePointCount',
  'isFile',
  'isFormat',
  'isMultipleOf',
  'isUnique',
  'json',
  'once',
  'quote',
] as const;

/**
 * Checks and serialisers of schemas that share definitions. Equal schemas share a unit, so the size
 * of a large app depends on how many different schemas it has.
 */
export interface CheckProgram {
  /** Returns the unit that checks this schema; `undefined` if every value fits. */
  check(schema: Schema): string | undefined;
  /** Returns the unit that serialises it; `undefined` if `JSON.stringify` is as fast. */
  stringify(schema: Schema): string | undefined;
  /** Prints all units: one constant each, with the unit's name. Free names: {@link HELPERS}. */
  print(): string;
  readonly units: string[];
}

export function createCheckProgram($defs: Defs): CheckProgram {
  const units = new Map<string, Unit>();
  const known = new Map<string, string | undefined>();
  const repeated = new Set<string>();
  const repeats = createRepeatTest((name) => definitionOf(name, $defs));

  /** A unit gets its name before its code, so that a recursive schema can refer to it. */
  function add(
    prefix: string,
    schema: Schema,
    create: (schema: Schema) => Unit | undefined,
  ): string | undefined {
    const plain = withoutAnnotations(schema);
    const key = prefix + canonicalJson(plain);
    if (known.has(key)) return known.get(key);
    const name = `${prefix}${units.size}`;
    known.set(key, name);
    units.set(name, { code: '', externals: [] });
    const unit = create(prefix === 's' ? schema : plain);
    if (unit) {
      units.set(name, unit);
      return name;
    }
    units.delete(name);
    known.set(key, undefined);
    return undefined;
  }

  function check(schema: Schema): string {
    if (schema.$ref !== undefined && Object.keys(withoutAnnotations(schema)).length === 1) {
      const name = refName(schema.$ref);
      if (definitionOf(name, $defs) === undefined) return checkOf(resolveRef(schema, $defs));
      return checkOfDefinition(name);
    }
    return checkOf(schema);
  }

  function checkOfDefinition(name: string): string {
    const unit = checkOf(definitionOf(name, $defs) ?? { not: {} });
    if (repeats(name)) repeated.add(unit);
    return unit;
  }

  function checkOf(schema: Schema): string {
    return add('c', schema, (plain) => toCheckUnit(plain, checkOfDefinition)) as string;
  }

  function stringify(schema: Schema): string | undefined {
    const target = schema.$ref === undefined ? schema : resolveRef(schema, $defs);
    return add('s', target, (plain) => toStringifyUnit(plain, $defs, stringify));
  }

  return {
    check: (schema) =>
      Object.keys(withoutAnnotations(schema)).length === 0 ? undefined : check(schema),
    stringify,
    print: () => print(units, repeated),
    get units() {
      return [...units.keys()];
    },
  };
}

/** Prints all units first, then their externals: units may refer to each other in a circle. */
function print(units: Map<string, Unit>, repeated: ReadonlySet<string>): string {
  const lines = ['const Guard = { CodePointCount: codePointCount }'];
  const links: string[] = [];
  for (const [name, unit] of units) {
    const { externals } = unit;
    const code = repeated.has(name) ? `once(${unit.code})` : unit.code;
    if (externals.length === 0) {
      lines.push(`const ${name} = ${code}`);
      continue;
    }
    lines.push(`const e_${name} = [], ${name} = ((External) => ${code})(e_${name})`);
    links.push(`e_${name}.push(${externals.map(printExternal).join(', ')})`);
  }
  return [...lines, ...links, ''].join(';\n');
}

function printExternal(external: External): string {
  switch (external.kind) {
    case 'pattern':
      return String(external.pattern);
    case 'format':
      return `isFormat(${JSON.stringify(external.name)})`;
    case 'multiple':
      return `isMultipleOf(${external.of})`;
    case 'unique':
      return 'isUnique';
    case 'file':
      return 'isFile';
    case 'check':
      return `{ check: ${external.unit} }`;
    case 'stringify':
      return external.unit;
  }
}
