import type { NodeKind, Topology, TopologyEdge, TopologyNode } from '../../api/topology.ts';

/** The columns of the graph: callers are left of the parts that they call. */
const COLUMNS: Record<NodeKind, number> = {
  client: 0,
  domain: 1,
  handler: 2,
  module: 3,
  database: 4,
  storage: 4,
  host: 4,
  queue: 4,
  effect: 5,
};
/** Width of the nodes in each column, so that six fit beside the navigation. */
const WIDTHS = [84, 104, 214, 124, 124, 154];
const HEIGHT = 40;
const GAP_X = 40;
const GAP_Y = 14;
/**
 * Number of rounds that order the columns. Further rounds change nothing in graphs of this size.
 */
const ROUNDS = 8;

export interface PlacedNode extends TopologyNode {
  x: number;
  y: number;
  width: number;
}

export interface PlacedEdge extends TopologyEdge {
  /** Path of an SVG. */
  d: string;
  /** Width of the line. */
  width: number;
}

export interface Layout {
  nodes: PlacedNode[];
  edges: PlacedEdge[];
  width: number;
  height: number;
  nodeHeight: number;
}

/**
 * Places the parts in columns by their kind, and orders each column by its neighbours (barycenters),
 * so that few lines cross.
 */
export function layOut({ nodes, edges }: Topology): Layout {
  const used = [...new Set(nodes.map(({ kind }) => COLUMNS[kind]))].sort((a, b) => a - b);
  const columns = used.map((column) => nodes.filter(({ kind }) => COLUMNS[kind] === column));
  orderColumns(columns, edges);
  const tallest = Math.max(...columns.map(({ length }) => length), 1);
  const height = tallest * (HEIGHT + GAP_Y) + GAP_Y;
  let right = 1;
  const placed = columns.flatMap((column, index) => {
    const [x, width] = [right, WIDTHS[used[index]!]!];
    right += width + GAP_X;
    const top = (height - column.length * (HEIGHT + GAP_Y) + GAP_Y) / 2;
    return column.map((node, row) => ({
      ...node,
      x,
      width,
      y: top + row * (HEIGHT + GAP_Y),
    }));
  });
  const byId = new Map(placed.map((node) => [node.id, node]));
  const most = Math.max(...edges.map(({ count }) => count), 1);
  return {
    nodes: placed,
    edges: edges.flatMap((edge) => {
      const [from, to] = [byId.get(edge.from), byId.get(edge.to)];
      if (!from || !to) return [];
      const width = 1 + 4 * Math.sqrt(edge.count / most);
      return [{ ...edge, d: toPath(from, to, placed), width }];
    }),
    width: right - GAP_X + 1,
    height,
    nodeHeight: HEIGHT,
  };
}

function orderColumns(columns: TopologyNode[][], edges: readonly TopologyEdge[]): void {
  const neighbours = new Map<string, string[]>();
  const add = (id: string, other: string): void => {
    const list = neighbours.get(id) ?? [];
    list.push(other);
    neighbours.set(id, list);
  };
  for (const { from, to } of edges) {
    add(from, to);
    add(to, from);
  }
  for (let round = 0; round < ROUNDS; round++) {
    const rows = new Map(
      columns.flatMap((column) =>
        column.map(({ id }, row): [string, number] => [id, row / Math.max(1, column.length)]),
      ),
    );
    for (const column of columns) {
      const center = new Map(
        column.map(({ id }) => {
          const known = (neighbours.get(id) ?? []).flatMap((other) => rows.get(other) ?? []);
          const own = rows.get(id)!;
          return [id, known.length === 0 ? own : known.reduce((a, b) => a + b, 0) / known.length];
        }),
      );
      column.sort((a, b) => center.get(a.id)! - center.get(b.id)! || a.id.localeCompare(b.id));
    }
  }
}

/**
 * A curve from the right side of a node to the left side of another, or around it if it is a call
 * in the other direction. In the columns between them, the curve avoids the nodes.
 */
function toPath(from: PlacedNode, to: PlacedNode, nodes: readonly PlacedNode[]): string {
  const [y1, y2] = [from.y + HEIGHT / 2, to.y + HEIGHT / 2];
  const isForward = to.x > from.x;
  const x1 = isForward ? from.x + from.width : from.x;
  const x2 = isForward ? to.x : to.x + to.width;
  let path = `M${x1} ${y1}`;
  let [x, y] = [x1, y1];
  const curve = (nextX: number, nextY: number): void => {
    const bend = (isForward ? 1 : -1) * Math.max(20, Math.abs(nextX - x) / 2);
    path += `C${x + bend} ${y} ${nextX - bend} ${nextY} ${nextX} ${nextY}`;
    [x, y] = [nextX, nextY];
  };
  if (isForward)
    for (const { left, right, rows } of columnsBetween(from, to, nodes)) {
      const straight = y1 + ((y2 - y1) * (left - x1)) / (x2 - x1);
      curve(left, freeRow(rows, straight));
      path += `H${right}`;
      x = right;
    }
  curve(x2, y2);
  return path;
}

/** The columns between two nodes, from left to right, with the tops of their nodes. */
function columnsBetween(
  from: PlacedNode,
  to: PlacedNode,
  nodes: readonly PlacedNode[],
): { left: number; right: number; rows: number[] }[] {
  const between = nodes.filter(({ x }) => x > from.x && x < to.x);
  return [...new Set(between.map(({ x }) => x))]
    .sort((a, b) => a - b)
    .map((left) => {
      const column = between.filter(({ x }) => x === left);
      return { left, right: left + column[0]!.width, rows: column.map(({ y }) => y) };
    });
}

/**
 * Returns the free height of a column, between or beside its nodes, that is nearest to `wanted`.
 */
function freeRow(tops: readonly number[], wanted: number): number {
  const gaps = [...tops.map((top) => top - GAP_Y / 2), tops.at(-1)! + HEIGHT + GAP_Y / 2];
  const isFree = tops.every((top) => wanted < top - 4 || wanted > top + HEIGHT + 4);
  const distance = (gap: number): number => Math.abs(gap - wanted);
  return isFree ? wanted : gaps.reduce((a, b) => (distance(b) < distance(a) ? b : a));
}
