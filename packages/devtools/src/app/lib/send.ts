import { ref, type Ref } from 'vue';
import { describeFailure } from './passkey.ts';

/** Sends the content of a form, one request at a time. */
export interface Sending {
  isSending: Ref<boolean>;
  failure: Ref<string>;
  /** Returns whether the request succeeded. If not, `failure` has the reason. */
  send(run: () => Promise<unknown>): Promise<boolean>;
}

export function useSending(): Sending {
  const isSending = ref(false);
  const failure = ref('');
  return {
    isSending,
    failure,
    async send(run) {
      if (isSending.value) return false;
      isSending.value = true;
      failure.value = '';
      try {
        await run();
        return true;
      } catch (error) {
        failure.value = describeFailure(error);
        return false;
      } finally {
        isSending.value = false;
      }
    },
  };
}
