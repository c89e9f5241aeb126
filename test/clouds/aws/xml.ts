/** An element of the XML that clients send: no comments, no CDATA. */
export interface Element {
  name: string;
  children: Element[];
  text: string;
}

const TOKEN = /<\/?([\w:.-]+)[^>]*?(\/?)>|([^<]+)/g;
const ENTITIES: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** Returns the root element of a document. */
export function parseXml(text: string): Element {
  const root: Element = { name: '', children: [], text: '' };
  const open = [root];
  for (const [whole, name = '', empty, content] of text.replace(/^<\?[^>]*>/, '').matchAll(TOKEN)) {
    const parent = open.at(-1)!;
    if (content !== undefined) parent.text += decode(content);
    else if (whole.startsWith('</')) open.pop();
    else {
      const element = { name, children: [], text: '' };
      parent.children.push(element);
      if (empty === '') open.push(element);
    }
  }
  const [first] = root.children;
  if (!first) throw new Error('no XML');
  return first;
}

const decode = (text: string): string =>
  text.replaceAll(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) =>
    name
      ? (ENTITIES[name as string] ?? whole)
      : String.fromCodePoint(hex ? Number.parseInt(hex as string, 16) : Number(decimal)),
  );
