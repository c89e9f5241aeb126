import { isObject } from '@gati/contract/data';
import { readBytes } from '../data/read-bytes.ts';
import type { ForeignDeclaration, ModuleDescriptor } from '../types/foreign.ts';
import { MAX_DESCRIPTOR, parseDescriptor } from './descriptor.ts';
import { descriptorError } from './errors.ts';
import { fillVariables } from './fill-variables.ts';
import { toOpenApiDescriptor } from './openapi-descriptor.ts';
import { DESCRIPTOR_PATH } from './probe.ts';
import { withoutLastSlashes } from './without-last-slashes.ts';

/** Milliseconds that a service has for its document. */
const DOCUMENT_TIME = 10_000;
/** Bytes of an OpenAPI document at most. */
const MAX_DOCUMENT = 8 * MAX_DESCRIPTOR;

/**
 * Reads what a service says about itself: a descriptor of the module protocol, or else an OpenAPI
 * document.
 *
 * @throws {GatiError} GATI_MODULE_DESCRIPTOR when it has neither
 */
export async function describeHttp(
  { name, source, openapi, headers = {} }: ForeignDeclaration,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<ModuleDescriptor> {
  let filled: Record<string, string>;
  try {
    filled = fillVariables(headers, env);
  } catch (error) {
    throw descriptorError(name, (error as Error).message);
  }
  if (openapi === undefined) {
    const own = await read(below(source, DESCRIPTOR_PATH), filled).catch(() => undefined);
    if (isObject(own) && 'protocol' in own) return parseDescriptor(name, own);
  }
  const url = new URL(openapi ?? below(source, '/openapi.json'), below(source, '/'));
  // Another host must not get the credentials of this one.
  if (url.origin !== new URL(source).origin) filled = {};
  try {
    return parseDescriptor(name, toOpenApiDescriptor(await read(url.href, filled)));
  } catch (error) {
    throw descriptorError(name, `${url.href}: ${(error as Error).message}.`);
  }
}

/** `https://host/api` and `/openapi.json` → `https://host/api/openapi.json`. */
const below = (source: string, path: string): string => withoutLastSlashes(source) + path;

async function read(url: string, headers: Record<string, string>): Promise<unknown> {
  const response = await fetch(url, {
    signal: AbortSignal.timeout(DOCUMENT_TIME),
    headers: { ...headers, accept: 'application/json' },
  });
  if (!response.ok) throw new Error(`it responds ${response.status}`);
  const body = response.body as unknown as AsyncIterable<Uint8Array>;
  const tooLarge = (): Error => new Error(`it has more than ${MAX_DOCUMENT} bytes`);
  return JSON.parse((await readBytes(body, MAX_DOCUMENT, tooLarge)).toString()) as unknown;
}
