import { hashId } from '../log/hash-id.ts';

/** Fields of `lctx` in which guards put an id. The first one that is set counts. */
const ID_FIELDS = ['sub', 'subject', 'userId', 'clientId', 'accountId'];
/** Fields with an object whose `sub` or `id` is the id. Ids of sessions and tokens are secrets. */
const OBJECT_FIELDS = ['user', 'account', 'principal', 'claims', 'auth'];
const LONGEST_ID = 200;
/** Maximum number of ids whose hash is kept. */
const MOST_IDS = 500;

/** Returns the hash of the id that the guards of a request found; empty if they found none. */
export function createSubjects(): (local: object | undefined) => string {
  const hashes = new Map<string, string>();
  return (local) => {
    const id = local === undefined ? '' : readId(local);
    if (id === '') return '';
    let hash = hashes.get(id);
    if (hash === undefined) {
      if (hashes.size >= MOST_IDS) hashes.clear();
      hashes.set(id, (hash = hashId(id)));
    }
    return hash;
  };
}

/** Objects of the app may have getters that fail. A request must not fail because of its telemetry. */
function readId(local: object): string {
  try {
    return findId(local);
  } catch {
    return '';
  }
}

function findId(local: object): string {
  const fields = local as Record<string, unknown>;
  for (const name of ID_FIELDS) {
    const id = Object.hasOwn(fields, name) ? toId(fields[name]) : '';
    if (id !== '') return id;
  }
  for (const name of OBJECT_FIELDS) {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (typeof value !== 'object' || value === null) continue;
    const { sub, id } = value as { sub?: unknown; id?: unknown };
    const found = toId(sub) || toId(id);
    if (found !== '') return found;
  }
  return '';
}

function toId(value: unknown): string {
  const isId = typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint';
  return isId ? String(value).slice(0, LONGEST_ID) : '';
}
