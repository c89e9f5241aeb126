/** The address without `prefix`, which is not the client's, and what the names of all keys begin with. */
export function toAddress(url: string): { address: string; prefix: string } {
  const at = url.indexOf('?');
  if (at === -1) return { address: url, prefix: toPrefix('gati') };
  const parameters = new URLSearchParams(url.slice(at + 1));
  const name = parameters.get('prefix') || 'gati';
  parameters.delete('prefix');
  const rest = parameters.toString();
  return { address: url.slice(0, at) + (rest === '' ? '' : `?${rest}`), prefix: toPrefix(name) };
}

/** The braces keep all keys in one slot of a cluster. */
const toPrefix = (name: string): string => `{${name.replaceAll(/[{}]/g, '')}}:`;
