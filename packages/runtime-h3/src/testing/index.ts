/** Entry `@gati/runtime-h3/test`: runs an app in a test, without a port. */
import { GatiError } from '@gati/contract';
import { createApp, onlyRelease } from '../app/index.ts';
import { createGlobalContext } from '../global-context/create-global-context.ts';
import { createMemoryDriver } from '../effects/drivers/memory/driver.ts';
import type { ReleaseBundle } from '../types/bundle.ts';
import { createTextLogger } from '../telemetry/log/text-logger.ts';
import { resetData } from './reset.ts';
import { replaceModules, startModules } from './test-modules.ts';
import { createTestClock } from './test-clock.ts';
import { readResponse, toRequest } from './test-request.ts';
import type {
  TestApp,
  TestAppOptions,
  TestArguments,
  TestResponseOf,
  TestRoute,
  TestSocketArguments,
  TestSocketCall,
  TestSocketOf,
  TestSocketRoute,
} from './test-types.ts';

export { TestHandshakeError } from './test-handshake-error.ts';
export type {
  TestApp,
  TestAppOptions,
  TestCall,
  TestResponse,
  TestResponseOf,
  TestRoute,
  TestSocket,
  TestSocketCall,
  TestSocketOf,
  TestSocketRoute,
} from './test-types.ts';

/**
 * Starts the app for a test: routing, validation, middleware, modules and effects are the real
 * ones, without a port and with the queue of effects in memory. Processes of foreign modules run
 * until `close`. Works in Vitest with `gati()` in
 * the plugins of `vite.config.ts`. The logger writes warnings and errors only.
 *
 * @throws {GatiError} GATI_TEST_RELEASE when no plugin provides the app
 * @throws {GatiError} GATI_CONFIG_INVALID when `src/config.ts` does not accept the environment
 * @throws {GatiError} GATI_MODULE_SETUP, GATI_MODULE_CYCLE when a module can't be set up
 * @example
 * const app = await testApp({ env: { SECRET_KEY: 'for tests' } });
 * afterAll(() => app.close());
 *
 * test('responds 200 with the user', async () => {
 *   const response = await app.call('GET /users/:id', { params: { id: '7' } });
 *   expect(response.status).toBe(200);
 * });
 */
export async function testApp(options: TestAppOptions = {}): Promise<TestApp> {
  const own = options.release ?? (await importRelease());
  const release = replaceModules(own, options.modules as Record<string, unknown> | undefined);
  const logger = createTextLogger({ level: 'warn' });
  const env: NodeJS.ProcessEnv = { ...process.env, ...options.env };
  const processes = await startModules(release, { logger, env });
  const context = await createGlobalContext({
    release,
    mode: 'test',
    logger,
    env,
    queue: createMemoryDriver(),
    ...(processes && { host: processes }),
    ...(release.foreign?.place && { root: release.foreign.place.root }),
  }).catch(async (error: unknown) => {
    await processes?.stop();
    throw error;
  });
  const app = createApp({
    releases: () => onlyRelease(release),
    context: () => context.gctx,
    mode: 'development',
    logger,
  });
  return {
    async call<const R extends TestRoute>(route: R, ...[call]: TestArguments<R>) {
      return (await readResponse(
        await app.fetch(toRequest(route, call ?? {}, release.contract)),
      )) as TestResponseOf<R>;
    },
    async socket<const R extends TestSocketRoute>(
      route: R,
      ...[given]: TestSocketArguments<R>
    ): Promise<TestSocketOf<R>> {
      const { openTestSocket } = await import('./test-socket.ts');
      const { protocols = [], ...call }: TestSocketCall = given ?? {};
      const id = route.startsWith('WS ') ? route : `WS ${route}`;
      const socket = await openTestSocket(app, toRequest(id, call, release.contract), protocols);
      return socket as TestSocketOf<R>;
    },
    fetch: (request) => app.fetch(request),
    idle: () => context.effects.idle(),
    advance: createTestClock({
      release,
      enqueue: (effect, idempotencyKey) => context.effects.enqueue(effect, {}, { idempotencyKey }),
      idle: () => context.effects.idle(),
    }),
    reset: () => resetData(context.gctx, env.GATI_DATABASE),
    async close() {
      await app.drain();
      await context.dispose();
      await processes?.stop();
      await app.close();
    },
    gctx: context.gctx,
  };
}

async function importRelease(): Promise<ReleaseBundle> {
  try {
    // @ts-ignore -- a virtual module of the plugin
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
        message: 'testApp() found no app: no plugin provides virtual:gati/release.',
        fix: 'Run the test with Vitest and gati() in the plugins of vite.config.ts, or pass testApp({ release }).',
      },
      { cause },
    );
  }
}
