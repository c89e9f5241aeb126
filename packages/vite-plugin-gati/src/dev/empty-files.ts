import { readText } from '../files/read-text.ts';

/** Milliseconds that an empty file counts as one that an editor is writing. */
const EMPTY_TIMEOUT = 300;

/** The files whose last change left them empty. File names are absolute, with `/`. */
export interface EmptyFiles {
  /** Records that a change made the file empty, and was not applied. */
  emptied(file: string): void;
  /** Records that the file changed, and may no longer be empty. */
  changed(file: string): void;
  /** Whether the file has been empty for so long that it is meant to be empty. */
  staysEmpty(file: string): boolean;
  /** Calls `emit` for each file that has been empty for so long that it is meant to be empty. */
  check(emit: (file: string) => void): void;
}

export function createEmptyFiles(): EmptyFiles {
  /** Each file with the time of the change that left it empty. */
  const empty = new Map<string, number>();
  const meantEmpty = new Set<string>();

  return {
    emptied: (file) => void empty.set(file, Date.now()),
    changed(file) {
      empty.delete(file);
      meantEmpty.delete(file);
    },
    staysEmpty: (file) => meantEmpty.has(file),
    check(emit) {
      for (const [file, since] of empty) {
        if (Date.now() - since < EMPTY_TIMEOUT || !isBlank(file)) continue;
        // The listeners of the event call `changed`, so the file is added after it.
        emit(file);
        meantEmpty.add(file);
      }
    },
  };
}

/** Whether the file exists and has no text but white space. */
export const isBlank = (file: string): boolean => readText(file)?.trim() === '';
