export const route = 'POST /nodes';

type Node =
  | { kind: 'a'; next: Node | null }
  | { kind: 'b'; next: Node | null }
  | { next: Node | null; size: number };

export type Body = Node;

export const handler: Handler<typeof route> = () => ({ ok: true });
