import type { Diagnostic } from '@gati/contract';
import { createJsonLogger } from '@gati/runtime-h3/telemetry';
import {
  type ModuleDescriptor,
  parseSource,
  toModuleContract,
} from '@gati/runtime-h3/modules/host';
import { isCi } from '../files/is-ci.ts';
import type { ForeignModule, Scan } from '../scan/types.ts';
import { toContainer } from './container.ts';
import { diagnoseModules, pinDiffersError, toDiagnostic } from './diagnose-modules.ts';
import { type PinnedModule, type Pins, readLock, toPin, writeLock } from './lock.ts';
import type { DeclaredModule, ModuleOption } from './module-options.ts';
import { findInstalled, type ReadPackageTypes } from './npm-package.ts';
import { readDeclarations } from './read-declarations.ts';

/** The foreign modules of an app: declarations, and the contracts that the lock pins. */
export interface ForeignModules {
  /** Declared modules, sorted by name. */
  readonly declared: DeclaredModule[];
  /** Modules that have no usable pin: new ones, and those with another source. */
  readonly missing: DeclaredModule[];
  readonly readTypes: ReadPackageTypes;
  /** Returns the pinned descriptor of a module. */
  descriptor(name: string): ModuleDescriptor | undefined;
  /** Reads declarations and the lock again. Returns whether anything changed. */
  read(): boolean;
  /** Returns a scan with the modules. The same scan gives the same object until a change. */
  extend(scan: Scan): Scan;
  /** Pins the contract of a module. Returns whether the lock changed. */
  pin(name: string, descriptor: ModuleDescriptor): Promise<boolean>;
  /**
   * Reads the descriptors of modules without a pin, and of all with `refresh`. A module that can't
   * be read keeps its pin.
   */
  pinAll(options: { refresh: boolean }): Promise<void>;
}

export function createForeignModules(
  root: string,
  options: Readonly<Record<string, ModuleOption>>,
  readTypes: ReadPackageTypes,
): ForeignModules {
  let declared: DeclaredModule[] = [];
  let pins: Pins = {};
  let foreign: ForeignModule[] = [];
  let errors: Diagnostic[] = [];
  /** Errors of modules whose descriptor could not be read. */
  const failed = new Map<string, Diagnostic>();
  let state = '';
  let extended = new WeakMap<Scan, Scan>();

  function read(): boolean {
    const { modules, errors: found } = readDeclarations(root, options);
    declared = modules;
    const problems: unknown[] = found;
    try {
      pins = modules.length === 0 ? {} : readLock(root);
    } catch (error) {
      pins = {};
      problems.push(error);
    }
    return publish(problems.map(toDiagnostic));
  }

  function publish(found: Diagnostic[]): boolean {
    foreign = declared.flatMap((module) => {
      const pinned = pins[module.name];
      return pinned?.source === module.source ? [toForeign(module, pinned.descriptor)] : [];
    });
    errors = found;
    const next = JSON.stringify([declared, pins, errors, [...failed]]);
    const hasChanged = next !== state;
    if (hasChanged) extended = new WeakMap();
    state = next;
    return hasChanged;
  }

  const missing = (): DeclaredModule[] =>
    declared.filter((module) => !isPinned(module, pins[module.name], root));

  async function save(next: Pins): Promise<boolean> {
    const names = new Set(declared.map(({ name }) => name));
    pins = Object.fromEntries(Object.entries(next).filter(([name]) => names.has(name)));
    const changed = await writeLock(root, pins);
    publish(errors);
    return changed;
  }

  read();
  return {
    get declared() {
      return declared;
    },
    get missing() {
      return missing();
    },
    readTypes,
    descriptor: (name) => pins[name]?.descriptor,
    read,
    extend(scan) {
      if (declared.length === 0 && errors.length === 0) return scan;
      let result = extended.get(scan);
      if (result === undefined) {
        const found = diagnoseModules(scan, { declared, missing: missing(), failed });
        const diagnostics = [...scan.diagnostics, ...errors, ...found];
        extended.set(scan, (result = { ...scan, foreign, diagnostics }));
      }
      return result;
    },
    async pin(name, descriptor) {
      const module = declared.find((each) => each.name === name);
      if (module === undefined) return false;
      failed.delete(name);
      return save({ ...pins, [name]: toPin(module.source, descriptor) });
    },
    async pinAll({ refresh }) {
      const wanted = refresh ? declared : missing();
      if (wanted.length === 0) return;
      const readPin = await loadPinReader(root, readTypes);
      const next = { ...pins };
      await Promise.all(
        wanted.map(async (module) => {
          const { name } = module;
          try {
            const pinned = await readPin(module);
            if (isCi() && !isSamePin(pins[name], pinned)) throw pinDiffersError(name);
            next[name] = pinned;
            failed.delete(name);
          } catch (error) {
            failed.set(name, toDiagnostic(error));
          }
        }),
      );
      if (isCi()) publish(errors);
      else await save(next);
    },
  };
}

/** Loads the code that reads descriptors. Returns a function that reads one as a pin. */
async function loadPinReader(
  root: string,
  readTypes: ReadPackageTypes,
): Promise<(module: DeclaredModule) => Promise<PinnedModule>> {
  const { describeModule } = await import('./describe-module.ts');
  const logger = createJsonLogger({ level: 'error', write: () => {} });
  return async (module) =>
    toPin(
      module.source,
      await describeModule(module, { root, env: process.env, logger, readTypes }),
    );
}

/** Whether the lock pins a module with its source, and with the version that is installed. */
function isPinned(module: DeclaredModule, pin: PinnedModule | undefined, root: string): boolean {
  return pin?.source === module.source && !isOtherVersion(module, pin.version, root);
}

/** Whether another version of a package is installed than the lock pins. */
function isOtherVersion(module: DeclaredModule, pinned: string, root: string): boolean {
  if (parseSource(module.name, module.source).kind !== 'npm') return false;
  try {
    return findInstalled(module, root).version !== pinned;
  } catch {
    return true;
  }
}

const isSamePin = (before: PinnedModule | undefined, now: PinnedModule): boolean =>
  before?.sha256 === now.sha256 && before.source === now.source;

function toForeign(module: DeclaredModule, descriptor: ModuleDescriptor): ForeignModule {
  const { methods, $defs } = toModuleContract(module.name, descriptor);
  const operations = Object.entries(descriptor.methods).flatMap(([name, { operation }]) =>
    operation === undefined ? [] : [[name, operation] as const],
  );
  const container = toContainer(module);
  return {
    ...module,
    ...(container && { container }),
    version: descriptor.version,
    methods,
    $defs,
    ...(operations.length > 0 && { operations: Object.fromEntries(operations) }),
  };
}
