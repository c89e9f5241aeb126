import type { Node } from 'typescript-7/unstable/ast';

/** Takes a problem with the node that it is about. */
export type Report = (code: string, message: string, fix: string, node: Node) => void;
