import { type StandaloneOptions, toStandaloneInput } from './virtual/standalone.ts';
import { virtualModules } from './virtual/unplugin.ts';

/** Gati's virtual modules in a build with rollup: `virtual:gati/server` is the entry of a server. */
export default function gati(
  options?: StandaloneOptions,
): ReturnType<typeof virtualModules.rollup> {
  return virtualModules.rollup(toStandaloneInput(options));
}
