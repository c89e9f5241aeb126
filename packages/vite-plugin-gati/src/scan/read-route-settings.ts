import { suggest } from '@gati/contract/internal';
import type { Diagnostic } from '@gati/contract';
import type { FileFacts, Setting } from './file-facts.ts';
import { notConstant, routeSettingInvalid } from './diagnostics.ts';

/** How a body can be sent: as JSON, or as either form that HTML has. */
export type BodyFormat = (typeof BODY_FORMATS)[number];
const BODY_FORMATS = ['json', 'form'] as const;

/** Settings of a route that its handler file exports as constants. */
export interface RouteSettings {
  /** `export const accept`. Absent: JSON, or `multipart/form-data` for a body with a `File`. */
  accept?: BodyFormat[];
  /** `export const allowCrossSite = true`: takes forms that pages of other sites send. */
  allowCrossSite?: boolean;
}

/** Returns the settings of a route. It reports a setting that can't be used, and leaves it out. */
export function readRouteSettings(
  file: string,
  { settings }: FileFacts,
  diagnostics: Diagnostic[],
): RouteSettings {
  const read = <T>(
    name: string,
    example: string,
    parse: (value: unknown) => T | Wrong,
  ): T | undefined => {
    const setting = settings[name];
    if (!setting) return undefined;
    const site = siteOf(file, setting);
    if (setting.value === undefined) {
      diagnostics.push(notConstant(site, name, example));
      return undefined;
    }
    const parsed = parse(setting.value);
    if (!(parsed instanceof Wrong)) return parsed;
    diagnostics.push(
      routeSettingInvalid(
        site,
        `'${name}' can't be ${JSON.stringify(parsed.value)}.${parsed.hint}`,
        `Write: export const ${name} = ${example}.`,
      ),
    );
    return undefined;
  };
  const accept = read('accept', "['json', 'form']", parseAccept);
  const allowCrossSite = read('allowCrossSite', 'true', (value) =>
    typeof value === 'boolean' ? value : new Wrong(value),
  );
  return {
    ...(accept === undefined ? {} : { accept }),
    ...(allowCrossSite === true ? { allowCrossSite } : {}),
  };
}

class Wrong {
  readonly value: unknown;
  readonly hint: string;
  constructor(value: unknown, hint = '') {
    this.value = value;
    this.hint = hint;
  }
}

function parseAccept(value: unknown): BodyFormat[] | Wrong {
  if ((BODY_FORMATS as readonly unknown[]).includes(value))
    return new Wrong(value, ` Did you mean ['${String(value)}']?`);
  if (!Array.isArray(value) || value.length === 0) return new Wrong(value);
  const given: unknown[] = value;
  const unknown = given.find((item) => !(BODY_FORMATS as readonly unknown[]).includes(item));
  if (unknown !== undefined) return new Wrong(unknown, didYouMean(unknown));
  return BODY_FORMATS.filter((format) => given.includes(format));
}

/** Names of content types that people write for a format. */
const SYNONYMS: Record<string, BodyFormat> = {
  'application/json': 'json',
  'application/x-www-form-urlencoded': 'form',
  'multipart/form-data': 'form',
  formdata: 'form',
  multipart: 'form',
  urlencoded: 'form',
};

function didYouMean(word: unknown): string {
  if (typeof word !== 'string') return '';
  const lower = word.toLowerCase();
  const meant = SYNONYMS[lower] ?? suggest(lower, BODY_FORMATS);
  return meant === undefined ? '' : ` Did you mean '${meant}'?`;
}

const siteOf = (
  file: string,
  { place, frame }: Setting,
): { file: string } & Pick<Setting, 'place' | 'frame'> => ({ file, place, frame });
