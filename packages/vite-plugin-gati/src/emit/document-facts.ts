import type { OpenApiOptions } from '@gati/contract';

/** Facts about the API in the OpenAPI document, besides its routes. */
export type OpenApiFacts = Partial<
  Pick<
    OpenApiOptions,
    'title' | 'description' | 'termsOfService' | 'contact' | 'license' | 'servers' | 'tags'
  >
>;

/** All facts of a document, besides the contract. Plain data. */
export type DocumentFacts = Omit<OpenApiOptions, 'title' | 'version'> & { title?: string };

/** A person as `package.json` has it: `Ada <ada@example.com> (https://example.com)`. */
const PERSON = /^([^<(]*?)\s*(?:<([^>]*)>)?\s*(?:\(([^)]*)\))?$/;
/** An SPDX expression. npm also allows `UNLICENSED` and `SEE LICENSE IN …`. */
const SPDX = /^(?!UNLICENSED$)[\w.+()-]+(?: (?:AND|OR|WITH) [\w.+()-]+)*$/;

/** Takes the facts from `package.json`; options of `gati({ openapi })` replace them. */
export function toDocumentFacts(
  fields: Record<string, unknown>,
  { base, openapi }: { base: string; openapi: OpenApiFacts },
): DocumentFacts {
  const { description, license, author } = fields;
  const contact = toContact(author);
  return {
    base,
    ...(typeof description === 'string' && description !== '' && { description }),
    ...(contact && { contact }),
    ...(typeof license === 'string' &&
      SPDX.test(license) && { license: { name: license, identifier: license } }),
    ...openapi,
  };
}

function toContact(author: unknown): DocumentFacts['contact'] {
  const [, name, email, url] = typeof author === 'string' ? (PERSON.exec(author) ?? []) : [];
  const person =
    typeof author === 'object' && author !== null
      ? (author as Record<string, unknown>)
      : { name, email, url };
  const entries = ['name', 'email', 'url'].flatMap((key) => {
    const value = person[key as keyof typeof person];
    return typeof value === 'string' && value !== '' ? [[key, value]] : [];
  });
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}
