import type { Caller } from './caller.ts';
import type { Connect } from './socket.ts';

/** Route ids by their place in the client. The name `''` is the call of the folder itself. */
export interface CallTree {
  readonly [name: string]: string | CallTree;
}

/** Makes `client.payments.capture(…)` of the routes' names. */
export function createTree(tree: CallTree, call: Caller, connect?: Connect): object {
  const own = tree[''];
  const node: object = typeof own === 'string' ? toFunction(own, call, connect) : {};
  for (const [name, child] of Object.entries(tree)) {
    if (name === '') continue;
    const value =
      typeof child === 'string'
        ? toFunction(child, call, connect)
        : createTree(child, call, connect);
    // A function has a read-only `name` and `length` of its own.
    Object.defineProperty(node, name, { value, enumerable: true });
  }
  return node;
}

function toFunction(route: string, call: Caller, connect: Connect | undefined): object {
  if (connect && route.startsWith('WS ')) return (request?: object) => connect(route, request);
  return (request?: object) => call(route, request);
}
