import { JSON_FORMS, type JsonForm } from '@gati/contract/internal';

let forms: Map<object, JsonForm> | undefined;

/** Returns the form of an object that is not plain; `undefined` for the fields of a class. */
export function jsonFormOf(prototype: object): JsonForm | undefined {
  forms ??= collectForms();
  for (
    let each: object | null = prototype;
    each !== null && each !== Object.prototype;
    each = Object.getPrototypeOf(each) as object | null
  ) {
    const form = forms.get(each);
    if (form !== undefined) return form;
  }
  return undefined;
}

function collectForms(): Map<object, JsonForm> {
  const found = new Map<object, JsonForm>();
  for (const [name, form] of Object.entries(JSON_FORMS)) {
    const known = (globalThis as Record<string, unknown>)[name] as
      | { prototype?: object }
      | undefined;
    if (known?.prototype) found.set(known.prototype, form);
  }
  // Node has a global `Iterator` only from version 22 on, and never a global `AsyncIterator`.
  const parent = (value: object): object => Object.getPrototypeOf(value) as object;
  found.set(parent(parent([][Symbol.iterator]())), 'fields');
  const asyncGenerator = async function* (): AsyncGenerator<never> {};
  found.set(parent(parent(parent(asyncGenerator()))), 'fields');
  return found;
}
