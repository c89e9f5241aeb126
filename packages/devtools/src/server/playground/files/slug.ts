const SLUG = /^[a-z\d](?:[a-z\d-]{0,58}[a-z\d])?$/;
/** Names of devices of Windows, and names that the playground uses itself. */
const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d|environments|secrets)$/;

/** Whether a name is one that a file of a request can have, without `.yaml`. */
export const isSlug = (name: string): boolean => SLUG.test(name) && !RESERVED.test(name);

/** Converts a title to the name of a file: `Capture p1` to `capture-p1`. */
export function toSlug(title: string): string {
  const words = title
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z\d]+/g, '-');
  const slug = words.slice(0, 50).replaceAll(/^-+|-+$/g, '');
  return isSlug(slug) ? slug : `request${slug === '' ? '' : `-${slug}`}`;
}

/** Adds a number to a name that is taken. */
export function freeSlug(slug: string, taken: ReadonlySet<string>): string {
  let free = slug;
  for (let count = 2; taken.has(free); count++) free = `${slug}-${count}`;
  return free;
}
