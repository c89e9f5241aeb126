import { onScopeDispose, type Ref, ref, watch } from 'vue';
import type { LogRecord } from '../../api/types.ts';
import { toSearch } from './resource.ts';

/** Follows the log while `isOn`. Returns whether the stream is open. */
export function useLogTail(
  filters: () => Record<string, string | undefined>,
  isOn: () => boolean,
  onLines: (lines: LogRecord[]) => void,
): Ref<boolean> {
  const isOpen = ref(false);
  let source: EventSource | undefined;
  const close = (): void => {
    source?.close();
    source = undefined;
    isOpen.value = false;
  };
  watch(
    () => [isOn(), JSON.stringify(filters())] as const,
    ([on]) => {
      close();
      if (!on) return;
      const opened = (source = new EventSource(`/_control/api/logs/tail${toSearch(filters())}`));
      opened.addEventListener('open', () => (isOpen.value = true));
      opened.addEventListener('error', () => (isOpen.value = false));
      opened.addEventListener('message', ({ data }: MessageEvent<string>) =>
        onLines((JSON.parse(data) as { lines: LogRecord[] }).lines),
      );
    },
    { immediate: true },
  );
  onScopeDispose(close);
  return isOpen;
}
