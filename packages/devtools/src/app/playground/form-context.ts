import type { Defs } from '@gati/contract';
import type { ComputedRef, InjectionKey } from 'vue';
import type { Issue } from './check-draft.ts';

/** State that all fields of a form share. */
export interface FormContext {
  $defs: ComputedRef<Defs>;
  /** Issues of exactly this pointer. */
  issuesAt(pointer: string): Issue[];
  setFiles(name: string, files: File[]): void;
}

export const FORM: InjectionKey<FormContext> = Symbol('form');
