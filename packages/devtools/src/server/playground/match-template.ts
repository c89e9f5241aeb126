/** Whether a path has the form of a template with `:name` and `*rest`. */
export function matchesTemplate(template: string, path: string): boolean {
  const [wanted, given] = [template.split('/'), path.split('/')];
  const rest = wanted.findIndex((part) => part.startsWith('*'));
  const fixed = rest === -1 ? wanted : wanted.slice(0, rest);
  const isLength = rest === -1 ? given.length === wanted.length : given.length > fixed.length;
  return isLength && fixed.every((part, at) => part.startsWith(':') || part === given[at]);
}
