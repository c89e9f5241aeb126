import type { Call } from '../command.ts';
import { deployToCloud } from '../cloud-deploy.ts';

/** `gati-deploy gcp [ENV]` */
export const run = (call: Call): Promise<number> => deployToCloud(call, 'gcp');
