import type { Trust } from '../../../compile/trust.ts';
import { standardProps } from './schema-libraries.ts';
import { trustValibot } from './trust-valibot.ts';
import { trustZod } from './trust-zod.ts';

/**
 * Reads the definition of a schema of zod, valibot or arktype. Schemas of other libraries get no
 * trust.
 */
export function trustOf(value: unknown): Trust | undefined {
  try {
    switch (standardProps(value)?.vendor) {
      case 'zod':
        return trustZod(value) ? 'strict' : undefined;
      case 'valibot':
        return trustValibot(value) ? 'strict' : undefined;
      case 'arktype':
        return trustArktype(value) ? 'open' : undefined;
      default:
        return undefined;
    }
  } catch {
    // A definition of another shape: another version of the library.
    return undefined;
  }
}

/** Rules of arktype whose JSON Schema says the same, by their key in arktype's own description. */
const ARKTYPE_RULES = new Set([
  'domain',
  'proto',
  'sequence',
  'required',
  'optional',
  'undeclared',
  'unit',
  'min',
  'max',
  'minLength',
  'maxLength',
  'exactLength',
  'divisor',
  'pattern',
  'meta',
]);
const ARKTYPE_TYPES = new Set(['string', 'number', 'boolean', 'object', 'Array']);

/** arktype keeps undeclared keys, and describes a type with plain data in `json`. */
function trustArktype(value: unknown): boolean {
  const { json, includesTransform } = value as { json?: unknown; includesTransform?: boolean };
  return includesTransform === false && isPlainArktype(json);
}

function isPlainArktype(node: unknown): boolean {
  if (typeof node === 'string') return ARKTYPE_TYPES.has(node);
  if (Array.isArray(node)) return node.every(isPlainArktype);
  if (typeof node !== 'object' || node === null) return false;
  return Object.entries(node).every(([rule, value]) => {
    if (!ARKTYPE_RULES.has(rule)) return false;
    switch (rule) {
      case 'domain':
      case 'proto':
      case 'sequence':
        return isPlainArktype(value);
      case 'required':
      case 'optional':
        return (value as { value: unknown; default?: unknown }[]).every(
          (entry) => entry.default === undefined && isPlainArktype(entry.value),
        );
      case 'undeclared':
        return value === 'reject';
      case 'pattern':
        return [value].flat().every((one) => (one as { flags?: string }).flags === '');
      default:
        return true;
    }
  });
}
