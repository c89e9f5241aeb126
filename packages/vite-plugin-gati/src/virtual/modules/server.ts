import type { ResolvedOptions } from '../../options.ts';
import { runtimeEntry } from '../runtime-entry.ts';

/** Drivers that every server with effects has, since `GATI_EFFECTS` is read when it starts. By scheme. */
const QUEUES = { postgres: 'postgres', postgresql: 'postgres', redis: 'redis', rediss: 'redis' };

export interface ServerInput {
  hasClient: boolean;
  hasEffects: boolean;
}

/** `virtual:gati/server`: the entry of a build, where runtime and release are joined. */
export function printServer(
  { base, cors, limits, missingVersion, effects }: ResolvedOptions,
  { hasClient, hasEffects }: ServerInput,
): string {
  const queues = [
    ...Object.entries(QUEUES),
    ...effects.map((name): [string, string] => [name, name]),
  ];
  const options = [
    // Imported by workers only.
    "release: () => import('virtual:gati/release').then((module) => module.default)",
    "releases: new URL(/* @vite-ignore */ './releases/', import.meta.url)",
    ...(base === '' ? [] : [`base: ${JSON.stringify(base)}`]),
    ...(cors === undefined ? [] : [`cors: ${JSON.stringify(cors)}`]),
    ...(Object.keys(limits).length === 0 ? [] : [`limits: ${JSON.stringify(limits)}`]),
    ...(missingVersion === 'choose' ? [] : [`missingVersion: ${JSON.stringify(missingVersion)}`]),
    ...(hasClient ? ["client: new URL(/* @vite-ignore */ '../client/', import.meta.url)"] : []),
    ...(hasEffects ? [`queues: { ${queues.map(printQueue).join(', ')} }`] : []),
  ];
  return `import { startServer } from ${runtimeEntry('server')};\nawait startServer({ ${options.join(', ')} });\n`;
}

function printQueue([scheme, entry]: [string, string]): string {
  return `${scheme}: () => import(${runtimeEntry(`effects/${entry}`)})`;
}
