import type { CarriedRequest, CarriedResponse, Migration, RouteMigration } from './types.ts';

export interface Raised {
  /** Id of the route in the newer release. */
  id: string;
  request: CarriedRequest;
  /** What brings the answer back, in the order in which it goes down. */
  back: RouteMigration[];
}

/** A request of an old release as the newer one takes it. */
export async function raise(
  steps: readonly Migration[],
  route: string,
  old: CarriedRequest,
): Promise<Raised> {
  let id = route;
  let request = old;
  const back: RouteMigration[] = [];
  for (const { routes, moved } of steps) {
    const place = own(moved, id);
    const step = place ?? own(routes, id);
    if (step === undefined) continue;
    if (step.up !== undefined) request = { ...request, ...(await step.up(request)) };
    id = place?.to ?? id;
    back.unshift(step);
  }
  return { id, request, back };
}

/** An answer of the newer release as the old one gave it. */
export async function lower(
  back: readonly RouteMigration[],
  answer: CarriedResponse,
): Promise<CarriedResponse> {
  let response = answer;
  for (const { down } of back)
    if (down !== undefined) response = { ...response, ...(await down(response)) };
  return response;
}

/** `undefined`: no step says anything about the effect. */
export async function raisePayload(
  steps: readonly Migration[],
  effect: string,
  old: unknown,
): Promise<{ payload: unknown } | undefined> {
  let payload = old;
  let isSaid = false;
  for (const { effects } of steps) {
    const migrate = own(effects, effect);
    if (migrate === undefined) continue;
    payload = await migrate(payload);
    isSaid = true;
  }
  return isSaid ? { payload } : undefined;
}

function own<T>(record: Record<string, T> | undefined, key: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}
