import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mapOf, parseDocument, string } from '@gati/contract/data';
import { createTurns } from '../../collections/in-turn.ts';
import type { ModuleControl } from '../../module-host/control.ts';
import type { ModuleProcesses } from '../../module-host/module-host.ts';
import type { ModuleDescriptor, ModuleState } from '../../types/foreign.ts';
import type { Logger } from '../../types/context.ts';
import type { MessageToSupervisor } from '../channel/messages.ts';
import type { ServerModules } from '../options.ts';
import type { WorkerProcess } from './worker-process.ts';

/** Milliseconds that a worker has for a reply. Calls on an old process have this time to end. */
const REPLY_TIME = 30_000;

/** File in the output folder with the sources of swapped modules. A new build replaces the folder. */
const SWAPPED_FILE = 'modules.swapped.json';

/** Messages of a worker about modules. */
type ModuleMessage = MessageToSupervisor & {
  gati: 'module-wanted' | 'module-moved' | 'module-checked';
};

export interface SupervisedModulesOptions extends ServerModules {
  logger: Logger;
  /** Servers of containers that run elsewhere, by the name of the module. */
  servers: ReadonlyMap<string, URL> | undefined;
  /** Workers that serve. */
  workers(): WorkerProcess[];
}

/** The processes of the app's modules, and the workers that call them. */
export class SupervisedModules {
  readonly #options: SupervisedModulesOptions;
  readonly #opened: Promise<ModuleProcesses>;
  readonly #control: Promise<ModuleControl | undefined>;
  #waiting = new Map<number, (reply: { problems?: string[] }) => void>();
  #lastId = 0;
  /** Swaps run in turn, because the sources of all modules are in one file. */
  readonly #inTurn = createTurns();

  constructor(options: SupervisedModulesOptions) {
    this.#options = options;
    this.#opened = this.#open();
    this.#control = this.#listen();
    this.#control.catch(() => undefined);
  }

  /** Receives a message of a worker. */
  receive(worker: WorkerProcess, message: ModuleMessage): void {
    if (message.gati !== 'module-wanted') {
      this.#waiting.get(message.id)?.(message.gati === 'module-checked' ? message : {});
      return;
    }
    void this.#opened.then((host) => {
      const unfollow = host.follow(message.name, (state) =>
        this.#publish(worker, message.name, state),
      );
      void worker.exited.then(unfollow);
    });
  }

  /**
   * Replaces the process of a module.
   *
   * @throws the reason why the running process stays
   */
  async swap(name: string, source: string | undefined): Promise<ModuleDescriptor> {
    const host = await this.#opened;
    const descriptor = await host.swap(name, source, (next) => this.#check(name, next));
    if (source !== undefined) await this.#inTurn(() => this.#remember(name, source));
    return descriptor;
  }

  /** Called when no worker runs any more. */
  async stop(): Promise<void> {
    await (await this.#control.catch(() => undefined))?.close();
    await (await this.#opened).stop();
  }

  kill(): void {
    void this.#opened.then((host) => host.kill());
  }

  async #open(): Promise<ModuleProcesses> {
    const { list, root, load, logger, servers } = this.#options;
    const { ModuleProcesses: Processes } = await load();
    const host = new Processes({ root: fileURLToPath(root), logger, servers });
    const swapped = await readSwapped(fileURLToPath(root));
    for (const declaration of list) void host.add(declaration, swapped[declaration.name]);
    return host;
  }

  /** Listens for `gati modules swap`. If listening fails, the server still serves. */
  async #listen(): Promise<ModuleControl | undefined> {
    const { root, load, list, logger } = this.#options;
    const host = await this.#opened;
    const { openModuleControl } = await load();
    try {
      return await openModuleControl(fileURLToPath(root), {
        list: () => host.list(list),
        swap: (name, source) => this.swap(name, source),
      });
    } catch (error) {
      logger.warn("a command can't swap the modules of this server", {
        reason: (error as Error).message,
      });
      return undefined;
    }
  }

  /** Keeps the source of a swap, so that it lasts over a restart. */
  async #remember(name: string, source: string): Promise<void> {
    const root = fileURLToPath(this.#options.root);
    try {
      const swapped = { ...(await readSwapped(root)), [name]: source };
      await writeFile(join(root, SWAPPED_FILE), `${JSON.stringify(swapped, undefined, 2)}\n`);
    } catch (error) {
      this.#options.logger.warn('a swap of a module does not last over a restart', {
        module: name,
        reason: (error as Error).message,
      });
    }
  }

  /** Sends a state. Resolves when the worker does not use the earlier one, or has ended. */
  #publish(worker: WorkerProcess, name: string, state: ModuleState): Promise<void> {
    const { id, reply } = this.#await(worker);
    worker.send({ gati: 'module-state', id, name, ...state });
    return reply.then(() => undefined);
  }

  /** @throws {GatiError} GATI_MODULE_CONTRACT when a live release could not use the module */
  async #check(name: string, descriptor: ModuleDescriptor): Promise<void> {
    const [worker] = this.#options.workers();
    if (worker === undefined) throw new Error('no worker runs that knows the live releases.');
    const { id, reply } = this.#await(worker);
    worker.send({ gati: 'module-check', id, name, descriptor });
    const { problems } = await reply;
    if (problems === undefined) throw new Error('no worker compared the contracts in time.');
    if (problems.length === 0) return;
    const { moduleContractError } = await this.#options.load();
    throw moduleContractError(name, problems);
  }

  #await(worker: WorkerProcess): { id: number; reply: Promise<{ problems?: string[] }> } {
    const id = ++this.#lastId;
    const reply = new Promise<{ problems?: string[] }>((resolve) => {
      const settle = (value: { problems?: string[] }): void => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve(value);
      };
      const timer = setTimeout(() => settle({}), REPLY_TIME);
      timer.unref();
      this.#waiting.set(id, settle);
      void worker.exited.then(() => settle({}));
    });
    return { id, reply };
  }
}

/** Returns the sources of swapped modules, by name. A damaged file counts as none. */
async function readSwapped(root: string): Promise<Record<string, string>> {
  const text = await readFile(join(root, SWAPPED_FILE), 'utf8').catch(() => undefined);
  const parsed = parseDocument<Record<string, string>>(text, mapOf(string), 65_536);
  return 'value' in parsed ? parsed.value : {};
}
