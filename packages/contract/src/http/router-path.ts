/** Converts a path template to the syntax of rou3: `/files/*rest` → `/files/**:rest`. */
export function toRouterPath(path: string): string {
  return path.replace(/\/\*(\w+)$/, '/**:$1');
}
