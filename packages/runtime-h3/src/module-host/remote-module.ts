import type { ForeignDeclaration, ModuleState } from '../types/foreign.ts';
import type { ModuleItem } from '../types/module-item.ts';
import { moduleStartError } from './errors.ts';
import { describeGrants } from './module-item.ts';
import { checkHealth } from './probe.ts';

/** A container that another deployment runs: a Service in a cluster, or one of Docker Compose. */
export class RemoteModule {
  readonly #name: string;
  readonly #server: URL;

  constructor(name: string, server: URL) {
    this.#name = name;
    this.#server = server;
  }

  get state(): ModuleState {
    return { address: this.#server.origin };
  }

  async describe(declaration: ForeignDeclaration): Promise<ModuleItem> {
    const { name, source, version } = declaration;
    const { hostname, port } = this.#server;
    const host = hostname.replaceAll(/[[\]]/g, '');
    const sick = await checkHealth({ host, port: Number(port || 80) });
    return {
      name,
      source,
      ...(version !== undefined && { version }),
      ...describeGrants(declaration),
      level: 'L3',
      health: sick ?? 'ok',
    };
  }

  /** @throws {GatiError} GATI_MODULE_START always */
  rejectSwap(): never {
    throw moduleStartError(
      this.#name,
      `it runs at ${this.#server.origin}, and this server does not start it.`,
      'Change the source, build the app and deploy it: the module rolls out with the release.',
    );
  }
}
