// oxlint-disable no-control-regex -- these are the characters to escape
const COLORS = /\u001b\[[\d;]*m/g;
/** Bold, dim, red, green, yellow, cyan, and their ends. */
const OWN_COLORS = /(\u001b\[(?:0|1|2|22|31|32|33|36|39)m)/;
/**
 * Control characters except line breaks and tabs, and characters that reorder text (Unicode bidi).
 */
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Escapes the characters by which text could control a terminal, and removes colors. A log line may
 * contain what a client sent.
 *
 * @example
 * escapeControls('\u001b[31mred\u001b[0m\u001b[2J'); // 'red\\u001b[2J'
 */
export function escapeControls(text: string): string {
  return text.replace(COLORS, '').replace(CONTROLS, escape);
}

/**
 * Escapes the same characters in a line that a command prints, and keeps the colors that commands
 * use. A line may contain text from a store or a queue.
 */
export function escapeOutput(text: string): string {
  return text.split(OWN_COLORS).map(escapePart).join('');
}

/** `split` returns the separators, which are the colors, at the odd indexes. */
const escapePart = (part: string, index: number): string =>
  index % 2 === 1 ? part : escapeControls(part);

const escape = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
