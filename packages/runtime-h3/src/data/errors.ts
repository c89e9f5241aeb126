import { GatiError } from '@gati/contract';

export function databaseError(message: string, fix: string, cause?: unknown): GatiError {
  return new GatiError({ code: 'GATI_DATABASE', message, fix }, { cause });
}

export function databaseUrlError(fault: string): GatiError {
  return databaseError(
    `GATI_DATABASE can't be used: ${fault}.`,
    'Set it to sqlite:PATH or postgres://user:password@host/database, or remove it.',
  );
}

/** Names the key and the cause, but not the path, which the client must not learn. */
export function storageError(key: string, cause: unknown): GatiError {
  const code = (cause as NodeJS.ErrnoException | null)?.code;
  const shown = JSON.stringify(key.length > 100 ? `${key.slice(0, 100)}…` : key);
  return new GatiError(
    {
      code: 'GATI_STORAGE',
      message: `The storage can't read or write the key ${shown}: ${code ?? 'the value has no form as text'}.`,
      fix:
        code === undefined
          ? 'Store a value that JSON can hold, or bytes with setItemRaw.'
          : 'Give the server access to its data folder. Use no key that is also the folder of another, such as `a` beside `a:b`.',
    },
    { cause },
  );
}
