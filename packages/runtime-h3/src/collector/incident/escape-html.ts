/**
 * Prints text as HTML. Hides secrets, then cuts the text to `most` characters, replaces control
 * characters, and escapes HTML. Secrets are hidden before the cut, because a part of a secret is no
 * longer recognized.
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
