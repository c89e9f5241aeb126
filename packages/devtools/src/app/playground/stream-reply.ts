import type { ReplyEvent, SentHandshake, SentRequest } from '../../api/playground.ts';
import { postStream } from '../lib/api.ts';
import { type BuiltRequest, type FormPart, MULTIPART } from './build-request.ts';

/** Converts a request to the input of the API. A form becomes bytes with a boundary. */
export async function toInput({ method, path, headers, body }: BuiltRequest): Promise<SentRequest> {
  if (body?.kind !== 'form')
    return { method, path, headers, ...(body && { body: { text: body.text } }) };
  const { bytes, contentType } = await encodeForm(body.parts);
  return {
    method,
    path,
    headers: [['content-type', contentType], ...headers],
    body: { base64: toBase64(bytes) },
  };
}

async function encodeForm(
  parts: readonly FormPart[],
): Promise<{ bytes: Uint8Array; contentType: string }> {
  const form = new FormData();
  for (const { name, value } of parts) form.append(name, value);
  const encoded = new Response(form);
  const contentType = encoded.headers.get('content-type') ?? MULTIPART;
  return { bytes: new Uint8Array(await encoded.arrayBuffer()), contentType };
}

/** Sends a request or a handshake and returns its events as they arrive. */
export async function* streamReply(
  address: 'read' | 'send' | 'connect',
  input: SentRequest | SentHandshake,
  signal: AbortSignal,
): AsyncGenerator<ReplyEvent> {
  const stream = await postStream(`playground/${address}`, input, signal);
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + value).split('\n');
    rest = lines.pop()!;
    for (const line of lines) if (line !== '') yield JSON.parse(line) as ReplyEvent;
  }
}

/** `btoa` takes a string, and a call has a limited number of arguments. */
function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x80_00)
    text += String.fromCodePoint(...bytes.subarray(at, at + 0x80_00));
  return btoa(text);
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}
