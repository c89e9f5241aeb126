import path from 'node:path';
import type { RouteContract } from '@gati/contract';
import { readText } from '../files/read-text.ts';
import type { RouteFile, Scan } from '../scan/types.ts';

/** Returns a function that finds the line, from 1, on which a route's file exports its handler. */
export function createLineOf(root: string, scan: Scan): (route: RouteContract) => number {
  const files = new Map(scan.routes.map((route) => [route.id, route]));
  return ({ id }) => {
    const route = files.get(id);
    const text = route && readText(path.join(root, route.file));
    const at = route && text !== undefined ? text.search(EXPORTS[route.handler]) : -1;
    return at <= 0 ? 1 : text!.slice(0, at).split('\n').length;
  };
}

const DECLARATION = String.raw`^export\s+(?:const|let|var|(?:async\s+)?function\s*\*?)\s*`;
const EXPORTS: Record<RouteFile['handler'], RegExp> = {
  handler: new RegExp(String.raw`${DECLARATION}handler\b`, 'm'),
  socket: new RegExp(String.raw`${DECLARATION}socket\b`, 'm'),
  default: /^export\s+default\b/m,
};
