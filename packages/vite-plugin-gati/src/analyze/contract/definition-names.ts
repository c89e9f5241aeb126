import { type Defs, mapSchema, refName, type Schema, toRef } from '@gati/contract';
import type { ProgramSnapshot } from '../program-snapshot.ts';
import type { Definition } from '../types/schema-writer.ts';

/**
 * Names the definitions that a route refers to, in the order of their first use. A name that is
 * taken gets a number.
 */
export class DefNames {
  readonly $defs: Defs = {};
  /** Named definitions in the order of their first use. Their issues become warnings. */
  readonly used: Definition[] = [];
  readonly #snapshot: ProgramSnapshot;
  readonly #names = new Map<string, string>();

  constructor(snapshot: ProgramSnapshot) {
    this.#snapshot = snapshot;
  }

  /** Replaces the keys in the references of a schema with names. */
  finish(schema: Schema): Schema {
    return mapSchema(schema, (part) =>
      part.$ref === undefined ? part : { ...part, $ref: toRef(this.#name(refName(part.$ref))) },
    );
  }

  #name(key: string): string {
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const writer = key.startsWith('request:') ? this.#snapshot.requests : this.#snapshot.responses;
    const definition = writer.definitions.get(key);
    if (!definition) return key;
    // Requests and responses share a definition if both writers wrote the same schema. They differ,
    // for example, for a class with `toJSON`.
    const twin = this.#twin(definition);
    if (twin !== undefined) {
      this.#names.set(key, twin);
      return twin;
    }
    let name = definition.name;
    for (let number = 2; Object.hasOwn(this.$defs, name); number++)
      name = `${definition.name}${number}`;
    this.#names.set(key, name);
    this.#written.set(name, definition);
    this.$defs[name] = {};
    this.used.push(definition);
    this.$defs[name] = this.finish(definition.schema);
    return name;
  }

  readonly #written = new Map<string, Definition>();

  #twin(definition: Definition): string | undefined {
    for (const [name, other] of this.#written) {
      if (
        other.name === definition.name &&
        withoutKeys(other.schema) === withoutKeys(definition.schema)
      )
        return name;
    }
    return undefined;
  }
}

/** The JSON of a schema, without the keys of the definitions that it refers to. */
function withoutKeys(schema: Schema): string {
  return JSON.stringify(schema).replace(/#\/\$defs\/(request|response):\d+/g, '#');
}
