// oxlint-disable no-control-regex -- these are the characters to escape
const COLORS = /\u001b\[[\d;]*m/g;
/** Control characters but line breaks and tabs, and those that reorder text (Unicode bidi). */
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Escapes the characters by which a text could control a terminal, and removes colors. A log line may
 * contain what a client sent.
 *
 * @example
 * escapeControls('\u001b[31mred\u001b[0m\u001b[2J'); // 'red\\u001b[2J'
 */
export function escapeControls(text: string): string {
  return text
    .replace(COLORS, '')
    .replace(
      CONTROLS,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
}
