/** Formats a number with its noun: `1 route`, `2 routes`, `2 processes`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
