import { createStandaloneInput, type StandaloneOptions } from '../standalone.ts';
import { virtualModules } from '../unplugin.ts';

/**
 * Provides the virtual modules of Gati in a build with webpack. Use `virtual:gati/server` as the
 * entry of a server.
 */
export default function gati(
  options?: StandaloneOptions,
): ReturnType<typeof virtualModules.webpack> {
  return virtualModules.webpack(createStandaloneInput(options));
}
