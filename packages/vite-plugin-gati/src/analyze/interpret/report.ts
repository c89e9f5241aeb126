import type { GatiCode } from '@gati/contract';
import type { Node } from 'typescript-7/unstable/ast';

/** Takes a problem with the node that it is about. */
export type Report = (code: GatiCode, message: string, fix: string, node: Node) => void;
