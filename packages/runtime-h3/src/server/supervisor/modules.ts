import { fileURLToPath } from 'node:url';
import type { ModuleControl } from '../../module-host/control.ts';
import type { ModuleProcesses } from '../../module-host/module-host.ts';
import type { ModuleDescriptor, ModuleState } from '../../types/foreign.ts';
import type { Logger } from '../../types/context.ts';
import type { MessageToSupervisor } from '../channel/messages.ts';
import type { ServerModules } from '../options.ts';
import type { WorkerProcess } from './worker-process.ts';

/** Milliseconds that a worker has for a reply. Calls on an old process have this time to end. */
const REPLY_TIME = 30_000;

/** Messages of a worker about modules. */
type ModuleMessage = MessageToSupervisor & {
  gati: 'module-wanted' | 'module-moved' | 'module-checked';
};

export interface SupervisedModulesOptions extends ServerModules {
  logger: Logger;
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
    return host.swap(name, source, (descriptor) => this.#check(name, descriptor));
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
    const { list, root, load, logger } = this.#options;
    const { ModuleProcesses: Processes } = await load();
    const host = new Processes({ root: fileURLToPath(root), logger });
    for (const declaration of list) void host.add(declaration);
    return host;
  }

  /** Listens for `gati modules swap`. A server without this still serves. */
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
