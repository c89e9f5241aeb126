import type { CloudRequest } from 'gati-deploy/cloud';
import type { Scope } from './account.ts';
import type { ClientName, Clients } from './clients.ts';
import { isExisting, isMissing, toCloudError } from './errors.ts';

/** One operation of a service, with the permissions that it needs. */
export interface Operation<I extends object, O> {
  /** `ecr.CreateRepository` */
  name: string;
  client: ClientName;
  Command: CommandClass<I, O>;
  grants: Grant[];
}

/** Actions of IAM on resources. */
export interface Grant {
  actions: string[];
  on: Scope;
}

export type AnyOperation = Operation<never, unknown>;

interface CommandClass<I extends object, O> {
  new (input: I): {
    resolveMiddleware(
      stack: never,
      configuration: never,
      options: never,
    ): (input: { input: I; request?: unknown }) => Promise<{ output: O }>;
  };
}

/**
 * Describes an operation.
 *
 * @param name `SERVICE.OPERATION`. The action of IAM has the same name, unless `more` has names.
 * @param more names of actions instead of that of the operation, and actions that it needs too
 */
export function operation<I extends object, O>(
  name: `${ClientName}.${string}`,
  Command: CommandClass<I, O>,
  on: Scope,
  ...more: (string | Grant)[]
): Operation<I, O> {
  const [client, action] = name.split('.') as [ClientName, string];
  const named = more.filter((each) => typeof each === 'string');
  const grants = more.filter((each) => typeof each !== 'string');
  const actions = named.length > 0 ? named : [`${client}:${action}`];
  return { name, client, Command, grants: [{ actions, on }, ...grants] };
}

/** Sends an operation. */
export interface Send {
  <I extends object, O>(operation: Operation<I, O>, input: I): Promise<O>;
}

/**
 * Returns a function that sends the listed operations only, so that a policy that lists them is
 * complete.
 */
export function sender(clients: Clients, allowed: readonly AnyOperation[]): Send {
  return async (wanted, input) => {
    if (!allowed.some((each) => each.name === wanted.name))
      throw new Error(`${wanted.name} is not in the list of operations`);
    const client = clients[wanted.client] as unknown as {
      send(command: unknown): Promise<never>;
    };
    try {
      return await client.send(new wanted.Command(input));
    } catch (error) {
      throw toCloudError(error, wanted.name);
    }
  };
}

/** Returns a request that writes. A repeated request succeeds. */
export function request<I extends object, O>(
  send: Send,
  wanted: Operation<I, O>,
  input: I,
): CloudRequest {
  return {
    operation: wanted.name,
    input,
    async send() {
      try {
        return await send(wanted, input);
      } catch (error) {
        const verb = wanted.name.split('.')[1]!;
        // Another deploy did this first, or the response to an earlier try was lost.
        if (verb.startsWith('Create') && isExisting(error)) return undefined;
        if (/^(?:Delete|Detach)/.test(verb) && isMissing(error)) return undefined;
        throw error;
      }
    },
  };
}

/** Returns what an operation reads, or `undefined` if it does not exist. */
export async function orMissing<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
