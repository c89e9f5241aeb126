import { ABI, type ReleaseBundle } from '../../types/bundle.ts';

/** Stands where a request needs a release before one is chosen, or where none is. */
export const NO_RELEASE: ReleaseBundle = {
  abi: ABI,
  version: '',
  id: '',
  contract: { routes: [], effects: [], modules: [], $defs: {} },
  routes: [],
  match: () => undefined,
  modules: {},
  effects: {},
};
