import { Document, isMap, isScalar, isSeq, type Node, parseDocument, type YAMLMap } from 'yaml';
import { OPTIONAL } from './check-content.ts';

/** Maximum number of aliases that a file may expand. */
const MAX_ALIASES = 100;

/** @throws {Error} when the text is not YAML */
export function parseYaml(text: string): unknown {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error) throw new Error(error.message.split('\n', 1)[0]);
  return document.toJS({ maxAliasCount: MAX_ALIASES });
}

/**
 * Writes values to a YAML document. Comments, the order of keys and unknown keys stay.
 *
 * @param before text of the file; absent for a new one
 */
export function updateYaml(before: string | undefined, values: Record<string, unknown>): string {
  const document = before === undefined ? new Document({}) : parseDocument(before);
  if (!isMap(document.contents)) document.contents = document.createNode({}) as never;
  const root = document.contents as unknown as YAMLMap;
  for (const key of OPTIONAL) if (!Object.hasOwn(values, key)) root.delete(key);
  for (const [key, value] of Object.entries(values)) {
    const node = root.get(key, true) as Node | undefined;
    root.set(key, merge(document, node, value));
  }
  return document.toString({ lineWidth: 100 });
}

/** Returns a node with the value, which is the old node where it can be. */
function merge(document: Document, node: Node | undefined, value: unknown): unknown {
  if (isScalar(node) && (typeof value !== 'object' || value === null)) {
    if (node.value !== value) node.value = value;
    return node;
  }
  if (isMap(node) && typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const given = value as Record<string, unknown>;
    for (const key of node.items.map((item) => keyOf(item.key)))
      if (!Object.hasOwn(given, key)) node.delete(key);
    for (const [key, each] of Object.entries(given))
      node.set(key, merge(document, node.get(key, true) as Node | undefined, each));
    return node;
  }
  if (isSeq(node) && Array.isArray(value)) {
    node.items = value.map((each, at) => merge(document, node.items[at] as Node | undefined, each));
    return node;
  }
  return document.createNode(value);
}

const keyOf = (key: unknown): string => String(isScalar(key) ? key.value : key);
