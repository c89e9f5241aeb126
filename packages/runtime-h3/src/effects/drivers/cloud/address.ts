import { GatiError } from '@gati/contract';

export interface CloudAddress {
  /** Region, project or account; `''` if it is left out. */
  place: string;
  /** Prefix of all queue names. */
  prefix: string;
  parameters: URLSearchParams;
}

interface AddressRule {
  /** A valid address, for the error's fix. */
  example: string;
  place: RegExp;
  /** Names of the parameters that the driver reads. */
  parameters: string[];
}

/**
 * Parses `scheme://PLACE/PREFIX?parameter=…`. The prefix has letters and digits only: the part
 * after its hyphen is an effect's name, so the queues of two prefixes never have the same name.
 *
 * @throws {GatiError} GATI_EFFECTS when the address is invalid
 */
export function parseCloudAddress(url: string, rule: AddressRule): CloudAddress {
  const parts = /^[a-z]+:(?:\/\/)?([^/?#]*)\/?([^?#]*)(?:\?([^#]*))?$/i.exec(url);
  const [, place = '', path = '', query = ''] = parts ?? [];
  const prefix = path === '' ? 'gati' : path;
  const parameters = new URLSearchParams(query);
  const unknown = [...parameters.keys()].find((name) => !rule.parameters.includes(name));
  const reason = !parts
    ? 'it is not the address of a queue'
    : !rule.place.test(place)
      ? `${quoteSafely(place)} can't follow the //`
      : !/^[a-z][a-z0-9]{0,19}$/.test(prefix)
        ? `${quoteSafely(prefix)} can't be the prefix of queue names`
        : unknown !== undefined && `there is no parameter ${quoteSafely(unknown)}`;
  if (reason !== false) {
    throw new GatiError({
      code: 'GATI_EFFECTS',
      message: `GATI_EFFECTS: ${reason}.`,
      fix: `Write it like ${rule.example}. The last part is the prefix of all queue names: at most 20 lower-case letters and digits.`,
    });
  }
  return { place, prefix, parameters };
}

/** Quotes a part of an address, unless it may contain a user and a password. */
function quoteSafely(part: string): string {
  return /[@:%]/.test(part) ? 'that text' : `"${part.slice(0, 40)}"`;
}
