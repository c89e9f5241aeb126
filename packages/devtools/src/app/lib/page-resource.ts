import { useRoute } from 'vue-router';
import { rangeParams, useRange } from './range.ts';
import { type Resource, toSearch, useResource } from './resource.ts';

/** Loads a document of the API for the range of the page. A range that ends now is live. */
export function usePageResource<Data>(
  path: string,
  params: () => Record<string, string | undefined> = () => ({}),
  { isLive = (): boolean => true }: { isLive?: () => boolean } = {},
): Resource<Data> {
  const range = useRange();
  const { name: page } = useRoute();
  const route = useRoute();
  return useResource<Data>(
    () => path + toSearch({ ...rangeParams(range.value, Date.now()), ...params() }),
    {
      isLive: () => range.value.fixed === undefined && isLive(),
      // While the router goes to another page, the query may change first. Nothing is loaded then.
      key: () => (route.name === page ? JSON.stringify([range.value, params()]) : undefined),
    },
  );
}
