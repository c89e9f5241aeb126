/**
 * Prints text: secrets hidden, then cut to `most` characters, control characters replaced, HTML
 * escaped. A text is cut last, since half a secret no longer looks like one.
 */
export type PrintText = (text: string, most?: number) => string;

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Escapes text for HTML. Control characters, which could hide or reorder text, are replaced. */
export function escapeHtml(text: string): string {
  return text
    .replace(/[&<>"']/g, (character) => ENTITIES[character]!)
    .replace(/[\p{Cc}\p{Bidi_Control}]/gu, (character) =>
      character === '\n' || character === '\t' ? character : '\uFFFD',
    );
}
