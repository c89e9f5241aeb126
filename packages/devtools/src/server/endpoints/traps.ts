import type { TrapDetail, TrapList } from '../../api/traps.ts';
import { PanelError } from '../../http/problem.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';

export const traps: Endpoint = defineEndpoint(
  'traps',
  [],
  async ({ ports }): Promise<TrapList> => ({ traps: (await ports.traps?.list()) ?? [] }),
);

export const trap: Endpoint = defineEndpoint(
  'traps/:id',
  [],
  async ({ ports }, _query, id): Promise<TrapDetail> => {
    const found = await ports.traps?.get(id);
    if (!found) throw new PanelError(404, 'not_found', 'There is no trap with this id.');
    return found;
  },
);
