import type { Rolldown } from 'vite';

type Graph = Pick<Rolldown.ChunkingContext, 'getModuleInfo'>;
type ModuleSet = ReadonlySet<string>;

/** Entries of a built server. `release` is separate: another server may import it. */
export const SERVER_ENTRIES = { index: 'virtual:gati/server', release: 'virtual:gati/release' };

/** The runtime's server entry. Each of its dynamic imports is the code of a process or a command. */
const SERVER = /[\\/]runtime-h3[\\/](?:dist[\\/]server\.mjs|src[\\/]server[\\/]index\.ts)$/;
/** File that a kind of process starts with, in `src` or, with a hash, in `dist`. */
const PROCESS = /[\\/](supervisor|worker|proof)(?:-[\w-]{8})?\.(?:mjs|ts)$/;

/** Modules that the processes of a server load. */
interface Loads {
  /** At the start of every process. */
  all: ModuleSet;
  /** At the start of one kind of process. */
  supervisor: ModuleSet;
  worker: ModuleSet;
  /** With a release, which another server may load. */
  release: ModuleSet;
  /** At any time. The proof of a release is a worker. */
  everInSupervisor: ModuleSet;
  everInWorker: ModuleSet;
  /** In the collector, or in a command. */
  everElsewhere: ModuleSet;
}

/** By graph. Each build has a new one. */
const loadsOf = new WeakMap<Graph, Loads | undefined>();

/**
 * Returns the chunk of a module that a server loads when it starts; `undefined` for any other
 * module. Modules that the same processes load share a chunk, so that the supervisor starts from
 * 6 files instead of 22, and a worker from 8 instead of 45. Node reads and links each file
 * separately: with fewer files, supervisor and worker of the minimal app took 13 ms less CPU time
 * of 190 until the first response on Node 20, and 17 of 167 on Node 24.
 *
 * Processes that load a module also load its imports, so these chunks have no cycles.
 */
export function startChunk(id: string, graph: Graph): string | undefined {
  if (!loadsOf.has(graph)) loadsOf.set(graph, findLoads(graph));
  const loads = loadsOf.get(graph);
  if (loads === undefined) return undefined;
  const inSupervisor = loads.all.has(id) || loads.supervisor.has(id);
  const inWorker = loads.all.has(id) || loads.worker.has(id);
  if (!inSupervisor && !inWorker) return undefined;
  // A store keeps a release with its chunks, so they contain nothing else.
  if (loads.release.has(id)) return inSupervisor ? 'start-release' : 'worker-release';
  if (inSupervisor && inWorker) return 'start';
  const others = inWorker ? loads.everInSupervisor : loads.everInWorker;
  const own = inWorker ? 'worker' : 'supervisor';
  return others.has(id) || loads.everElsewhere.has(id) ? `start-${own}` : own;
}

function findLoads(graph: Graph): Loads | undefined {
  const entry = graph.getModuleInfo(`\0${SERVER_ENTRIES.index}`);
  const server = entry?.importedIds.find((id) => SERVER.test(id));
  if (server === undefined) return undefined;
  const parts = graph.getModuleInfo(server)?.dynamicallyImportedIds ?? [];
  const named = (name: string): string[] => parts.filter((id) => PROCESS.exec(id)?.[1] === name);
  const [supervisor, worker] = [named('supervisor'), named('worker')];
  return {
    all: closure([server], graph, false),
    supervisor: closure(supervisor, graph, false),
    worker: closure(worker, graph, false),
    release: closure([`\0${SERVER_ENTRIES.release}`], graph, false),
    everInSupervisor: closure(supervisor, graph, true),
    everInWorker: closure([...worker, ...named('proof')], graph, true),
    everElsewhere: closure(
      parts.filter((id) => !PROCESS.test(id)),
      graph,
      true,
    ),
  };
}

/** Returns modules with all that they import. */
function closure(roots: readonly string[], graph: Graph, withDynamic: boolean): ModuleSet {
  const found = new Set(roots);
  // The loop also visits what it adds.
  for (const id of found) {
    const info = graph.getModuleInfo(id);
    for (const imported of info?.importedIds ?? []) found.add(imported);
    if (withDynamic) for (const imported of info?.dynamicallyImportedIds ?? []) found.add(imported);
  }
  return found;
}
