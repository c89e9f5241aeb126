import { defineModule } from '@gati/runtime-h3';
import { randomUUID } from 'node:crypto';

export interface Session {
  name: string;
}

/** Sessions in `gctx.storage`, which all workers of a server share. */
export default defineModule({
  setup: ({ storage }) => ({
    /** Returns the id of a new session. A real app would check a password. */
    create: async (name: string): Promise<string> => {
      const id = randomUUID();
      await storage.setItem<Session>(`sessions:${id}`, { name });
      return id;
    },
    find: (id: string): Promise<Session | null> => storage.getItem<Session>(`sessions:${id}`),
  }),
});
