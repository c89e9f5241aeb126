/** `/files/*rest` as rou3 writes it; `:name` is the same in both. */
export function toRouterPath(path: string): string {
  return path.replace(/\/\*(\w+)$/, '/**:$1');
}
