/** HTML whose values are already escaped. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | number | Html | readonly Html[];

/**
 * Escapes the values of a template, except {@link Html} of another template.
 *
 * @example
 * html`<p>${'1 < 2'}</p>`.text; // '<p>1 &lt; 2</p>'
 */
export function html(texts: TemplateStringsArray, ...parts: Part[]): Html {
  return new Html(
    texts.map((text, index) => (index === 0 ? text : print(parts[index - 1]!) + text)).join(''),
  );
}

function print(part: Part): string {
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(({ text }) => text).join('');
  return String(part).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
