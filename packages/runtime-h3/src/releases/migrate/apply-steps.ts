import type {
  MigratedRequest,
  MigratedResponse,
  Migration,
  RouteMigration,
} from '../../types/migration.ts';

/** A request of a retired release, migrated for a newer one. */
export interface MigratedCall {
  /** Id of the route in the newer release. */
  id: string;
  request: MigratedRequest;
  /** Migrations of the response, in the order in which they apply. */
  responseSteps: RouteMigration[];
}

/**
 * Migrates a request of an old release to a newer one.
 * @param route id of the route in the old release
 */
export async function applyRequestSteps(
  steps: readonly Migration[],
  route: string,
  old: MigratedRequest,
): Promise<MigratedCall> {
  let id = route;
  let request = old;
  const responseSteps: RouteMigration[] = [];
  for (const { routes, moved } of steps) {
    const moving = ownValue(moved, id);
    const step = moving ?? ownValue(routes, id);
    if (step === undefined) continue;
    if (step.up !== undefined) request = { ...request, ...(await step.up(request)) };
    id = moving?.to ?? id;
    responseSteps.unshift(step);
  }
  return { id, request, responseSteps };
}

/** Migrates a response of the newer release back to the old one. */
export async function applyResponseSteps(
  responseSteps: readonly RouteMigration[],
  response: MigratedResponse,
): Promise<MigratedResponse> {
  let migrated = response;
  for (const { down } of responseSteps)
    if (down !== undefined) migrated = { ...migrated, ...(await down(migrated)) };
  return migrated;
}

/** Migrates a payload. Returns `undefined` when no step has the effect. */
export async function applyPayloadSteps(
  steps: readonly Migration[],
  effect: string,
  old: unknown,
): Promise<{ payload: unknown } | undefined> {
  let payload = old;
  let isMigrated = false;
  for (const { effects } of steps) {
    const migrate = ownValue(effects, effect);
    if (migrate === undefined) continue;
    payload = await migrate(payload);
    isMigrated = true;
  }
  return isMigrated ? { payload } : undefined;
}

function ownValue<T>(map: Record<string, T> | undefined, key: string): T | undefined {
  return map !== undefined && Object.hasOwn(map, key) ? map[key] : undefined;
}
