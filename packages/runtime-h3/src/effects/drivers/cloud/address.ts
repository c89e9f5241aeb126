import { GatiError } from '@gati/contract';

export interface CloudAddress {
  /** Region, project or account; `''` where it is left out. */
  place: string;
  /** What the names of all queues begin with. */
  prefix: string;
  parameters: URLSearchParams;
}

/**
 * Reads `scheme://PLACE/PREFIX?parameter=…`. The prefix has letters and digits only: what follows its hyphen is an effect's name, so no prefix begins
 * another's queues. @throws GatiError `GATI_EFFECTS`
 */
export function parseCloudAddress(
  url: string,
  { example, place: rule, known }: { example: string; place: RegExp; known: string[] },
): CloudAddress {
  const parts = /^[a-z]+:(?:\/\/)?([^/?#]*)\/?([^?#]*)(?:\?([^#]*))?$/i.exec(url);
  const [, place = '', path = '', query = ''] = parts ?? [];
  const prefix = path === '' ? 'gati' : path;
  const parameters = new URLSearchParams(query);
  const unknown = [...parameters.keys()].find((name) => !known.includes(name));
  const fault = !parts
    ? 'it is not the address of a queue'
    : !rule.test(place)
      ? `"${place.slice(0, 40)}" can't follow the //`
      : !/^[a-z][a-z0-9]{0,19}$/.test(prefix)
        ? `"${prefix.slice(0, 40)}" can't be the prefix of queue names`
        : unknown !== undefined && `there is no parameter ${unknown}`;
  if (fault !== false) {
    throw new GatiError({
      code: 'GATI_EFFECTS',
      message: `GATI_EFFECTS: ${fault}.`,
      fix: `Write it like ${example}. The last part is the prefix of all queue names: at most 20 lower-case letters and digits.`,
    });
  }
  return { place, prefix, parameters };
}
