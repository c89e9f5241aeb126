import { ABI, type ReleaseBundle } from '../../types/bundle.ts';

/** Empty release for requests that belong to no release. */
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
