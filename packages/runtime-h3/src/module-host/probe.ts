import type { ModuleDescriptor } from '../types/foreign.ts';
import { MAX_DESCRIPTOR, parseDescriptor } from './descriptor.ts';
import { descriptorError } from './errors.ts';
import { requestModule, type ModuleEndpoint } from './module-request.ts';

export const DESCRIPTOR_PATH = '/.well-known/gati-module';
export const HEALTH_PATH = '/health';

/** Milliseconds that a module has for its descriptor. */
const DESCRIPTOR_TIME = 5000;
/** Milliseconds that a module has for a health check. */
const HEALTH_TIME = 2000;
/** Bytes of a health response at most. */
const MAX_HEALTH = 65_536;

/**
 * Reads the descriptor of a running module.
 *
 * @throws {GatiError} GATI_MODULE_DESCRIPTOR when there is none, or it can't be used
 */
export async function readDescriptor(
  name: string,
  endpoint: ModuleEndpoint,
): Promise<ModuleDescriptor> {
  const value = await readJson(endpoint).catch((error: unknown) => {
    throw descriptorError(name, `${error instanceof Error ? error.message : String(error)}.`);
  });
  return parseDescriptor(name, value);
}

async function readJson(endpoint: ModuleEndpoint): Promise<unknown> {
  const limits = { within: DESCRIPTOR_TIME, most: MAX_DESCRIPTOR };
  const { status, text } = await requestModule(endpoint, { path: DESCRIPTOR_PATH }, limits);
  if (status !== 200) throw new Error(`GET ${DESCRIPTOR_PATH} responds ${status}`);
  return JSON.parse(text) as unknown;
}

/** Returns why a module is not healthy; `undefined` if it is. */
export async function checkHealth(endpoint: ModuleEndpoint): Promise<string | undefined> {
  try {
    const limits = { within: HEALTH_TIME, most: MAX_HEALTH };
    const { status } = await requestModule(endpoint, { path: HEALTH_PATH }, limits);
    return status >= 200 && status < 300 ? undefined : `GET ${HEALTH_PATH} responds ${status}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
