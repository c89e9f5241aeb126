import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../types/context.ts';
import {
  type ForeignDeclaration,
  MODULE_LIMITS,
  type ModuleDescriptor,
  type ModuleHost,
  type ModuleState,
} from '../types/foreign.ts';
import type { ModuleItem } from '../types/module-item.ts';
import { DirectModule } from './direct-module.ts';
import { moduleStartError } from './errors.ts';
import { describeGrants } from './module-item.ts';
import { type Guardian, startGuardian } from './guardian.ts';
import type { ModuleProcess } from './module-process.ts';
import { isSupervised, parseSource } from './parse-source.ts';
import { RemoteModule } from './remote-module.ts';
import { startDeclared } from './start-declared.ts';
import { type CheckDescriptor, DRAIN_TIME, SupervisedModule } from './supervised-module.ts';

export interface ModuleHostOptions {
  /** Folder that paths of sources start from. */
  root: string;
  /** Folder of the programs that run some kinds of modules. By default that of a build. */
  programs?: string | undefined;
  logger: Logger;
  /** `process.env` by default. */
  env?: Record<string, string | undefined> | undefined;
  /** Servers of `docker:` modules that another deployment runs, by name. */
  servers?: ReadonlyMap<string, URL> | undefined;
}

type Follower = (state: ModuleState) => Promise<void> | void;

/** The processes of an app's modules: one for each, which all workers share. */
export class ModuleProcesses implements ModuleHost {
  readonly #options: ModuleHostOptions;
  readonly #modules = new Map<string, SupervisedModule>();
  /** Modules without a process. */
  readonly #direct = new Map<string, DirectModule>();
  /** Containers that another deployment runs. */
  readonly #remote = new Map<string, RemoteModule>();
  readonly #declared = new Map<string, ForeignDeclaration>();
  readonly #followers = new Map<string, Set<Follower>>();
  #guardian: Guardian | undefined;

  constructor(options: ModuleHostOptions) {
    this.#options = options;
  }

  /**
   * Starts the process of a module, unless its source needs none. Resolves when the first attempt
   * has ended; a failure is logged, and the start is tried again.
   *
   * @param swapped source that an earlier swap chose. By default that of the declaration
   */
  async add(declaration: ForeignDeclaration, swapped?: string): Promise<void> {
    const { name, source, run = source } = declaration;
    const { logger, root, servers } = this.#options;
    const parsed = parseSource(name, source);
    const server = parsed.kind === 'docker' ? servers?.get(name) : undefined;
    if (server) return void this.#remote.set(name, new RemoteModule(name, server));
    if (!isSupervised(parsed, declaration.isolate)) {
      if (parsed.kind !== 'npm')
        this.#direct.set(name, new DirectModule(declaration, root, swapped));
      return;
    }
    const module = new SupervisedModule(swapped ?? run, {
      name,
      limits: { ...MODULE_LIMITS, ...declaration.limits },
      start: (wanted) => this.#start(declaration, wanted),
      publish: (state) => this.#publish(name, state),
      logger,
    });
    this.#modules.set(name, module);
    this.#declared.set(name, declaration);
    await module.start().catch((error: unknown) => {
      logger.error('a module could not be started', {
        code: 'GATI_MODULE_START',
        module: name,
        error,
      });
      // A swap may have started a process during the attempt.
      if (module.state.address !== undefined) return;
      return this.#publish(name, { reason: (error as Error).message });
    });
  }

  async remove(name: string): Promise<void> {
    const module = this.#modules.get(name);
    this.#modules.delete(name);
    this.#direct.delete(name);
    this.#remote.delete(name);
    this.#declared.delete(name);
    await module?.stop();
  }

  follow(name: string, onChange: Follower): () => void {
    const followers = this.#followers.get(name) ?? new Set();
    this.#followers.set(name, followers.add(onChange));
    const module = this.#modules.get(name);
    const direct = this.#direct.get(name);
    const other = direct ? { source: direct.source } : { reason: 'this server does not run it.' };
    void onChange((module ?? this.#remote.get(name))?.state ?? other);
    return () => followers.delete(onChange);
  }

  /** Describes declared modules, those without a process too. */
  async list(declared: readonly ForeignDeclaration[]): Promise<ModuleItem[]> {
    return Promise.all(declared.map((declaration) => this.#describe(declaration)));
  }

  async #describe(declaration: ForeignDeclaration): Promise<ModuleItem> {
    const { name, source } = declaration;
    const remote = this.#remote.get(name);
    if (remote) return remote.describe(declaration);
    const module = this.#modules.get(name);
    const direct = this.#direct.get(name);
    const version = (module ?? direct)?.descriptor?.version ?? declaration.version;
    const { run = source } = this.#declared.get(name) ?? declaration;
    const { address, reason = 'unknown' } = module?.state ?? {};
    const running = (module ?? direct)?.source;
    return {
      name,
      source: running !== undefined && running !== run ? running : source,
      ...(version !== undefined && { version }),
      ...describeGrants(declaration),
      health: address === undefined ? reason : 'ok',
    };
  }

  /** Names of the modules that have a process. */
  get names(): string[] {
    return [...this.#modules.keys()];
  }

  state(name: string): ModuleState | undefined {
    return this.#modules.get(name)?.state;
  }

  descriptor(name: string): ModuleDescriptor | undefined {
    return this.#modules.get(name)?.descriptor;
  }

  pid(name: string): number | undefined {
    return this.#modules.get(name)?.pid;
  }

  /**
   * Replaces the process of a module by one of `source`, by default of its own source.
   *
   * @throws the reason why the running process stays
   */
  async swap(
    name: string,
    source: string | undefined,
    check: CheckDescriptor,
  ): Promise<ModuleDescriptor> {
    const module = this.#modules.get(name);
    const direct = this.#direct.get(name);
    this.#remote.get(name)?.rejectSwap();
    if (direct) return this.#swapDirect(direct, name, source, check);
    if (module === undefined)
      throw moduleStartError(
        name,
        'this server runs no process of it.',
        this.names.length === 0
          ? 'No module of this server has a process; `modules list` shows all modules.'
          : `Swap one of ${this.names.join(', ')}; \`modules list\` shows all modules.`,
      );
    if (source !== undefined && !isSupervised(parseSource(name, source), true))
      throw moduleStartError(
        name,
        `${source} needs no process, so it takes effect with a release.`,
      );
    return module.swap(source, check);
  }

  async #swapDirect(
    module: DirectModule,
    name: string,
    wanted: string | undefined,
    check: CheckDescriptor,
  ): Promise<ModuleDescriptor> {
    const { env, logger } = this.#options;
    return module.inTurn(async () => {
      const source = wanted ?? module.source;
      const descriptor = await module.swap(source, env, check);
      const { version } = descriptor;
      logger.info('a module was swapped', { module: name, version, source });
      const moved = this.#publish(name, { source });
      await Promise.race([moved, sleep(DRAIN_TIME, undefined, { ref: false })]);
      return descriptor;
    });
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#modules.values()].map((module) => module.stop()));
    this.#guardian?.close();
  }

  kill(): void {
    for (const module of this.#modules.values()) module.kill();
  }

  async #publish(name: string, state: ModuleState): Promise<void> {
    const followers = this.#followers.get(name) ?? [];
    await Promise.all([...followers].map((follower) => follower(state)));
  }

  #start(declaration: ForeignDeclaration, source: string): Promise<ModuleProcess> {
    const { root, programs, logger, env } = this.#options;
    return startDeclared(declaration, source, {
      root,
      programs,
      logger,
      env,
      guardian: (this.#guardian ??= startGuardian()),
    });
  }
}
