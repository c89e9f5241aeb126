import { type StandaloneOptions, toStandaloneInput } from '../standalone.ts';
import { virtualModules } from '../unplugin.ts';

/** Gati's virtual modules in a build with webpack: `virtual:gati/server` is the entry of a server. */
export default function gati(
  options?: StandaloneOptions,
): ReturnType<typeof virtualModules.webpack> {
  return virtualModules.webpack(toStandaloneInput(options));
}
