import { assembleContract } from '@gati/contract';
import type { NamedFile, RouteFile, Scan } from '../scan/types.ts';
import type { LoadedSchemas, LoadSchema } from './contract/standard-schema.ts';
import { analyzeEffect } from './contract/effect.ts';
import { analyzeRoute } from './contract/route.ts';
import type { Host } from './host/host.ts';
import { type Engine, openHost } from './host/open.ts';
import { ProjectFiles } from './project/project.ts';
import { Session } from './session.ts';
import type { Analysis, AnalyzedEffect, AnalyzedRoute, Analyzer } from './types.ts';

export interface ProgramOptions {
  /** Absolute, with `/`. */
  root: string;
  cacheDir?: string | false;
  engine?: Engine;
  loadSchema?: LoadSchema;
}

const NO_SCHEMAS: LoadedSchemas = new Map();

export class ProgramAnalyzer implements Analyzer {
  readonly #options: ProgramOptions;
  readonly #files: ProjectFiles;
  #host: Host | undefined;
  #session: Session | undefined;

  constructor(options: ProgramOptions) {
    this.#options = options;
    this.#files = new ProjectFiles(options.root);
  }

  get engine(): Host['engine'] {
    return this.#host?.engine ?? (this.#options.engine === 'typescript-classic' ? 'typescript-classic' : 'typescript-7');
  }

  async analyze(scan: Scan, onRoute?: (done: AnalyzedRoute) => void): Promise<Analysis> {
    this.#files.register(scan);
    const routes: AnalyzedRoute[] = [];
    for (const route of scan.routes) {
      const done = await this.route(route);
      routes.push(done);
      onRoute?.(done);
    }
    const effects: AnalyzedEffect[] = [];
    for (const effect of scan.effects) effects.push(await this.effect(effect));
    return {
      contract: assembleContract({ routes, effects, modules: scan.modules }),
      warnings: [...routes, ...effects].flatMap(({ warnings }) => warnings),
    };
  }

  async route(route: RouteFile): Promise<AnalyzedRoute> {
    const session = await this.#open();
    return { ...analyzeRoute(session, route, NO_SCHEMAS), dependencies: [] };
  }

  async effect(effect: NamedFile): Promise<AnalyzedEffect> {
    const session = await this.#open();
    return { ...analyzeEffect(session, effect), dependencies: [] };
  }

  invalidate(files: string[]): string[] {
    return files;
  }

  async close(): Promise<void> {
    this.#host?.close();
    this.#host = undefined;
  }

  async #open(): Promise<Session> {
    this.#host ??= await openHost(this.#options.engine ?? 'auto', this.#files.hostOptions());
    return (this.#session ??= new Session(this.#host, this.#files));
  }
}
