import type { Defs, Schema } from '@gati/contract';
import { getOrCreate } from '../collections/get-or-create.ts';
import { Fitting } from './fits.ts';
import { formats } from './formats.ts';

/**
 * Converts a checked wire value to the value that a handler gets: decodes codecs and fills in
 * defaults of absent fields. Copies what it changes. Throws when a codec can't read its string.
 */
export type Decode = (value: unknown) => unknown;

/** Compiles the decoder of a schema; `undefined` when there is nothing to decode. */
export function compileDecode(schema: Schema, $defs: Defs): Decode | undefined {
  return new Compiler($defs, false).program(schema);
}

/**
 * Compiles a decoder for values that nothing has checked yet. It never throws: a string that its
 * codec can't read stays a string, and absent fields stay absent. A schema value then validates the
 * result.
 */
export function compileLenientDecode(schema: Schema, $defs: Defs): Decode | undefined {
  return new Compiler($defs, true).program(schema);
}

class Compiler {
  readonly #defs: Defs;
  readonly #lenient: boolean;
  readonly #named = new Map<string, Decode | undefined>();
  readonly #needed = new Map<string, boolean>();
  /** Results of the current run, kept so that a run takes time linear in the value. */
  readonly #fitting: Fitting;
  readonly #decoded = new Map<Decode, Map<unknown, unknown>>();
  #remembers = false;

  constructor($defs: Defs, lenient: boolean) {
    this.#defs = $defs;
    this.#lenient = lenient;
    this.#fitting = new Fitting($defs);
  }

  /** Compiles a decoder that clears its results after each run. */
  program(schema: Schema): Decode | undefined {
    const decode = this.compile(schema);
    if (decode === undefined || !this.#remembers) return decode;
    return (value) => {
      try {
        return decode(value);
      } finally {
        this.#fitting.clear();
        this.#decoded.clear();
      }
    };
  }

  compile(schema: Schema): Decode | undefined {
    if (!this.#needs(schema)) return undefined;
    const steps = [
      this.#ref(schema),
      this.#own(schema),
      ...(schema.allOf ?? []).map((part) => this.compile(part)),
      this.#anyOf(schema),
    ].filter((step) => step !== undefined);
    return steps.length === 1
      ? steps[0]
      : (value) => steps.reduce((current, step) => step(current), value);
  }

  #needs(schema: Schema): boolean {
    const seen = new Set<string>();
    if (this.#reachesCodec(schema, seen)) return true;
    for (const $ref of seen) this.#needed.set($ref, false);
    return false;
  }

  #reachesCodec(schema: Schema, seen: Set<string>): boolean {
    if (schema['x-gati-codec'] !== undefined && schema['x-gati-codec'] !== 'file') return true;
    const { $ref } = schema;
    if ($ref !== undefined && this.#needed.get($ref) !== false && !seen.has($ref)) {
      if (this.#needed.get($ref)) return true;
      seen.add($ref);
      const target = this.#defs[$ref.slice('#/$defs/'.length)];
      if (target !== undefined && this.#reachesCodec(target, seen)) {
        this.#needed.set($ref, true);
        return true;
      }
    }
    const properties = Object.values(schema.properties ?? {});
    if (properties.some((property) => property.default !== undefined)) return true;
    const inner = [
      ...properties,
      ...(schema.allOf ?? []),
      ...(schema.anyOf ?? []),
      ...(schema.prefixItems ?? []),
    ];
    if (schema.items) inner.push(schema.items);
    if (typeof schema.additionalProperties === 'object') inner.push(schema.additionalProperties);
    return inner.some((part) => this.#reachesCodec(part, seen));
  }

  #ref({ $ref }: Schema): Decode | undefined {
    if ($ref === undefined) return undefined;
    if (!this.#named.has($ref)) {
      this.#named.set($ref, undefined);
      this.#named.set($ref, this.compile(this.#defs[$ref.slice('#/$defs/'.length)] ?? {}));
    }
    this.#remembers = true;
    // Looked up on each run: in a recursive type the decoder does not exist yet.
    return (value) => {
      const decode = this.#named.get($ref);
      if (decode === undefined) return value;
      if (typeof value !== 'object' || value === null) return decode(value);
      return this.#decodeOnce(decode, value);
    };
  }

  /** Decodes an object once, even if several parts of an intersection share its definition. */
  #decodeOnce(decode: Decode, value: object): unknown {
    const decoded = getOrCreate(this.#decoded, decode, () => new Map<unknown, unknown>());
    if (decoded.has(value)) return decoded.get(value);
    const result = decode(value);
    decoded.set(value, result).set(result, result);
    return result;
  }

  #anyOf({ anyOf }: Schema): Decode | undefined {
    if (anyOf === undefined) return undefined;
    const branches = anyOf.map((branch) => ({ branch, decode: this.compile(branch) }));
    if (branches.every(({ decode }) => decode === undefined)) return undefined;
    this.#remembers = true;
    return (value) => {
      const found = branches.find(({ branch }) => this.#fitting.fits(branch, value));
      return found?.decode === undefined ? value : found.decode(value);
    };
  }

  #own(schema: Schema): Decode | undefined {
    switch (schema['x-gati-codec']) {
      case 'date':
        return this.#text(toDate, isDateText);
      case 'bigint':
        return this.#text(toBigInt, (text) => BIGINT.test(text));
      case 'bytes':
        return this.#text(fromBase64, formats['base64']!);
      case 'set': {
        const decode = this.#array(schema);
        return (value) =>
          Array.isArray(value) ? new Set((decode?.(value) ?? value) as unknown[]) : value;
      }
      case 'map': {
        const decode = this.#object(schema);
        return (value) =>
          isObject(value) ? new Map(Object.entries((decode?.(value) ?? value) as object)) : value;
      }
      default:
        return schema.type === 'array' || schema.items !== undefined
          ? this.#array(schema)
          : this.#object(schema);
    }
  }

  /** Decodes strings. `canRead` guards a lenient decoder. */
  #text(decode: (text: string) => unknown, canRead: (text: string) => boolean): Decode {
    return this.#lenient
      ? (value) => (typeof value === 'string' && canRead(value) ? decode(value) : value)
      : (value) => (typeof value === 'string' ? decode(value) : value);
  }

