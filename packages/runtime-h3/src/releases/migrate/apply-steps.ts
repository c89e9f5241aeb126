import type {
  MigratedRequest,
  MigratedResponse,
  Migration,
  RouteMigration,
} from '../../types/migration.ts';

export interface MigratedCall {
  /** Id of the route in the newer release. */
  id: string;
  request: MigratedRequest;
  /** What brings the answer back, in the order in which it goes down. */
  responseSteps: RouteMigration[];
}

/** A request of an old release as the newer one takes it. */
export async function migrateRequest(
  steps: readonly Migration[],
  route: string,
  old: MigratedRequest,
): Promise<MigratedCall> {
  let id = route;
  let request = old;
  const responseSteps: RouteMigration[] = [];
  for (const { routes, moved } of steps) {
    const place = ownValue(moved, id);
    const step = place ?? ownValue(routes, id);
    if (step === undefined) continue;
    if (step.up !== undefined) request = { ...request, ...(await step.up(request)) };
    id = place?.to ?? id;
    responseSteps.unshift(step);
  }
  return { id, request, responseSteps };
}

/** An answer of the newer release as the old one gave it. */
export async function migrateResponse(
  responseSteps: readonly RouteMigration[],
  answer: MigratedResponse,
): Promise<MigratedResponse> {
  let response = answer;
  for (const { down } of responseSteps)
    if (down !== undefined) response = { ...response, ...(await down(response)) };
  return response;
}

/** `undefined`: no step says anything about the effect. */
export async function applyPayloadSteps(
  steps: readonly Migration[],
  effect: string,
  old: unknown,
): Promise<{ payload: unknown } | undefined> {
  let payload = old;
  let isSaid = false;
  for (const { effects } of steps) {
    const migrate = ownValue(effects, effect);
    if (migrate === undefined) continue;
    payload = await migrate(payload);
    isSaid = true;
  }
  return isSaid ? { payload } : undefined;
}

function ownValue<T>(record: Record<string, T> | undefined, key: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}
