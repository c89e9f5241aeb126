import { type Defs, mapSchema, refName, type Schema, toRef } from '@gati/contract';
import type { ProgramSnapshot } from '../program-snapshot.ts';
import type { Definition } from '../types/schema-writer.ts';

/** Gives the definitions that a route refers to their names, in the order in which they are met. */
export class DefNames {
  readonly $defs: Defs = {};
  /** Definitions in the order of their first use, for their warnings. */
  readonly used: Definition[] = [];
  readonly #snapshot: ProgramSnapshot;
  readonly #names = new Map<string, string>();

  constructor(snapshot: ProgramSnapshot) {
    this.#snapshot = snapshot;
  }

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
    // Both directions write the same type the same way, unless it has a `toJSON` or holds what only one of them allows.
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
      if (other.name === definition.name && neutral(other.schema) === neutral(definition.schema))
        return name;
    }
    return undefined;
  }
}

/** The text of a schema without the numbers of what it refers to. */
function neutral(schema: Schema): string {
  return JSON.stringify(schema).replace(/#\/\$defs\/(request|response):\d+/g, '#');
}
