import { ABI, type ReleaseBundle } from '../../types/bundle.ts';

/** Empty release, for requests before a release is chosen and for those that no release takes. */
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
