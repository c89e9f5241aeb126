import type { ClusterPort, PanelAccess } from '@gati/runtime-h3/telemetry';
import {
  type AccessStore,
  createAccessStore,
  openAccessStore,
} from '../access/store/access-store.ts';
import type { SharedDatabase } from '../access/store/shared/shared-database.ts';

/** Limits that keep the accounts within a Secret of 1 MiB. */
const LIMITS = { attempts: 2000, entries: 2000 };

/** The accounts of a panel, its audit log and its settings. */
export interface Accounts {
  store: AccessStore;
  /** Set if several processes share them. */
  shared?: SharedDatabase;
  close(): Promise<void>;
}

/**
 * Opens the accounts of the cluster, or else those in the file of this server.
 *
 * @throws when they can't be opened
 */
export async function openAccounts(
  { file }: Pick<PanelAccess, 'file'>,
  cluster: Pick<ClusterPort, 'accounts'> | undefined,
  events: { onChange?: () => void; onError?: (error: unknown) => void } = {},
): Promise<Accounts> {
  if (!cluster) {
    const store = openAccessStore(file);
    return { store, close: async () => store.close() };
  }
  const { openSharedDatabase } = await import('../access/store/shared/shared-database.ts');
  const shared = await openSharedDatabase({ accounts: cluster.accounts, ...events });
  const store = createAccessStore(shared.database, Date.now, LIMITS);
  // All processes must use the same key for challenges and set-up links.
  await shared.settle();
  return { store, shared, close: () => shared.close() };
}
