import { computed, type ComputedRef, type Ref, ref, shallowRef } from 'vue';
import type { PlaygroundRoute } from '../../api/playground.ts';
import { type BuiltRequest, buildRequest } from './build-request.ts';
import { checkDraft, type Issue } from './check-draft.ts';
import type { Draft } from './draft.ts';
import { session } from './session.ts';
import { createSubstitution, type Variables } from './variables.ts';

/** The request that is edited, and what follows from it. */
export interface EditedRequest {
  draft: Ref<Draft | undefined>;
  built: ComputedRef<BuiltRequest | undefined>;
  /** Values that the contract does not accept. */
  issues: ComputedRef<Issue[]>;
  change(part: Partial<Draft>): void;
  setFiles(name: string, files: File[]): void;
  /** Replaces variables in a text. */
  toText(text: string): string;
}

export function useRequest(
  route: () => PlaygroundRoute | undefined,
  environment: () => Variables,
): EditedRequest {
  const draft = shallowRef<Draft>();
  const files = ref<Record<string, File[]>>({});
  const variables = computed(() => ({ ...environment(), ...session.variables }));
  const built = computed(() => {
    const [known, edited] = [route(), draft.value];
    if (!known || edited?.route !== known.id) return undefined;
    return buildRequest(edited, known, {
      variables: variables.value,
      credentials: session.credentials,
      cookies: session.cookies,
      files: files.value as Record<string, File[]>,
    });
  });
  const issues = computed(() => {
    const known = route();
    return known && built.value
      ? checkDraft(built.value, known, files.value as Record<string, File[]>)
      : [];
  });
  return {
    draft,
    built,
    issues,
    change(part) {
      if (draft.value) draft.value = { ...draft.value, ...part };
    },
    setFiles: (name, list) => (files.value = { ...files.value, [name]: list }),
    toText: (text) => createSubstitution(variables.value).text(text),
  };
}