  #array({ items, prefixItems = [] }: Schema): Decode | undefined {
    const rest = items ? this.compile(items) : undefined;
    const prefix = prefixItems.map((item) => this.compile(item));
    if (rest === undefined && prefix.every((decode) => decode === undefined)) return undefined;
    return (value) => {
      if (!Array.isArray(value)) return value;
      return value.map((item, index) => {
        const decode = index < prefix.length ? prefix[index] : rest;
        return decode === undefined ? item : decode(item);
      });
    };
  }

  #object({ properties = {}, additionalProperties }: Schema): Decode | undefined {
    const fields = Object.entries(properties)
      .map(([key, property]) => ({
        key,
        decode: this.compile(property),
        fallback: this.#lenient ? undefined : property.default,
      }))
      .filter(({ decode, fallback }) => decode !== undefined || fallback !== undefined);
    const rest =
      typeof additionalProperties === 'object' ? this.compile(additionalProperties) : undefined;
    if (fields.length === 0 && rest === undefined) return undefined;
    return (value) => {
      if (!isObject(value)) return value;
      const copy: Record<string, unknown> = Object.assign(
        Object.create(Object.getPrototypeOf(value)),
        value,
      );
      for (const { key, decode, fallback } of fields) {
        if (copy[key] === undefined && fallback !== undefined)
          copy[key] = structuredClone(fallback);
        if (decode !== undefined && copy[key] !== undefined) copy[key] = decode(copy[key]);
      }
      if (rest !== undefined)
        for (const key of Object.keys(copy))
          if (!Object.hasOwn(properties, key)) copy[key] = rest(copy[key]);
      return copy;
    };
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Matches up to 10,000 digits. Reading a million would take a third of a second. */
const BIGINT = /^-?\d{1,10000}$/;

function toBigInt(text: string): bigint {
  if (!BIGINT.test(text)) throw new RangeError('not a bigint, or too long');
  return BigInt(text);
}

function isDateText(text: string): boolean {
  return formats['date-time']!(text) || formats['date']!(text);
}

function toDate(text: string): Date {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw new RangeError('not a date');
  return date;
}

function fromBase64(text: string): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index);
  return bytes;
}
