import type { Schema } from '@gati/contract';
import { isJsonMediaType } from '@gati/contract/internal';
import type { CapturedBody } from '../../types/capture.ts';
import type { PayloadRedactor } from './payload-redactor.ts';

/** Maximum number of bytes of the text of one body. */
export const LONGEST_BODY: number = 16 * 1024;
/** Bytes above which a body is not searched for secrets, so its text is left out. */
const MOST_SEARCHED = 256 * 1024;

const TEXT_TYPE = /^text\/|^application\/(?:[\w.+-]+\+)?(?:xml|javascript|graphql|sql)$/;
const FORM_TYPE = 'application/x-www-form-urlencoded';

/** Returns the type and size of a body and, for text, its content without secrets. */
export function captureBody(
  body: string | Uint8Array,
  contentType: string,
  redactor: PayloadRedactor,
  schema?: Schema,
): CapturedBody {
  const type = mediaType(contentType);
  const size = typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
  const isJson = isJsonMediaType(type);
  if (!isJson && type !== FORM_TYPE && !TEXT_TYPE.test(type))
    return { type, size, ...(size > 0 && { omitted: 'binary' }) };
  if (size > MOST_SEARCHED) return { type, size, omitted: 'large' };
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body);
  let visible: string;
  if (isJson) {
    const parsed = parse(text);
    if (parsed === undefined) return { type, size, omitted: 'malformed' };
    visible = JSON.stringify(redactor.value(parsed, schema));
  } else visible = type === FORM_TYPE ? redactForm(text, redactor, schema) : redactor.text(text);
  return { type, size, ...cutText(visible), ...hiddenOf(redactor) };
}

/** Values that were hidden. */
export const hiddenOf = ({ hidden }: PayloadRedactor): Pick<CapturedBody, 'hidden'> =>
  hidden.length > 0 ? { hidden } : {};

/** Returns `application/json` of `application/json; charset=utf-8`. */
const mediaType = (contentType: string): string =>
  contentType.split(';', 1)[0]!.trim().toLowerCase().slice(0, 200);

/** Returns `undefined` if the text is not JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function redactForm(text: string, redactor: PayloadRedactor, schema: Schema | undefined): string {
  const fields = new URLSearchParams(text);
  const visible = new URLSearchParams();
  for (const [name, value] of fields) {
    const copy = redactor.value({ [name]: value }, schema) as Record<string, string>;
    for (const [key, shown] of Object.entries(copy)) visible.append(key, shown);
  }
  return visible.toString().replaceAll('%5Bredacted%5D', '[redacted]');
}

function cutText(text: string): Pick<CapturedBody, 'text' | 'omitted'> {
  if (Buffer.byteLength(text) <= LONGEST_BODY) return { text };
  const bytes = Buffer.from(text).subarray(0, LONGEST_BODY);
  // A cut inside of a character leaves a replacement character at the end.
  return { text: new TextDecoder().decode(bytes).replace(/\uFFFD$/, ''), omitted: 'cut' };
}
