import { onScopeDispose, readonly, type Ref, ref, shallowRef, watch } from 'vue';
import { fetchJson, ResponseError } from './api.ts';
import { setSources } from './sources.ts';

/** Milliseconds between two requests of a page that shows the present. */
const INTERVAL = 4000;

/** Why a page has no data. */
export interface LoadError {
  /** `offline` if the server did not respond. */
  kind: 'offline' | 'response';
  /** Code of the response: `not_found`. */
  code: string;
  detail: string;
}

/** Data of the API, reloaded while the page is visible. */
export interface Resource<Data> {
  readonly data: Readonly<Ref<Data | undefined>>;
  readonly error: Readonly<Ref<LoadError | undefined>>;
  reload(): Promise<void>;
}

/**
 * Loads a document of the API, again when its address changes, and again every few seconds. Data
 * stays while newer data loads, so that nothing flickers.
 *
 * @param address path and query below the API, computed at each request; `undefined` loads nothing
 */
export function useResource<Data>(
  address: () => string | undefined,
  { isLive = () => true, key = address }: { isLive?: () => boolean; key?: () => unknown } = {},
): Resource<Data> {
  const data = shallowRef<Data>();
  const error = ref<LoadError>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let controller: AbortController | undefined;
  let isGone = false;

  async function load(): Promise<void> {
    clearTimeout(timer);
    controller?.abort();
    const path = address();
    if (path === undefined || isGone) return;
    const own = (controller = new AbortController());
    try {
      const loaded = await fetchJson<Data>(path, own.signal);
      if (own.signal.aborted) return;
      data.value = loaded;
      setSources(data, loaded);
      error.value = undefined;
    } catch (caught) {
      if (own.signal.aborted) return;
      error.value = toLoadError(caught);
    }
    schedule();
  }

  function schedule(): void {
    clearTimeout(timer);
    if (isGone || document.hidden || !(isLive() || error.value?.kind === 'offline')) return;
    timer = setTimeout(() => void load(), INTERVAL);
  }

  const onVisible = (): void => {
    if (!document.hidden && isLive()) void load();
  };
  document.addEventListener('visibilitychange', onVisible);
  watch(
    key,
    (now, before) => {
      if (before !== undefined && now !== before) data.value = undefined;
      void load();
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    isGone = true;
    setSources(data, undefined);
    clearTimeout(timer);
    controller?.abort();
    document.removeEventListener('visibilitychange', onVisible);
  });
  return { data: readonly(data) as Readonly<Ref<Data | undefined>>, error, reload: load };
}

function toLoadError(error: unknown): LoadError {
  if (error instanceof ResponseError)
    return { kind: 'response', code: error.code, detail: error.message };
  return { kind: 'offline', code: 'offline', detail: 'The server does not respond.' };
}

/** Prints a query string of the parameters that have a value. */
export function toSearch(params: Record<string, string | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params))
    if (value !== undefined && value !== '') search.set(name, value);
  return search.size === 0 ? '' : `?${search}`;
}
