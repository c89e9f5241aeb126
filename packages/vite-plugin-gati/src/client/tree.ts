import type { Caller } from './caller.ts';
import type { Connect } from './socket.ts';

/**
 * Route ids by their path in the client: `{ payments: { capture: 'POST /payments/:id/capture' } }`.
 * The name `''` makes the node itself callable.
 */
export interface CallTree {
  readonly [name: string]: string | CallTree;
}

/** Creates the object behind `client.payments.capture(…)`. */
export function createTree(tree: CallTree, call: Caller, connect?: Connect): object {
  const own = tree[''];
  const node: object = typeof own === 'string' ? createMethod(own, call, connect) : {};
  for (const [name, child] of Object.entries(tree)) {
    if (name === '') continue;
    const value =
      typeof child === 'string'
        ? createMethod(child, call, connect)
        : createTree(child, call, connect);
    // An assignment would fail, because `name` and `length` of a function are read-only.
    Object.defineProperty(node, name, { value, enumerable: true });
  }
  return node;
}

function createMethod(route: string, call: Caller, connect: Connect | undefined): object {
  if (connect && route.startsWith('WS ')) return (request?: object) => connect(route, request);
  return (request?: object) => call(route, request);
}
