import type { Defs, Schema } from '@gati/contract';
import { isSecretSchema, redactUrls } from '@gati/contract/internal';
import type { HiddenReason, HiddenValue } from '../../types/capture.ts';
import { isSecretName } from '../log/secret-name.ts';
import { redactUrl } from '../trace/redact-url.ts';
import { HIDDEN, hideSecrets } from './secret-text.ts';

/** Maximum number of hidden values that are named. */
const MOST_NAMED = 50;
const LONGEST_POINTER = 200;
/** Maximum depth of a value. Deeper parts are replaced. */
const MAX_DEPTH = 64;
const MOST_REFS = 32;

export interface RedactorOptions {
  /** Replaces the secrets of the configuration. */
  redact(text: string): string;
  /** Ids of the request, which look like tokens. */
  known: readonly string[];
  $defs: Defs;
}

/** `password=hunter2`, `token: Bearer abc`, `<secret>abc` in prose. */
const NAMED_VALUE =
  /(?<![\w-])([\w-]{1,60})(["']?\s{0,3}[=:>]\s{0,3}["']?)(?!\[redacted\])(?:(?:Bearer|Basic|Digest)\s+)?[^\s"'<>&,;]{1,500}/gi;

/** Names of headers with ids or hashes that are no secrets. */
const PLAIN_HEADERS = new Set([
  'traceparent',
  'tracestate',
  'x-request-id',
  'x-gati-release',
  'etag',
  'if-match',
  'if-none-match',
  'sec-websocket-key',
  'sec-websocket-accept',
]);

/**
 * Hides the secrets of one part of a capture: by schema, by name and by the look of the text. All
 * captured data passes through it.
 */
export class PayloadRedactor {
  readonly hidden: HiddenValue[] = [];
  readonly #options: RedactorOptions;

  constructor(options: RedactorOptions) {
    this.#options = options;
  }

  /** Returns a copy of a JSON value. */
  value(value: unknown, schema?: Schema): unknown {
    return this.#copy(value, schema === undefined ? [] : [schema], '', 0);
  }

  /** Returns a text without the parts that look like secrets. */
  text(text: string, at = ''): string {
    const { redact, known } = this.#options;
    const visible = hideSecrets(
      redactUrls(text),
      (why) => this.#note(at, why),
      (token) => known.includes(token),
    ).replace(NAMED_VALUE, (all, name: string, sign: string) => {
      if (!isSecretName(name)) return all;
      this.#note(at, 'name');
      return name + sign + HIDDEN;
    });
    return redact(visible);
  }

  header(name: string, value: string): string {
    if (PLAIN_HEADERS.has(name)) return this.#options.redact(value);
    if (!isSecretName(name)) return this.text(value, name);
    this.#note(name, 'name');
    return HIDDEN;
  }

  /** Returns path and query of a request. Values of secret-looking parameters are hidden. */
  target(target: string): string {
    const at = target.indexOf('?');
    if (at === -1) return this.text(target, 'path');
    const query = target
      .slice(at)
      .replace(
        /(=)([^&]*)/g,
        (_, equals: string, value: string) => equals + this.#parameter(value),
      );
    const visible = redactUrl(target.slice(0, at) + query).replaceAll('REDACTED', HIDDEN);
    return this.text(visible, 'path');
  }

  #parameter(value: string): string {
    const decoded = decode(value);
    const visible = this.text(decoded, 'query');
    return visible === decoded ? value : visible;
  }

  #note(at: string, why: HiddenReason): void {
    if (this.hidden.length < MOST_NAMED)
      this.hidden.push({ at: at.slice(0, LONGEST_POINTER), why });
  }

  #copy(value: unknown, schemas: readonly Schema[], at: string, depth: number): unknown {
    const parts = this.#expand(schemas);
    if (value !== null && value !== undefined && parts.some(isSecretSchema)) {
      this.#note(at, 'schema');
      return HIDDEN;
    }
    if (typeof value === 'string') return this.text(value, at);
    if (typeof value === 'number') {
      const text = String(value);
      const visible = this.text(text, at);
      return visible === text ? value : visible;
    }
    if (typeof value !== 'object' || value === null) return value;
    if (depth >= MAX_DEPTH) return '[deep]';
    if (Array.isArray(value))
      return value.map((item, index) =>
        this.#copy(item, itemSchemas(parts, index), `${at}/${index}`, depth + 1),
      );
    const copy: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
    for (const [name, member] of Object.entries(value)) {
      const pointer = `${at}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      // A name can be a secret too: a map of tokens.
      const key = this.text(name, at);
      if (member !== null && isSecretName(name)) {
        this.#note(pointer, 'name');
        copy[key] = HIDDEN;
      } else copy[key] = this.#copy(member, memberSchemas(parts, name), pointer, depth + 1);
    }
    return copy;
  }

  /** Resolves references, and adds the members of combined schemas. Each of them may name a secret. */
  #expand(schemas: readonly Schema[]): Schema[] {
    const parts: Schema[] = [];
    const queue = [...schemas];
    for (let left = MOST_REFS; queue.length > 0 && left > 0; left--) {
      const schema = queue.shift()!;
      parts.push(schema);
      const target = schema.$ref?.startsWith('#/$defs/')
        ? this.#options.$defs[schema.$ref.slice('#/$defs/'.length)]
        : undefined;
      if (target !== undefined && !parts.includes(target)) queue.push(target);
      queue.push(...(schema.anyOf ?? []), ...(schema.allOf ?? []));
    }
    return parts;
  }
}

function memberSchemas(parts: readonly Schema[], name: string): Schema[] {
  return parts.flatMap(({ properties, additionalProperties }) => {
    if (properties !== undefined && Object.hasOwn(properties, name)) return [properties[name]!];
    return typeof additionalProperties === 'object' ? [additionalProperties] : [];
  });
}

function itemSchemas(parts: readonly Schema[], index: number): Schema[] {
  return parts.flatMap(({ items, prefixItems }) => {
    const first = prefixItems?.[index];
    if (first !== undefined) return [first];
    return typeof items === 'object' ? [items] : [];
  });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
