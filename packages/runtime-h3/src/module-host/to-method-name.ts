/** Makes a name that a method of a descriptor can have: `repo/list.files` → `repo_list_files`. */
export function toMethodName(text: string): string {
  const name = text.replaceAll(/[^\w-]+/g, '_').slice(0, 100);
  return /^[A-Za-z_]/.test(name) ? name : `_${name}`.slice(0, 100);
}
