import { tryParse, printJson } from './json.ts';
import type { Reply } from './use-exchange.ts';

/** Maximum number of bytes of a body that the page shows. The rest can be downloaded. */
export const MAX_SHOWN: number = 1024 * 1024;

/** The body of a response as the page shows it. */
export interface ReplyText {
  /** Decoded text; absent if the body is binary. */
  raw?: string;
  /** JSON with line breaks; absent if the body is no JSON. */
  pretty?: string;
  isCut: boolean;
}

/** Decodes the body of a response as UTF-8. */
export function toReplyText({ parts, headers }: Pick<Reply, 'parts' | 'headers'>): ReplyText {
  const bytes = joinBytes(parts);
  const isCut = bytes.length > MAX_SHOWN;
  const decoder = new TextDecoder('utf-8', { fatal: !isCut });
  const encoding = headers.find(([name]) => name.toLowerCase() === 'content-encoding');
  let raw: string;
  try {
    if (encoding && encoding[1] !== 'identity') return { isCut };
    raw = decoder.decode(bytes.subarray(0, MAX_SHOWN));
  } catch {
    return { isCut };
  }
  // Text has no NUL.
  if (raw.includes('\0')) return { isCut };
  const parsed = isCut ? undefined : tryParse(raw);
  return { raw, isCut, ...(parsed?.ok && { pretty: printJson(parsed.value) }) };
}

export function joinBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
