import { syntaxTree } from '@codemirror/language';
import type { EditorState } from '@codemirror/state';
import type { JsonPath } from '../playground/schemas-at.ts';

type Node = ReturnType<ReturnType<typeof syntaxTree>['resolveInner']>;

/** Place of the cursor in a JSON text. */
export interface JsonPlace {
  /** Path of the value, or of the object that gets a name. */
  path: JsonPath;
  /** Whether a name of the object is expected, and not a value. */
  isName: boolean;
  /** Names that the object has already. */
  taken: string[];
}

const VALUES = new Set(['Object', 'Array', 'String', 'Number', 'True', 'False', 'Null']);

const read = (state: EditorState, { from, to }: { from: number; to: number }): string =>
  state.sliceDoc(from, to);

/** Reads a name with its quotes. A name that is not finished has none at its end. */
function readName(state: EditorState, node: Node): string {
  const text = read(state, node);
  try {
    return String(JSON.parse(text));
  } catch {
    return text.replaceAll('"', '');
  }
}

const nameOf = (state: EditorState, property: Node): string => {
  const name = property.getChild('PropertyName');
  return name ? readName(state, name) : '';
};

const valuesOf = (node: Node): Node[] => {
  const found: Node[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling)
    if (VALUES.has(child.name)) found.push(child);
  return found;
};

/** Returns the path of a node, which may be a name or a value. */
function pathOf(state: EditorState, node: Node): (string | number)[] {
  const path: (string | number)[] = [];
  for (let child = node, { parent } = node; parent; child = parent, { parent } = parent) {
    if (parent.name === 'Property') path.unshift(nameOf(state, parent));
    if (parent.name === 'Array')
      path.unshift(valuesOf(parent).filter(({ from }) => from < child.from).length);
  }
  return path;
}

/** Returns where a position is. Outside of objects and lists it is the whole value. */
export function placeAt(state: EditorState, position: number): JsonPlace {
  const none = { path: [], isName: false, taken: [] };
  let node: Node | null = syntaxTree(state).resolveInner(position, -1);
  // After its closing bracket, a position is outside of an object or a list.
  while (node && /^[}\]]$/.test(node.name)) node = node.parent?.parent ?? null;
  const inside = node;
  while (node && !['Property', 'Object', 'Array'].includes(node.name)) node = node.parent;
  if (!node || !inside) return none;
  if (node.name === 'Array')
    return { ...none, path: [...pathOf(state, node), indexAt(node, position)] };
  const object = node.name === 'Object' ? node : node.parent!;
  const property = node.name === 'Property' ? node : undefined;
  const colon =
    property &&
    read(state, property).indexOf(
      ':',
      (property.getChild('PropertyName')?.to ?? property.from) - property.from,
    );
  const isValue = property !== undefined && colon! >= 0 && position > property.from + colon!;
  if (isValue) return { ...none, path: [...pathOf(state, object), nameOf(state, property)] };
  const taken = object
    .getChildren('Property')
    .filter((each) => position < each.from || position > each.to)
    .map((each) => nameOf(state, each));
  return { path: pathOf(state, object), isName: true, taken };
}

const indexAt = (list: Node, position: number): number =>
  valuesOf(list).filter(({ to }) => to < position).length;

/** Returns the range of the value at a path, or of the nearest value around it that exists. */
export function rangeOf(state: EditorState, path: JsonPath): { from: number; to: number } {
  let node = valuesOf(syntaxTree(state).topNode)[0];
  for (const key of path) {
    const next: Node | null | undefined =
      node?.name === 'Array'
        ? valuesOf(node)[Number(key)]
        : node?.getChildren('Property').find((each) => nameOf(state, each) === key)?.lastChild;
    if (!next) break;
    node = next;
  }
  const { from, to } = node ?? { from: 0, to: state.doc.length };
  // Only the opening bracket of an object or a list is marked.
  return node && ['Object', 'Array'].includes(node.name) ? { from, to: from + 1 } : { from, to };
}
