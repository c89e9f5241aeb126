import { PanelError } from '../../http/problem.ts';
import { OWN, type Rule } from '../rule.ts';
import type { People, Person } from '../store/people.ts';

/** Rule of requests that change how the actor logs in. */
export const CREDENTIALS: Rule = { ...OWN, stepUp: true };

/**
 * Returns the person with an actor's id.
 *
 * @throws {PanelError} 403 when the actor is a token
 */
export function personOf(people: People, id: string): Person {
  const person = people.get(id);
  // A token is not a person.
  if (!person)
    throw new PanelError(403, 'session_required', 'Log in with a browser to make this request.');
  return person;
}

export const notFound = (): PanelError =>
  new PanelError(404, 'not_found', 'The account has no such entry.');

export const lastProof = (): PanelError =>
  new PanelError(409, 'last_proof', 'This is the only way to log in. Add another one first.');
