/** Whether a path has the form of a template with `:name` and `*rest`. */
export function matchesTemplate(template: string, path: string): boolean {
  const [wanted, given] = [template.split('/'), path.split('/')];
  const rest = wanted.findIndex((part) => part.startsWith('*'));
  const fixed = rest === -1 ? wanted : wanted.slice(0, rest);
  const isLength = rest === -1 ? given.length === wanted.length : given.length > fixed.length;
  return isLength && fixed.every((part, at) => part.startsWith(':') || part === given[at]);
}

/** Number of segments of a template that take any text. Fewer are more specific. */
export const countWildcards = (template: string): number =>
  template
    .split('/')
    .reduce((sum, part) => sum + (/^[:*]/.test(part) ? (part[0] === '*' ? 100 : 1) : 0), 0);
