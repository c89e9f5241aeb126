import { type Defs, resolveRef, type Schema } from '@gati/contract';
import type { External, Unit } from './unit.ts';

/**
 * Compiles a schema to a serialiser. For every value, the result is that of `json`, the runtime's
 * `JSON.stringify`, even if the value does not match its type: the printed code handles values of
 * exactly the expected shape and passes any other value to `json` as a whole. So it drops and
 * converts nothing. Returns `undefined` for a schema that would not get faster.
 */
export function toStringifyUnit(
  schema: Schema,
  $defs: Defs,
  toUnit: (schema: Schema) => string | undefined,
): Unit | undefined {
  const printer = new Printer($defs, toUnit);
  const code = isObject(schema)
    ? printer.object(schema)
    : isArray(schema)
      ? printer.array(schema)
      : undefined;
  return code === undefined ? undefined : { code, externals: printer.externals };
}

const isObject = (schema: Schema): boolean =>
  schema.type === 'object' &&
  !schema.anyOf &&
  !schema.allOf &&
  !schema['x-gati-codec'] &&
  Object.keys(schema.properties ?? {}).length > 0;
const isArray = (schema: Schema): boolean =>
  schema.type === 'array' &&
  !schema.anyOf &&
  !schema.allOf &&
  !schema['x-gati-codec'] &&
  !schema.prefixItems &&
  typeof schema.items === 'object';

/** The test of a value, and the expression that prints it if the test holds. */
interface Printed {
  test: string;
  text: string;
}

class Printer {
  readonly externals: External[] = [];
  readonly #defs: Defs;
  readonly #toUnit: (schema: Schema) => string | undefined;

  constructor($defs: Defs, toUnit: (schema: Schema) => string | undefined) {
    this.#defs = $defs;
    this.#toUnit = toUnit;
  }

  object({ properties = {}, required = [] }: Schema): string | undefined {
    // Every object inherits these names, so reading one may return an inherited value.
    const names = Object.keys(properties).filter((name) => !(name in {}));
    if (names.length !== Object.keys(properties).length) return undefined;
    const always = names.filter((name) => required.includes(name));
    const maybe = names.filter((name) => !required.includes(name));
    const vars = new Map(names.map((name, index) => [name, `x${index}`]));
    const at = (name: string): string => vars.get(name) ?? '';
    const printed = new Map(
      names.map((name) => [name, this.#value(properties[name] ?? {}, at(name))]),
    );
    const part = (name: string): Printed => printed.get(name) as Printed;
    const lines = [
      'if (v === null || typeof v !== "object" || Object.getPrototypeOf(v) !== Object.prototype) return json(v)',
    ];
    lines.push(
      `const ${names.map((name) => `${at(name)} = v[${JSON.stringify(name)}]`).join(', ')}`,
    );
    const tests = always.map((name) => `!(${part(name).test})`);
    if (tests.length > 0) lines.push(`if (${tests.join(' || ')}) return json(v)`);
    const start = always.map(
      (name, index) =>
        `${JSON.stringify(`${index === 0 ? '{' : ','}${JSON.stringify(name)}:`)} + ${part(name).text}`,
    );
    lines.push(`let n = ${always.length}, o = ${start.join(' + ') || '""'}`);
    for (const name of maybe) {
      const key = JSON.stringify(`${JSON.stringify(name)}:`);
      const comma =
        always.length > 0
          ? JSON.stringify(`,${JSON.stringify(name)}:`)
          : `(n === 1 ? "{" : ",") + ${key}`;
      lines.push(
        `if (${at(name)} !== undefined) { if (!(${part(name).test})) return json(v); n++; o += ${comma} + ${part(name).text} }`,
      );
    }
    // An extra field, or a field that is not the object's own, changes the count.
    lines.push('for (const _ in v) n--');
    lines.push(
      always.length > 0
        ? 'return n === 0 ? o + "}" : json(v)'
        : 'return n === 0 ? (o === "" ? "{}" : o + "}") : json(v)',
    );
    return `(v) => { ${lines.join('; ')} }`;
  }

  array({ items }: Schema): string {
    const item = this.#value(items as Schema, 'x');
    const each = `const x = v[i]; if (!(${item.test})) return json(v); o += (i === 0 ? "[" : ",") + ${item.text}`;
    return `(v) => { if (!Array.isArray(v) || v.length === 0 || v.toJSON) return json(v); let o = ""; for (let i = 0; i < v.length; i++) { ${each} } return o + "]" }`;
  }

  #value(schema: Schema, x: string): Printed {
    const unknown: Printed = {
      test: `${x} !== undefined && typeof ${x} !== "function" && typeof ${x} !== "symbol"`,
      text: `json(${x})`,
    };
    const nullable =
      schema.anyOf?.length === 2 &&
      Object.keys(schema).length === 1 &&
      schema.anyOf.some(({ type }) => type === 'null');
    if (nullable) {
      const inner = this.#value(schema.anyOf?.find(({ type }) => type !== 'null') ?? {}, x);
      return {
        test: `${x} === null || (${inner.test})`,
        text: `(${x} === null ? "null" : ${inner.text})`,
      };
    }
    if (schema['x-gati-codec'] || schema.anyOf || schema.allOf) return unknown;
    if (schema.$ref !== undefined || schema.type === 'object' || schema.type === 'array') {
      const target = resolveRef(schema, this.#defs);
      const isNested = target.type === 'object' || target.type === 'array';
      const unit = isNested ? this.#toUnit(schema) : undefined;
      if (unit === undefined)
        return isNested || schema.$ref === undefined ? unknown : this.#value(target, x);
      this.externals.push({ kind: 'stringify', unit });
      return {
        test: `typeof ${x} === "object"`,
        text: `External[${this.externals.length - 1}](${x})`,
      };
    }
    const literals = schema.const === undefined ? schema.enum : [schema.const];
    const types = new Set(literals ? literals.map((literal) => typeof literal) : [schema.type]);
    const [type] = types.size === 1 ? types : [];
    if (type === 'string') return { test: `typeof ${x} === "string"`, text: `quote(${x})` };
    // Finite, not `NaN`. String concatenation prints `-0` as `0`, like JSON.
    if (type === 'number' || type === 'integer')
      return { test: `typeof ${x} === "number" && ${x} - ${x} === 0`, text: x };
    if (type === 'boolean') return { test: `typeof ${x} === "boolean"`, text: x };
    return unknown;
  }
}
