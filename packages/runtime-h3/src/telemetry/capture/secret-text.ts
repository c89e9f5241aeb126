import type { HiddenReason } from '../../types/capture.ts';

export const HIDDEN = '[redacted]';

/** Fewest characters of a text that counts as a random token. */
const LEAST_TOKEN = 24;
/**
 * Minimum entropy of a random token, in bits per character. Random base64 of 24 characters has 4.3.
 */
const LEAST_ENTROPY = 3.5;
/** Changes between letters and digits from which a text of one case counts as random. */
const LEAST_CHANGES = 6;

/** Text that may contain a JSON Web Token: its parts and the dots between them. */
const DOTTED = /[\w.-]{14,}/g;
/** First characters of a JSON Web Token (RFC 7519): a JSON object in base64 starts with `eyJ`. */
const JWT_START = /(?<!\w)eyJ[\w-]{8}/;
/** Most parts of a token: those of an encrypted one (RFC 7516). */
const JWT_PARTS = 5;
/** Keys of services that start with a fixed text, and private keys in PEM (RFC 7468). */
const KNOWN_KEY =
  /\b(?:sk|pk|rk)_(?:live|test)_\w{8,}|\bgh[pousr]_\w{20,}|\bgithub_pat_\w{20,}|\bxox[abeoprs]-[\w-]{10,}|\bA(?:KIA|SIA)[A-Z0-9]{16}\b|\bgati_[\w-]{16,}|-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(?:-----END [A-Z ]*PRIVATE KEY-----)?/g;
const TOKEN = new RegExp(String.raw`[\w+=-]{${LEAST_TOKEN},}`, 'g');
/** Card numbers (ISO/IEC 7812) of payment networks. The first digit leaves out times of this decade. */
const CARD = /(?<![\w.-])[2-6](?:[ -]?\d){12,18}(?![\w-])/g;

const UUID = /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i;
const ULID = /^[0-7][\dA-HJKMNP-TV-Z]{25}$/;

/** Called for each part of a text that was hidden. */
export type OnHidden = (why: HiddenReason) => void;

/**
 * Replaces the parts of a text that look like secrets: JSON Web Tokens, keys, long random tokens and
 * card numbers.
 *
 * @param isKnown says of a token that it is no secret, such as the id of the request
 */
export function hideSecrets(
  text: string,
  onHidden: OnHidden,
  isKnown: (token: string) => boolean = () => false,
): string {
  if (text.length < 13) return text;
  const hide = (why: HiddenReason): string => {
    onHidden(why);
    return HIDDEN;
  };
  return text
    .replace(DOTTED, (dotted) => hideJwt(dotted, hide))
    .replace(KNOWN_KEY, () => hide('token'))
    .replace(CARD, (digits) => (isCard(digits) ? hide('card') : digits))
    .replace(TOKEN, (token) => (isRandom(token) && !isKnown(token) ? hide('token') : token));
}

/** Searches for the start and cuts at the dots, which takes linear time. */
function hideJwt(dotted: string, hide: (why: HiddenReason) => string): string {
  const at = dotted.search(JWT_START);
  if (at === -1) return dotted;
  const parts = dotted.slice(at).split('.');
  if (parts.length === 1 || parts[1]!.length < 2) return dotted;
  const rest = parts.slice(JWT_PARTS).map((part) => `.${part}`);
  return dotted.slice(0, at) + hide('token') + rest.join('');
}

/** Whether digits have 13 to 19 places and a valid check digit (Luhn, ISO/IEC 7812-1, annex B). */
export function isCard(text: string): boolean {
  const digits = text.replace(/\D/g, '');
  if (digits.length < 13 || digits.length > 19) return false;
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits[digits.length - 1 - index]);
    const weighted = index % 2 === 1 ? digit * 2 : digit;
    sum += weighted > 9 ? weighted - 9 : weighted;
  }
  return sum % 10 === 0;
}

function isRandom(token: string): boolean {
  if (UUID.test(token) || ULID.test(token)) return false;
  const hasDigit = /\d/.test(token);
  const isMixed = hasDigit && /[a-z]/.test(token) && /[A-Z]/.test(token);
  if (!isMixed && changes(token) < LEAST_CHANGES) return false;
  return entropy(token) >= LEAST_ENTROPY || isLongHex(token);
}

/** Hexadecimal digits have at most 4 bits each, so short ones may have few by chance. */
const isLongHex = (token: string): boolean => token.length >= 32 && /^[\da-f]+$/i.test(token);

/** Returns how often letters and digits take turns. */
function changes(token: string): number {
  let count = 0;
  for (let index = 1; index < token.length; index++)
    if (isDigit(token, index) !== isDigit(token, index - 1)) count++;
  return count;
}

function isDigit(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code >= 48 && code <= 57;
}

/** Returns Shannon's entropy in bits per character. */
function entropy(token: string): number {
  const counts = new Map<string, number>();
  for (const character of token) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) {
    const share = count / token.length;
    bits -= share * Math.log2(share);
  }
  return bits;
}
