/** Writes a text as a title. */
export function title(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
