import { GatiError } from '@gati/contract';
import { createApp, onlyRelease } from './app/index.ts';
import { createGlobalContext } from './global-context/create-global-context.ts';
import type { GlobalContext } from './types/context.ts';
import { createMemoryDriver } from './effects/drivers/memory/driver.ts';
import type { ReleaseBundle } from './types/bundle.ts';
import { createTextLogger } from './telemetry/text-logger.ts';
import { readAnswer, toRequest } from './test-request.ts';
import type { TestAnswerOf, TestArguments, TestRoute } from './test-types.ts';

export type { TestAnswer, TestAnswerOf, TestCall, TestRoute } from './test-types.ts';

export interface TestAppOptions {
  /** By default the app's own, which the Vite plugin gives inside Vitest. */
  release?: ReleaseBundle;
  /** What `src/config.ts` is given, over `process.env`. */
  env?: Record<string, string | undefined>;
}

export interface TestApp {
  /** `call('GET /users/:id', { params: { id: '7' } })`, without a port. Typed by the contract, as the generated client is. */
  call<const R extends TestRoute>(route: R, ...call: TestArguments<R>): Promise<TestAnswerOf<R>>;
  /** The same for a request made by hand. */
  fetch(request: Request): Promise<Response>;
  /** Resolves when all effects that are due have run, their retries too (which don't wait here). */
  idle(): Promise<void>;
  /** Ends effects and modules. */
  close(): Promise<void>;
  gctx: GlobalContext;
}

/**
 * The app as its tests call it: the whole pipeline without a port, effects in memory.
 * Throws `GATI_TEST_RELEASE` outside of Vitest with the plugin, and what a server's start throws.
 */
export async function testApp(options: TestAppOptions = {}): Promise<TestApp> {
  const release = options.release ?? (await importRelease());
  const logger = createTextLogger({ level: 'warn' });
  const context = await createGlobalContext({
    release,
    mode: 'test',
    logger,
    env: { ...process.env, ...options.env },
    queue: createMemoryDriver(),
  });
  const app = createApp({
    releases: () => onlyRelease(release),
    context: () => context.gctx,
    mode: 'development',
    logger,
  });
  return {
    async call<const R extends TestRoute>(route: R, ...[call]: TestArguments<R>) {
      const takes = release.contract.routes.find(({ id }) => id === route)?.body?.contentTypes;
      return (await readAnswer(
        await app.fetch(toRequest(route, call ?? {}, takes)),
      )) as TestAnswerOf<R>;
    },
    fetch: (request) => app.fetch(request),
    idle: () => context.effects.idle(),
    async close() {
      await app.drain();
      await context.dispose();
      await app.close();
    },
    gctx: context.gctx,
  };
}

async function importRelease(): Promise<ReleaseBundle> {
  try {
    // @ts-ignore -- the plugin makes this module
    const { default: release } = (await import('virtual:gati/release')) as {
      default: ReleaseBundle;
    };
    return release;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const missing =
      code === 'ERR_UNSUPPORTED_ESM_URL_SCHEME' ||
      /(?:find|resolve|load).*virtual:gati\/release/.test(message);
    if (!missing) throw cause;
    throw new GatiError(
      {
        code: 'GATI_TEST_RELEASE',
        message: 'testApp() found no app: nothing made virtual:gati/release.',
        fix: 'Run the test by Vitest with gati() among the plugins of vite.config.ts, or pass testApp({ release }).',
      },
      { cause },
    );
  }
}
